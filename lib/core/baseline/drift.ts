// Where the live access is another than the declared one. Pure: the same baseline, catalog and moment give the same rows.
import { byText } from "../base/sorted.ts";
import type { Instant } from "../base/time.ts";
import type { Catalog, SectionName } from "../catalog/catalog.ts";
import { type Access, accessKey, byKey, objectKey, objectText, sectionsOf } from "./access.ts";
import { couldNotSee, expand, followsFrom } from "./against-live.ts";
import type { Baseline } from "./baseline.ts";
import { componentOf, type Declared, declaredAccess, isOver, withheldAccess } from "./declared-access.ts";
import { DSQL_ADMIN, type LiveAccess, liveAccess, type Unread } from "./live-access.ts";
import { isWithin } from "./moments.ts";
import { OWNER } from "./owner.ts";

/**
 * `undeclared`: the catalog allows what no component declares. `missing`: declared, and the catalog does not allow it.
 * `widened`: declared, and the catalog allows more of it: with an option, or a whole table instead of columns.
 * `unknown`: it could not be read, so nothing can be said.
 */
export type DriftKind = "undeclared" | "missing" | "widened" | "unknown";

export type DriftRow = {
  readonly kind: DriftKind;
  /** The component that declares it, or whose role it is; null: none. */
  readonly component: string | null;
  /** "PUBLIC" for everybody; null where no role is concerned. */
  readonly role: string | null;
  readonly principal: string | null;
  /** "shop.orders", "shop.orders.id", "shop.total(integer)", a schema, a role joined, "database"; null: a role itself, a mapping. */
  readonly object: string | null;
  /** PostgreSQL's name of it, OWNER, MEMBER, an attribute; null: a mapping, or a role that is not there. */
  readonly privilege: string | null;
  readonly what: Access["what"] | "role" | "section";
  readonly objectKind: Access["kind"];
  readonly schema: string | null;
  /** The bare name in `schema`; of a membership the role joined. */
  readonly name: string | null;
  readonly column: string | null;
  /** Of default privileges: who creates the objects. */
  readonly createdBy: string | null;
  /** Of `widened` and of `missing`: the options alone that are too many, or not there; else those it carries. */
  readonly options: readonly string[];
  /** The end that the baseline gave it, where it is past. */
  readonly until: string | null;
  /** The planned change that is open: then this is a note, no drift. */
  readonly planned: string | null;
  /** The section that shows it. */
  readonly section: SectionName;
  /** Of `unknown`: why. */
  readonly reason: string | null;
  readonly everybody: boolean;
  /** The access itself is live: only its options differ. */
  readonly isThere: boolean;
};

const rowOf = (
  kind: DriftKind,
  one: Access,
  more: Partial<DriftRow> & Pick<DriftRow, "component">,
): DriftRow => ({
  kind,
  role: one.role ?? "PUBLIC",
  principal: one.principal,
  object: objectText(one),
  privilege: one.privilege || null,
  what: one.what,
  objectKind: one.kind,
  schema: one.schema,
  name: one.object,
  column: one.column,
  createdBy: one.createdBy,
  options: one.options,
  until: null,
  planned: null,
  section: sectionsOf(one)[0] ?? "roles",
  reason: null,
  everybody: one.role === null,
  isThere: false,
  ...more,
});

const nowhere = {
  component: null, role: null, principal: null, object: null, privilege: null, objectKind: null, schema: null,
  name: null, column: null, createdBy: null, options: [], until: null, planned: null, everybody: false, isThere: false,
} as const; // biome-ignore format: one glance

const unknownRow = ({ section, reason, object }: Unread): DriftRow => ({
  ...nowhere,
  kind: "unknown",
  what: "section",
  ...(object && {
    object: objectText({ ...object, what: "privilege" } as Access),
    objectKind: object.kind,
    schema: object.schema,
  }),
  section,
  reason,
});

/** The open planned change that covers a gain; null: none does. */
const plannedFor = (baseline: Baseline, { role, schema }: Access, at: Instant): string | null =>
  baseline.plannedChanges?.find(
    (change) =>
      isWithin(change, at) &&
      (change.roles === undefined || (role !== null && change.roles.includes(role))) &&
      (change.schemas === undefined || (schema !== null && change.schemas.includes(schema))),
  )?.name ?? null;

/** Of what stands, the longer end wins; of what is over, any. */
const standing = (declared: readonly Declared[], at: Instant) => ({
  open: byKey(declared.filter((one) => !isOver(one, at))),
  over: byKey(declared.filter((one) => isOver(one, at))),
});

/** Whether a column of the table is declared for the same role and privilege: then the table is the same, wider. */
const columnKey = ({ role, schema, object, privilege }: Access): string =>
  JSON.stringify([role, schema, object, privilege]);

