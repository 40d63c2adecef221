// The canonical form of a catalog: one JSON array a line, in fixed order, so that equal catalogs are equal bytes.
import { AuditError } from "../../errors.ts";
import { IAM_HEAD, IAM_PART, IAM_ROW, iamLines, iamReader } from "./canonical-iam.ts";
import { readPeers, writtenPeers } from "./canonical-peers.ts";
import { type AnyRow, canonicalRows, hasAcl, rowKey } from "./canonical-rows.ts";
import { type Acl, CATALOG_FORMAT, Catalog, type SectionName, Sections, sectionNames } from "./catalog.ts";
import { extraNames } from "./extras.ts";
import { type IamPartName, IamParts } from "./iam-facts.ts";
import type { KnownCatalog, LastIam } from "./known-catalog.ts";
import { traitsOf } from "./section-traits.ts";

/** `key` names what the line is about, not what it says: chunk borders hang on it, so they stay where rows change. */
export type Line = { readonly key: string; readonly text: string; readonly weight: number };

// A line's first element says what it is. ACL entries are lines of their own: a row with 10,000 grantees stays divisible.
const HEADER = "catalog";
const SECTION = "#";
const ROW = "=";
const ENTRY = "+";
const EXTRA = "*";
const EXTRA_ROW = "-";

/** Rows are several times harder to compress than ACL entries: weights keep chunks of both about equally big. */
const ROW_WEIGHT = 6;
const ENTRY_WEIGHT = 1;

const sectionLines = (catalog: KnownCatalog, name: SectionName): Line[] => {
  const section = catalog.sections[name];
  const known = section.status === "read" ? undefined : catalog.lastKnown?.[name];
  const head =
    section.status === "read"
      ? [SECTION, name]
      : [SECTION, name, section.reason, section.code, known?.at ?? null, known?.seq ?? null];
  const lines: Line[] = [{ key: name, text: JSON.stringify(head), weight: ROW_WEIGHT }];
  const rows = (section.status === "read" ? section.rows : (known?.rows ?? [])) as readonly AnyRow[];
  const { fields } = traitsOf(name);
  for (const row of canonicalRows(name, rows)) {
    const key = `${name}/${rowKey(name, row)}`;
    const values: unknown[] = [ROW, ...fields.map((field) => row[field])];
    if (hasAcl(name)) values.push(row.acl ? row.acl.unknown : null);
    lines.push({ key, text: JSON.stringify(values), weight: ROW_WEIGHT });
    for (const { grantee, grantor, privileges, grantable } of row.acl?.entries ?? []) {
      const entry = [ENTRY, grantee, grantor, privileges, grantable];
      lines.push({ key: `${key}/${grantee}/${grantor}`, text: JSON.stringify(entry), weight: ENTRY_WEIGHT });
    }
  }
  return lines;
};

/** Rows of the extras as they are, sorted by their text: they are few, and nothing refers to them. */
const extraLines = ({ extras }: KnownCatalog): Line[] =>
  extraNames.flatMap((name): Line[] => {
    const found = extras?.[name];
    if (found === undefined) return [];
    const head = found.status === "read" ? [EXTRA, name] : [EXTRA, name, found.reason, found.code];
    const rows = found.status === "read" ? found.rows : [];
    return [
      { key: name, text: JSON.stringify(head), weight: ROW_WEIGHT },
      ...rows
        .map((row) => JSON.stringify([EXTRA_ROW, row]))
        .sort()
        .map((text) => ({ key: `${name}/${text.slice(0, 60)}`, text, weight: ROW_WEIGHT })),
    ];
  });

/** The lines of the canonical form. AuditError("bad-record") where two different rows claim one identity. */
export const canonicalLines = (catalog: KnownCatalog): Line[] => [
  {
    key: HEADER,
    // Peers stand at its end: releases that do not know of them pass them over.
    text: JSON.stringify([
      ...[HEADER, catalog.format, catalog.cluster, catalog.serverVersion],
      ...writtenPeers(catalog),
    ]),
    weight: ROW_WEIGHT,
  },
  ...sectionNames.flatMap((name) => sectionLines(catalog, name)),
  ...extraLines(catalog),
  ...iamLines(catalog.iam, catalog.lastIam),
];

/** The canonical form as text, each line ended by a line feed. */
export const canonicalText = (catalog: KnownCatalog): string =>
  canonicalLines(catalog)
    .map(({ text }) => `${text}\n`)
    .join("");

const notOurs = (why: string, cause?: unknown): AuditError =>
  new AuditError("bad-file", `this is not a canonical snapshot: ${why}`, { cause });

const parseLines = (text: string): unknown[][] => {
  let lines: unknown[];
  try {
    // One parse for all lines is several times faster than one per line.
    lines = JSON.parse(`[${text.trimEnd().replaceAll("\n", ",")}]`);
  } catch (cause) {
    throw notOurs("a line is not JSON", cause);
  }
  if (!lines.every(Array.isArray)) throw notOurs("a line is not a list");
  return lines as unknown[][];
};

