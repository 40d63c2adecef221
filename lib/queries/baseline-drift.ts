// Where the live access is another than the declared one: one answer for the command line, the API and the report.
import type { Cluster } from "../core/base/ids.ts";
import { type Instant, iso } from "../core/base/time.ts";
import type { Baseline } from "../core/baseline/baseline.ts";
import { declaredAccess, isOver } from "../core/baseline/declared-access.ts";
import { type DriftRow, driftOf, isDrift } from "../core/baseline/drift.ts";
import { driftText } from "../core/baseline/drift-text.ts";
import type { KeptBaseline } from "../core/baseline/kept-baseline.ts";
import { beginOf, isWithin } from "../core/baseline/moments.ts";
import { outlivedIn } from "../core/baseline/outlived.ts";
import type { Catalog } from "../core/catalog/catalog.ts";
import { AuditError } from "../errors.ts";
import type { Snapshot } from "../store/history/snapshots.ts";
import type { ReadStore } from "../store/open-store.ts";

export type ToldDrift = DriftRow & {
  /** The row in a sentence; names are raw. */
  readonly says: string;
};

export type Drift = {
  /** Undeclared first, then widened, missing, unknown. */
  readonly rows: readonly ToldDrift[];
  readonly differences: number;
  /** Covered by a change that the baseline plans: notes. */
  readonly planned: number;
  /** Could not be read, so nothing can be said. */
  readonly unknown: number;
};

/** What `catalog` allows beside `baseline` as it stands at `at`, or does not allow of it. */
export const driftFrom = (baseline: Baseline, catalog: Catalog, at: Instant): Drift => {
  const rows = driftOf(baseline, catalog, at).map((row) => ({ ...row, says: driftText(row) }));
  const differences = rows.filter(isDrift).length;
  const unknown = rows.filter(({ kind }) => kind === "unknown").length;
  return { rows, differences, planned: rows.length - differences - unknown, unknown };
};

/**
 * The baseline that was published for a cluster by `at`; undefined: none was, so far. A later one says nothing of then.
 * AuditError("not-found") where an earlier version may have held: only the newest is kept.
 */
export const publishedAt = async (
  store: Pick<ReadStore, "baselines">,
  cluster: Cluster,
  at: Instant,
): Promise<KeptBaseline | undefined> => {
  const published = await store.baselines.read(cluster);
  if (!published || published.at <= at) return published;
  if (published.version === 1) return undefined;
  throw new AuditError(
    "not-found",
    `which baseline held at ${iso(at)} is not known: only the newest is kept, version ${published.version}`,
    { hint: `It was published at ${iso(published.at)}: ask about a time from then on.` },
  );
};

type State = "open" | "over" | "to come";
export type DeclaredWindow = {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly state: State;
};
export type DeclaredAccess = {
  readonly published: KeptBaseline;
  /** null: there is no snapshot to compare with. */
  readonly drift: Drift | null;
  readonly breakGlass: readonly {
    readonly component: string;
    readonly role: string;
    readonly windows: readonly DeclaredWindow[];
  }[];
  /** Access with an end that is past, by component and end; `live`: how much of it is still there, null: not known. */
  readonly ended: readonly {
    readonly component: string;
    readonly until: string;
    readonly declared: number;
    readonly live: number | null;
    /** Some of it could not be looked for: `live` is the least that is still there. */
    readonly atLeast: boolean;
    /** How much of what is there something else declares that has not ended. */
    readonly stillDeclared: number;
  }[];
};

const stateOf = (window: { readonly from: string; readonly to: string }, at: Instant): State => {
  if (isWithin(window, at)) return "open";
  return at < beginOf(window.from) ? "to come" : "over";
};

const endedOf = (baseline: Baseline, catalog: Catalog | undefined, at: Instant): DeclaredAccess["ended"] => {
  const outlived = catalog && outlivedIn(baseline, catalog, at);
  const past = declaredAccess(baseline).filter((one) => isOver(one, at));
  return [...Map.groupBy(past, ({ component, until }) => JSON.stringify([component, until])).values()].map(
    (same) => {
      const [{ component = null, until = null } = {}] = same;
      const found = outlived && same.map(outlived);
      const live = new Set(found?.flatMap((one) => one.live)).size;
      // What could not be read has not ended: where all that was found is nothing, it is not known.
      const atLeast = found === undefined || found.some(({ unseen }) => unseen);
      return {
        component: component ?? "PUBLIC",
        until: until ?? "",
        declared: same.length,
        live: atLeast && live === 0 ? null : live,
        atLeast,
        stillDeclared: new Set(found?.flatMap((one) => one.stillDeclared)).size,
      };
    },
  );
};

/** What the published baseline declares beside the access itself, and how the snapshot differs; undefined: none was published. */
export const declaredAccessAt = async (
  store: Pick<ReadStore, "baselines">,
  cluster: Cluster,
  snapshot: Pick<Snapshot, "catalog"> | undefined,
  at: Instant,
): Promise<DeclaredAccess | undefined> => {
  const published = await publishedAt(store, cluster, at);
  if (!published) return undefined;
  const { baseline } = published;
  const drift = snapshot ? driftFrom(baseline, snapshot.catalog, at) : null;
  return {
    published,
    drift,
    breakGlass: baseline.components.flatMap(({ name, role, breakGlass }) =>
      breakGlass
        ? [
            {
              component: name,
              role,
              windows: breakGlass.windows.map((window) => ({ ...window, state: stateOf(window, at) })),
            },
          ]
        : [],
    ),
    ended: endedOf(baseline, snapshot?.catalog, at),
  };
};
