// The few messages of PostgreSQL's protocol that are made or read here; all others pass as bytes.
// https://www.postgresql.org/docs/16/protocol-message-formats.html

/** Codes that stand where a protocol version would. */
export const startupCodes = { v3: 196_608, cancel: 80_877_102, ssl: 80_877_103, gss: 80_877_104 } as const;

/** DSQL closes the connection on a longer one. */
export const longestMessage = 10 * 1024 * 1024;

const zero = Buffer.from([0]);
const withZero = (text: string): Buffer => Buffer.concat([Buffer.from(text), zero]);

const withLength = (body: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
};

/** A message: its type (one letter), its length, its body. */
export const frame = (type: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(type), withLength(body)]);

/** AuthenticationCleartextPassword: the token travels as a password, below TLS. */
export const askForPassword = frame("R", Buffer.from([0, 0, 0, 3]));

export type Refusal = {
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
};

/** An ErrorResponse that ends the connection. */
export const fatalError = ({ code, message, detail, hint }: Refusal): Buffer => {
  const fields = ["SFATAL", "VFATAL", `C${code}`, `M${message}`];
  if (detail !== undefined) fields.push(`D${detail}`);
  if (hint !== undefined) fields.push(`H${hint}`);
  return frame("E", Buffer.concat([...fields.map(withZero), zero]));
};

export const startupMessage = (parameters: ReadonlyMap<string, string>): Buffer => {
  const code = Buffer.alloc(4);
  code.writeInt32BE(startupCodes.v3);
  return withLength(Buffer.concat([code, ...[...parameters].flat().map(withZero), zero]));
};

/** The parameters of a StartupMessage, given without its length. */
export const startupParameters = (body: Buffer): Map<string, string> => {
  const fields = body.toString("utf8", 4).split("\0");
  const parameters = new Map<string, string>();
  for (let i = 0; fields[i] && fields[i + 1] !== undefined; i += 2)
    parameters.set(fields[i] ?? "", fields[i + 1] ?? "");
  return parameters;
};

/** A CancelRequest, to be passed on as it came. */
export const cancelRequest = (body: Buffer): Buffer => withLength(body);

/** Text up to the next zero byte from `at`, and the position behind it. */
export const textAt = (body: Buffer, at: number): { readonly text: string; readonly next: number } => {
  const end = body.indexOf(0, at);
  const stop = end < 0 ? body.length : end;
  return { text: body.toString("utf8", at, stop), next: Math.min(stop + 1, body.length) };
};
