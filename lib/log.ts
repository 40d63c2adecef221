// What the code says while it works: a static message, the varying part as fields. Never tokens, SQL values or whole events.

export type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type Log = {
  readonly info: (message: string, fields?: Fields) => void;
  readonly warn: (message: string, fields?: Fields) => void;
  readonly error: (message: string, fields?: Fields) => void;
};

/** The fields of a caught error: code and message, never its cause's content. */
export const errorFields = (error: unknown): Fields =>
  error instanceof Error
    ? { error: error.name, code: "code" in error ? String(error.code) : undefined, message: error.message }
    : { error: typeof error, message: String(error) };
