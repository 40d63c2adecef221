// Reads a catalog file that somebody hands over: whole, of this version, ours, or an error that names it and its fault.
import { AuditError } from "../errors.ts";
import { parseCanonical } from "./canonical.ts";
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
      `${name}: ${endsOpen(text) ? "the file is truncated" : "the file is no JSON"}`,
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

/**
 * A catalog from the text of a file: the canonical form, one JSON array a line, or one JSON document of the same fields.
 * `name` is what the errors call it. Throws AuditError `bad-file`: truncated, of another version, not ours.
 */
export const parseCatalogFile = (text: string, name: string): KnownCatalog => {
  if (text.trim() === "") throw new AuditError("bad-file", `${name}: the file is empty`, { hint: again });
  if (text.trimStart().startsWith("{")) return fromDocument(text, name);
  if (!text.startsWith('["catalog",')) {
    throw new AuditError("bad-file", `${name}: this is not a catalog of dsql-audit`, { hint: again });
  }
  // Every line of ours is ended: the last one, too.
  if (!text.endsWith("\n"))
    throw new AuditError("bad-file", `${name}: the file is truncated`, { hint: again });
  let catalog: KnownCatalog;
  try {
    catalog = parseCanonical(text);
  } catch (cause) {
    if (!(cause instanceof AuditError)) throw cause;
    throw new AuditError(cause.code, `${name}: ${cause.message}`, { cause, hint: cause.hint ?? again });
  }
  const { database } = catalog.sections;
  if (database.status === "read" && database.rows.length === 0) {
    throw new AuditError("bad-file", `${name}: the file is truncated: its last section is empty`, {
      hint: again,
    });
  }
  return catalog;
};