/** What the file says, and together with what PostgreSQL gives to PUBLIC of itself. */
type Wanted = { readonly said: readonly Declared[]; readonly declared: readonly Declared[] };

const gains = (
  baseline: Baseline,
  live: LiveAccess,
  found: ReadonlyMap<string, Access>,
  { said, declared }: Wanted,
  at: Instant,
): DriftRow[] => {
  const { open, over } = standing(declared, at);
  const follows = followsFrom(
    said.filter((one) => !isOver(one, at)),
    live,
  );
  const columns = new Set([...open.values()].filter(({ kind }) => kind === "column").map(columnKey));
  const rows: DriftRow[] = [];
  for (const [key, one] of found) {
    const known = open.get(key);
    const planned = plannedFor(baseline, one, at);
    const component = known?.component ?? componentOf(baseline, one.role);
    if (known) {
      const options = one.options.filter((option) => !known.options.includes(option));
      if (options.length) rows.push(rowOf("widened", one, { component, options, planned, isThere: true }));
    } else if (!follows(one)) {
      const ended = over.get(key);
      const wider = one.kind === "table" && columns.has(columnKey(one));
      rows.push(
        rowOf(wider ? "widened" : "undeclared", one, {
          component: ended?.component ?? component,
          until: ended?.until ?? null,
          planned: ended ? null : planned,
        }),
      );
    }
  }
  return rows;
};

const losses = (
  baseline: Baseline,
  live: LiveAccess,
  found: ReadonlyMap<string, Access>,
  { declared }: Wanted,
  at: Instant,
): DriftRow[] => {
  const { open } = standing(declared, at);
  const unseen = couldNotSee(live.unread);
  const rows: DriftRow[] = [];
  for (const [key, one] of open) {
    if (one.role !== null && one.what !== "mapping" && live.leftOut.has(one.role)) continue;
    // Who may connect as admin is for IAM to say: it needs no mapping, and none is missing.
    if (one.role === DSQL_ADMIN && one.what === "mapping" && live.leftOut.has(one.role)) continue;
    if (one.role !== null && live.roles !== null && !live.roles.has(one.role)) continue;
    // An owner needs no grant.
    if (
      one.what === "privilege" &&
      one.privilege !== OWNER &&
      one.role !== null &&
      live.objects.get(objectKey(one))?.owner === one.role
    )
      continue;
    const there = found.get(key);
    const { component } = one;
    if (!there) {
      if (!unseen(one)) rows.push(rowOf("missing", one, { component }));
    } else {
      const options = one.options.filter((option) => !there.options.includes(option));
      if (options.length && !unseen(one))
        rows.push(rowOf("missing", one, { component, options, isThere: true }));
    }
  }
  // A mapping may outlive its role: then the role is there by name, as long as that can be seen.
  const named = new Set([...(live.roles ?? []), ...live.accesses.map(({ role }) => role)]);
  const mappingsUnread = live.unread.some(({ section }) => section === "mappings");
  const gone = baseline.components.filter(
    ({ role, principals = [] }) =>
      live.roles !== null && !named.has(role) && !(mappingsUnread && principals.length > 0),
  );
  return [
    ...rows,
    ...gone.map(
      ({ name, role }): DriftRow => ({
        ...nowhere,
        kind: "missing",
        component: name,
        role,
        what: "role",
        section: "roles",
        reason: null,
      }),
    ),
  ];
};

const ORDER: readonly DriftKind[] = ["undeclared", "widened", "missing", "unknown"];
const inOrder = (a: DriftRow, b: DriftRow): number =>
  ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
  byText(a.role ?? "", b.role ?? "") ||
  byText(a.principal ?? "", b.principal ?? "") ||
  byText(a.object ?? "", b.object ?? "") ||
  byText(a.privilege ?? "", b.privilege ?? "");

/**
 * Every difference between what `baseline` declares at `at` and what `catalog` allows: undeclared first, then widened,
 * missing, unknown. What could not be read is `unknown`, never `missing`. Names are raw.
 */
export const driftOf = (baseline: Baseline, catalog: Catalog, at: Instant): readonly DriftRow[] => {
  const live = liveAccess(catalog);
  const withheld = byKey(expand(withheldAccess(baseline), live));
  const given = live.builtIn
    .filter((one) => !withheld.has(accessKey(one)))
    .map((one): Declared => ({ ...one, component: null, until: null, all: false }));
  const found = byKey(live.accesses);
  const said = expand(declaredAccess(baseline), live);
  const wanted = { said, declared: [...said, ...given] };
  return [
    ...gains(baseline, live, found, wanted, at),
    ...losses(baseline, live, found, wanted, at),
    ...live.unread.map(unknownRow),
  ].sort(inOrder);
};

/** Whether a row is drift: neither unknown nor covered by a planned change. */
export const isDrift = ({ kind, planned }: Pick<DriftRow, "kind" | "planned">): boolean =>
  kind !== "unknown" && planned === null;