type OpenSection = { name: SectionName; head: unknown[]; rows: Record<string, unknown>[] };

const openSection = (line: unknown[]): OpenSection => {
  const name = sectionNames.find((known) => known === line[1]);
  if (!name) throw notOurs(`unknown section ${JSON.stringify(line[1])}`);
  return { name, head: line, rows: [] };
};

/** Opens one of the extras; its rows go into what comes back. */
const openExtra = (
  extras: Record<string, { status: string; rows?: unknown[] }>,
  [, name, ...refusal]: unknown[],
): unknown[] => {
  const rows: unknown[] = [];
  const [reason, code] = refusal;
  extras[String(name)] = refusal.length
    ? ({ status: "unreadable", reason, code } as { status: string })
    : { status: "read", rows };
  return rows;
};

const readRow = (name: SectionName, line: unknown[]): Record<string, unknown> => {
  const row: Record<string, unknown> = {};
  const { fields } = traitsOf(name);
  fields.forEach((field, i) => {
    row[field] = line[i + 1];
  });
  if (hasAcl(name)) {
    const unknown = line[fields.length + 1] as string[] | null;
    row.acl = unknown && { entries: [], unknown };
  }
  return row;
};

/** The rows that were last known of unreadable parts of IAM, checked. */
const lastIamOf = (last: ReturnType<ReturnType<typeof iamReader>["done"]>["last"]): LastIam | undefined => {
  const checked = Object.entries(last).map(([name, { at, seq, rows }]) => {
    const part = IamParts.shape[name as IamPartName].safeParse({ status: "read", rows });
    if (!part?.success || part.data.status !== "read")
      throw notOurs("a row has the wrong shape", part?.error);
    return [name, { at, seq, rows: part.data.rows }];
  });
  return checked.length ? (Object.fromEntries(checked) as LastIam) : undefined;
};

/** Reads the canonical form back. AuditError("bad-file") where it is none, or of a later format. */
export const parseCanonical = (text: string): KnownCatalog => {
  const [header, ...lines] = parseLines(text);
  if (!Array.isArray(header) || header[0] !== HEADER) throw notOurs("the first line is not a header");
  if (header[1] !== CATALOG_FORMAT) {
    throw new AuditError(
      "bad-file",
      `the snapshot has format ${String(header[1])}, this version reads ${CATALOG_FORMAT}`,
      {
        hint: "Use the version of dsql-audit that wrote it, or a later one.",
      },
    );
  }
  const sections: OpenSection[] = [];
  const extras: Record<string, { status: string; rows?: unknown[] }> = {};
  let extra: unknown[] | undefined;
  const iam = iamReader();
  for (const line of lines) {
    const open = sections.at(-1);
    if (line[0] === IAM_HEAD || line[0] === IAM_PART || line[0] === IAM_ROW) {
      if (!iam.take(line)) throw notOurs("a line of IAM is out of its place");
    } else if (line[0] === EXTRA) extra = openExtra(extras, line);
    else if (line[0] === EXTRA_ROW && extra) extra.push(line[1]);
    else if (line[0] === SECTION) sections.push(openSection(line));
    else if (line[0] === ROW && open) open.rows.push(readRow(open.name, line));
    else if (line[0] === ENTRY && open) {
      const acl = open.rows.at(-1)?.acl as Acl | undefined;
      if (!acl) throw notOurs("a grant belongs to no object");
      const [, grantee, grantor, privileges, grantable] = line as [string, number, number, string, string];
      acl.entries.push({ grantee, grantor, privileges, grantable });
    } else throw notOurs(`unknown line ${JSON.stringify(line[0])}`);
  }
  const lastKnown: Record<string, unknown> = {};
  const found: Record<string, unknown> = {};
  for (const { name, head, rows } of sections) {
    const [, , reason, code, at, seq] = head;
    found[name] = head.length > 2 ? { status: "unreadable", reason, code } : { status: "read", rows };
    if (head.length > 2 && typeof at === "number" && typeof seq === "number") {
      const checked = Sections.shape[name].safeParse({ status: "read", rows });
      if (!checked.success) throw notOurs("a row has the wrong shape", checked.error);
      lastKnown[name] = { at, seq, rows };
    }
  }
  const second = iam.done();
  const parsed = Catalog.safeParse({
    format: header[1],
    cluster: header[2],
    serverVersion: header[3],
    sections: found,
    ...(extra && { extras }),
    ...(second.iam !== undefined && { iam: second.iam }),
  });
  if (!parsed.success) throw notOurs("a row has the wrong shape", parsed.error);
  const lastIam = lastIamOf(second.last);
  const peers = readPeers(header.slice(4));
  if (!peers) throw notOurs("a peer has the wrong shape");
  return {
    ...parsed.data,
    ...(Object.keys(lastKnown).length && { lastKnown: lastKnown as NonNullable<KnownCatalog["lastKnown"]> }),
    ...(lastIam && { lastIam }),
    ...peers,
  };
};
