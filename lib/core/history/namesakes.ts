// Which roles or objects bore one name, and when: identity is the OID, a name may have meant several.

import type { Instant } from "../base/time.ts";
import type { Change, RecordedChange } from "./change.ts";
import { namingsOf } from "./change-subjects.ts";

/** One bearer of a name, as far as snapshots tell. */
export type Namesake = {
  /** "role:16384", "relations:16390". */
  readonly subject: string;
  readonly oid: number;
  /** The first snapshot that showed it under the name; null: the first snapshot of all already did. */
  readonly since: Instant | null;
  /** The first snapshot that no longer showed it so; null: the newest still does. */
  readonly until: Instant | null;
  /** How its time under the name ended. */
  readonly ended: "dropped" | "renamed" | "moved" | null;
};

/** What a change says of a subject's name: what it is called from then on, and what it was called until then. */
const renaming = (
  change: Change,
): { readonly to: string | null; readonly from: string | null } | undefined => {
  const [first, second] = namingsOf(change).map(({ name }) => name);
  switch (change.kind) {
    case "role-created":
    case "object-created":
      return { to: first ?? null, from: null };
    case "role-dropped":
    case "object-dropped":
      return { to: null, from: first ?? null };
    case "role-renamed":
      return { to: change.to, from: change.from };
    case "object-renamed":
    case "object-moved":
      return { to: first ?? null, from: second ?? null };
    default:
      return undefined;
  }
};

const endOf = ({ kind }: Change): Namesake["ended"] =>
  kind.endsWith("dropped") ? "dropped" : kind.endsWith("moved") ? "moved" : "renamed";

/** The stretches in which `subject` bore one of `names`, oldest first. `timeline` is its own. */
const stretches = (
  subject: string,
  names: ReadonlySet<string>,
  timeline: readonly RecordedChange[],
): Namesake[] => {
  const oid = Number(subject.slice(subject.indexOf(":") + 1));
  const found: Namesake[] = [];
  let open: { readonly since: Instant | null } | undefined;
  let told = false;
  for (const { to: at, change } of timeline) {
    const isColumn = "object" in change && change.object.column !== null;
    const own = !isColumn && namingsOf(change).some((naming) => naming.subject === subject);
    const names_ = own ? renaming(change) : undefined;
    if (!names_) continue;
    // Whatever the first word on its name ends was so from the first snapshot on.
    if (!told && names_.from !== null && names.has(names_.from)) open = { since: null };
    told = true;
    if (open && names_.from !== null && names.has(names_.from)) {
      found.push({ subject, oid, since: open.since, until: at, ended: endOf(change) });
      open = undefined;
    }
    if (names_.to !== null && names.has(names_.to)) open = { since: at };
  }
  if (open) found.push({ subject, oid, since: open.since, until: null, ended: null });
  // Nothing is known of its name: it had it from the first snapshot on, and has it still.
  if (!told) found.push({ subject, oid, since: null, until: null, ended: null });
  return found;
};

/** All bearers of a name, in the order of their times. `timelines`: the timeline of each subject that bears or bore it. */
export const namesakesOf = (
  names: ReadonlySet<string>,
  timelines: ReadonlyMap<string, readonly RecordedChange[]>,
): Namesake[] =>
  [...timelines]
    .flatMap(([subject, timeline]) => stretches(subject, names, timeline))
    .sort((a, b) => (a.since ?? 0) - (b.since ?? 0) || (a.until ?? Infinity) - (b.until ?? Infinity));
