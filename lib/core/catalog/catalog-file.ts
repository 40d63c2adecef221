// Reads a catalog file that somebody hands over: whole, of this version, ours, or an error that names it and its fault.
import { AuditError } from "../../errors.ts";
import { canonicalText, parseCanonical } from "./canonical.ts";
import { CATALOG_FORMAT, Catalog } from "./catalog.ts";
import type { KnownCatalog } from "./known-catalog.ts";

const again = "Write it again with: dsql-audit snapshot --out FILE";

/** Whether a string, an object or an array is still open at the end: then the rest is missing. */
const endsOpen = (text: string): boolean => {
  const outside = text.replace(/"(?:[^"\\]|\\.)*"/gs, "");
  const count = (pattern: RegExp): number => outside.match(pattern)?.length ?? 0;
  return outside.includes('"') || count(/[{[]/g) > count(/[}\]]/g);
};

const parseJson = (text: string, name: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AuditError(
      "bad-file",
      `${name}: ${endsOpen(text) ? "the file is truncated" : "the file is not JSON"}`,
      {
        cause,
        hint: again,
      },
    );
  }
};

const fromDocument = (text: string, name: string): Catalog => {
  const document = parseJson(text, name);
  const format = (document as { readonly format?: unknown }).format;
  if (typeof format === "number" && format !== CATALOG_FORMAT) {
    throw new AuditError(
      "bad-file",
      `${name}: the catalog has format ${format}, this version reads ${CATALOG_FORMAT}`,
      {
        hint: "Use the version of dsql-audit that wrote it, or a later one.",
      },
    );
  }
  const parsed = Catalog.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue ? ` (${issue.path.join(".")}: ${issue.message})` : "";
  throw new AuditError("bad-file", `${name}: this is not a catalog of dsql-audit${where}`, {
    cause: parsed.error,
    hint: again,
  });
};

const linesIn = (text: string): number => text.split("\n").length - 1;

/**
 * The text of a catalog file: the canonical form, and a last line that counts the others, so that a file cut between two
 * lines can be told from a whole one.
 */
export const catalogFileText = (catalog: KnownCatalog): string => {
  const text = canonicalText(catalog);
  return `${text}${JSON.stringify(["end", linesIn(text)])}\n`;
};

/** The canonical text of a whole file; undefined: its last line is missing or counts other lines. */
const canonicalOf = (text: string): string | undefined => {
  const [, body, count] = /^(.*\n)\["end",(\d{1,10})\]\n$/s.exec(text) ?? [];
  return body !== undefined && linesIn(body) === Number(count) ? body : undefined;
};

/** Whether the first line names another format: then that is the fault to tell, whatever its last line is like. */
const isOtherFormat = (text: string): boolean => {
  const [, format] = /^\["catalog",(\d+),/.exec(text) ?? [];
  return format !== undefined && Number(format) !== CATALOG_FORMAT;
};

/**
 * A catalog from the text of a file: what catalogFileText makes, or one JSON document of the same fields.
 * `name` is what the errors call it. Throws AuditError `bad-file`: truncated, of another version, not ours.
 */
export const parseCatalogFile = (text: string, name: string): KnownCatalog => {
  if (text.trim() === "") throw new AuditError("bad-file", `${name}: the file is empty`, { hint: again });
  if (text.trimStart().startsWith("{")) return fromDocument(text, name);
  if (!text.startsWith('["catalog",')) {
    throw new AuditError("bad-file", `${name}: this is not a catalog of dsql-audit`, { hint: again });
  }
  const body = canonicalOf(text);
  if (body === undefined && !isOtherFormat(text)) {
    throw new AuditError("bad-file", `${name}: the file is truncated`, { hint: again });
  }
  try {
    return parseCanonical(body ?? text);
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause;
    throw new AuditError(cause.code, `${name}: ${cause.message}`, { cause, hint: cause.hint ?? again });
  }
};
