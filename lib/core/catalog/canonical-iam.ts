// The IAM section in canonical form: parts in fixed order, rows by ARN, so that equal states are equal bytes.
import { type IamFacts, IamOpinions, type IamPartName, IamParts, iamPartNames } from "./iam-facts.ts";
import type { LastIam, LastRead } from "./known-catalog.ts";

/** A line as canonical.ts writes them: what it is about, its text, and how heavy it is for the cutting of chunks. */
type IamLine = { readonly key: string; readonly text: string; readonly weight: number };

/** The first elements of the lines: the section's head, the head of a part, a row. */
export const IAM_HEAD = "@";
export const IAM_PART = "%";
export const IAM_ROW = "~";

const HEAD_WEIGHT = 6;
/** Rows hold whole policies: a long one weighs as much as the many short rows that would fill its place. */
const BYTES_PER_WEIGHT = 16;
const MOST_WEIGHT = 250;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Lists of IAM are sets: of names, or of things with a name or key of their own. */
const sortKey = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return String(value);
  const { name, key, arn, id } = value as Readonly<Record<string, unknown>>;
  return String(name ?? key ?? arn ?? id ?? JSON.stringify(value));
};

/** The value with the fields of all objects in one order, and all lists sorted: none has an order that means anything. */
const ordered = (value: unknown): unknown => {
  if (Array.isArray(value))
    return value
      .map(ordered)
      .sort((a, b) => byText(sortKey(a), sortKey(b)) || byText(JSON.stringify(a), JSON.stringify(b)));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    fields.sort(([a], [b]) => byText(a, b)).map(([name, inner]) => [name, ordered(inner)]),
  );
};

type Row = { readonly arn: string };

/** What stands behind the parts: a part of its own to releases that do not know it, which leave it alone. */
const OPINIONS = "opinions";

/** Rows of one part, each ARN once: the last that speaks of it. */
const rowLines = (part: IamPartName | typeof OPINIONS, rows: readonly Row[]): IamLine[] =>
  [...new Map(rows.map((row) => [row.arn, row])).values()]
    .sort((a, b) => byText(a.arn, b.arn))
    .map((row) => {
      const text = JSON.stringify([IAM_ROW, ordered(row)]);
      const weight = Math.min(MOST_WEIGHT, Math.max(HEAD_WEIGHT, Math.ceil(text.length / BYTES_PER_WEIGHT)));
      return { key: `iam/${part}/${row.arn}`, text, weight };
    });

/** They are alike but for a name and a digest: a hundred of them, packed, still fit in the chunk that they begin in. */
const OPINION_WEIGHT = 1;

/** Their head is the first of their rows. */
const opinionLines = (opinions: IamOpinions | undefined): IamLine[] => {
  if (!opinions) return [];
  const { identities, ...head } = opinions;
  const line = (key: string, text: unknown): IamLine => ({
    key: `iam/${OPINIONS}${key}`,
    text: JSON.stringify(text),
    weight: HEAD_WEIGHT,
  });
  return [
    line("", [IAM_PART, OPINIONS]),
    line("/", [IAM_ROW, ordered(head)]),
    ...rowLines(OPINIONS, identities).map((row) => ({ ...row, weight: OPINION_WEIGHT })),
  ];
};

/** The lines of the section; none where the snapshot has none. */
export const iamLines = (iam: IamFacts | undefined, last: LastIam = {}): IamLine[] => {
  if (!iam) return [];
  const { format, account, partition, leftOut } = iam;
  const head = [IAM_HEAD, format, account, partition, ...(leftOut ? [ordered(leftOut)] : [])];
  return [
    { key: "iam", text: JSON.stringify(head), weight: HEAD_WEIGHT },
    ...iamPartNames.flatMap((name): IamLine[] => {
      const part = iam.parts[name];
      const known = part.status === "read" ? undefined : last[name];
      const line =
        part.status === "read"
          ? [IAM_PART, name]
          : [IAM_PART, name, part.reason, part.code, known?.at ?? null, known?.seq ?? null];
      const rows = part.status === "read" ? part.rows : (known?.rows ?? []);
      return [
        { key: `iam/${name}`, text: JSON.stringify(line), weight: HEAD_WEIGHT },
        ...rowLines(name, rows as readonly Row[]),
      ];
    }),
    ...opinionLines(iam.opinions),
  ];
};

const canonicalOpinions = (opinions: IamOpinions): IamOpinions =>
  IamOpinions.parse({
    ...opinions,
    identities: rowLines(OPINIONS, opinions.identities).map(({ text }) => JSON.parse(text)[1]),
  });

/** The same section with rows and lists in the order in which they are stored. */
export const canonicalIam = (iam: IamFacts): IamFacts => {
  const parts = iamPartNames.map((name) => {
    const part = iam.parts[name];
    if (part.status !== "read") return [name, part];
    const rows = rowLines(name, part.rows as readonly Row[]).map(({ text }) => JSON.parse(text)[1]);
    return [name, IamParts.shape[name].parse({ status: "read", rows })];
  });
  return {
    ...iam,
    parts: Object.fromEntries(parts) as IamFacts["parts"],
    ...(iam.opinions && { opinions: canonicalOpinions(iam.opinions) }),
  };
};

/** Takes the lines of a section one after the other; `done` is what they make, not checked yet. */
export const iamReader = () => {
  const heads: unknown[][] = [];
  const parts: Record<string, unknown> = {};
  const last: Record<string, LastRead & { rows: unknown[] }> = {};
  let rows: unknown[] | undefined;
  return {
    /** false: not a line of this section, or out of its place. */
    take: (line: readonly unknown[]): boolean => {
      const [what, name, ...refusal] = line;
      if (what === IAM_HEAD && heads.length === 0) return heads.push([...line]) > 0;
      if (what === IAM_ROW && rows) return rows.push(name) > 0;
      if (what !== IAM_PART || heads.length === 0 || typeof name !== "string") return false;
      rows = [];
      const [reason, code, at, seq] = refusal;
      parts[name] = refusal.length ? { status: "unreadable", reason, code } : { status: "read", rows };
      if (typeof at === "number" && typeof seq === "number") last[name] = { at, seq, rows };
      return true;
    },
    done: (): {
      readonly iam?: unknown;
      readonly last: Readonly<Record<string, LastRead & { rows: unknown[] }>>;
    } => {
      const [head] = heads;
      if (!head) return { last };
      const [, format, account, partition, leftOut] = head;
      const { [OPINIONS]: asked, ...read } = parts as Record<string, { readonly rows?: readonly unknown[] }>;
      const [about, ...identities] = asked?.rows ?? [];
      return {
        iam: {
          ...{ format, account, partition },
          ...(leftOut !== undefined && { leftOut }),
          ...(asked && { opinions: { ...(about as object), identities } }),
          parts: read,
        },
        last,
      };
    },
  };
};
