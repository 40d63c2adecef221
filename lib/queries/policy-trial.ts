// What a proposed policy would have refused among past connections, and whom it would still let in.

import { principalNamed } from "../core/activity/principal-named.ts";
import { counted } from "../core/base/counted.ts";
import { type Cluster, withoutPath } from "../core/base/ids.ts";
import { upToNow } from "../core/base/parse-time.ts";
import { byText } from "../core/base/sorted.ts";
import { HOUR, type Instant, type Interval, iso } from "../core/base/time.ts";
import type { ConnectAction, MayConnect } from "../core/iam/may-connect.ts";
import { parsePolicy } from "../core/iam/policy.ts";
import { type PolicyFlaw, policyFlaws } from "../core/iam/policy-flaws.ts";
import type { ProposedPolicy } from "../core/iam/proposed-policy.ts";
import { keepsInternetOut } from "../core/iam/public-access.ts";
import { every, type Truth } from "../core/iam/truth.ts";
import { noFacts, type Proposal, type TriedUse, tryPolicy } from "../core/iam/try-policy.ts";
import { type WhoMayRow, whoMay, whoMayRows } from "../core/iam/who-may.ts";
import { AuditError } from "../errors.ts";
import type { ReadStore } from "../store/open-store.ts";
import { goneText } from "../wording/gone-text.ts";
import { goneAsOf } from "./basis.ts";
import { endpointOf } from "./database.ts";
import { principalsIn } from "./known-principals.ts";
import { provenHours } from "./proven-hours.ts";
import { talliesIn } from "./tallies.ts";
import { AS_FAR_AS_IT_GOES, type AskableAction, askableActions } from "./who-may.ts";

/** How far back connections are looked at where nobody says so. */
export const TRIAL_DAYS = 30;

/** Connections of one principal that the proposal treats alike. `connections` 0: none in the stretch, but it may connect. */
export type TrialRow = {
  readonly principal: string;
  readonly action: AskableAction;
  readonly connections: number;
  /** `conditional`: it depends on what the records do not hold; `unknown`: something could not be read. */
  readonly verdict: MayConnect;
  /** The statements of the proposal, or the policies, that decide; null: none does. */
  readonly statement: string | null;
  readonly conditions: readonly string[];
  readonly reasons: readonly string[];
  /** `vpce-…`, `203.0.113.0/24` or `unknown`: all that is kept of where they came from. */
  readonly networks: readonly string[];
  readonly firstAt: string | null;
  readonly lastAt: string | null;
};

export type PolicyTrial = {
  readonly kind: ProposedPolicy["kind"];
  readonly interval: Interval;
  readonly hours: number;
  /** Hours in which there may have been connections that nobody saw. */
  readonly unprovenHours: number;
  /** When IAM was read; null: the store holds nothing of it. */
  readonly iamTakenAt: Instant | null;
  /** Refused first, then conditional, unknown and allowed; those without a connection last; by principal. */
  readonly rows: readonly TrialRow[];
  /** What a cluster policy seems to do and does not; null: it is the policy of an identity. */
  readonly flaws: readonly PolicyFlaw[] | null;
  /** Whether it keeps the internet out, and so the query editor of the AWS console; null as `flaws`. */
  readonly keepsInternetOut: Truth | null;
  /** Parts of IAM that could not be read: there may be more whom it would let in. */
  readonly unread: readonly { readonly part: string; readonly reason: string }[];
  /** What to read all of it with: that the cluster is gone where it was so at the end, and how far a verdict goes. */
  readonly says: string;
};

export type PolicyTrialAsked = {
  readonly proposed: ProposedPolicy;
  readonly interval: Interval;
  /** By an ARN or a name. Of an IAM policy: whose it would be; each principal's where nobody is named. */
  readonly principal?: string | undefined;
  /** Of an IAM policy: beside what the principal has, not instead of it. */
  readonly added?: boolean | undefined;
};

const nameOf = (action: ConnectAction): AskableAction => (action === "DbConnect" ? "connect" : "admin");

/** The statements that decide; of an identity's own policies their names too. */
const statementOf = ({ because }: Pick<TriedUse, "because">): string | null => {
  const texts = because.map(({ policy, sid, effect, from }) => {
    if (effect === "none") return `${policy} (boundary)`;
    const isProposed = policy === "proposed policy" || from === "cluster policy";
    return isProposed ? (sid ?? policy) : sid === null ? policy : `${policy}, ${sid}`;
  });
  return [...new Set(texts)].join("; ") || null;
};

const order: readonly MayConnect[] = ["denied", "conditional", "unknown", "allowed"];
const inOrder = (a: TrialRow, b: TrialRow): number =>
  Number(a.connections === 0) - Number(b.connections === 0) ||
  order.indexOf(a.verdict) - order.indexOf(b.verdict) ||
  byText(a.principal, b.principal) ||
  byText(a.action, b.action) ||
  byText(a.networks.join(), b.networks.join());

type Seen = { readonly use: TriedUse; readonly firstAt: Instant; readonly lastAt: Instant };

const rowOf = (alike: readonly Seen[]): TrialRow[] => {
  const [first] = alike;
  if (!first) return [];
  const { principal, action, verdict, conditions, reasons } = first.use;
  return [
    {
      principal,
      action: nameOf(action),
      connections: alike.reduce((sum, { use }) => sum + use.connections, 0),
      verdict,
      statement: statementOf(first.use),
      conditions,
      reasons,
      networks: [...new Set(alike.map(({ use }) => use.network))].sort(byText),
      firstAt: iso(alike.reduce((least, { firstAt }) => Math.min(least, firstAt), first.firstAt)),
      lastAt: iso(alike.reduce((most, { lastAt }) => Math.max(most, lastAt), first.lastAt)),
    },
  ];
};

/** Alike in all but their network. */
const grouped = (seen: readonly Seen[]): TrialRow[] =>
  [
    ...Map.groupBy(seen, ({ use: { principal, action, verdict, because, conditions, reasons } }) =>
      JSON.stringify([principal, action, verdict, because, conditions, reasons]),
    ).values(),
  ].flatMap(rowOf);

const unseenRow = ({ principal, action, verdict, because, conditions, reasons }: WhoMayRow): TrialRow => ({
  principal,
  action: nameOf(action),
  connections: 0,
  verdict,
  statement: statementOf({ because }),
  conditions,
  reasons,
  networks: [],
  firstAt: null,
  lastAt: null,
});

const proposalOf = ({ proposed, principal, added = false }: PolicyTrialAsked): Proposal =>
  proposed.kind === "cluster"
    ? { kind: "cluster", document: proposed.document }
    : { kind: "identity", document: proposed.document, principal: principal ?? null, added };

const checked = ({ proposed, added }: PolicyTrialAsked): void => {
  if (proposed.kind === "cluster" && added)
    throw new AuditError(
      "usage",
      "only an IAM policy can be added: a cluster has one policy, which a new one replaces",
    );
};

/**
 * Holds the allowed connections of the stretch against the proposal, by what the store keeps of them: those through this cluster
 * alone, for a peer has another ARN and a policy of its own. Attempts that were refused are left out. IAM is as the last snapshot at or before the stretch's end has it. AuditError("usage") for a principal
 * that is none, and for a cluster policy that is to be added.
 */
export const tryProposal = async (
  store: ReadStore,
  cluster: Cluster,
  asked: PolicyTrialAsked,
  now: Instant,
): Promise<PolicyTrial> => {
  checked(asked);
  const { proposed } = asked;
  const interval = upToNow(asked.interval, now);
  const snapshot = await store.snapshots.asOf(cluster, interval.to);
  const connections = await talliesIn(store, endpointOf(cluster), interval);
  const known = (): string[] => [
    ...connections.map((tally) => tally.principal),
    ...(snapshot ? principalsIn(snapshot.catalog) : []),
  ];
  const principal = asked.principal === undefined ? undefined : principalNamed(asked.principal, known());
  const facts = snapshot?.catalog.iam;
  const proposal = proposalOf({ ...asked, principal });
  const trial = tryPolicy(facts ?? noFacts(cluster), cluster, proposal);
  const wanted = principal === undefined ? null : withoutPath(principal);
  const isWanted = (arn: string): boolean => wanted === null || withoutPath(arn) === wanted;

  const tallies = connections.filter((tally) => tally.outcome === "allowed" && isWanted(tally.principal));
  const seen = tallies.map(
    (tally): Seen => ({
      use: trial.of({ ...tally, connections: tally.count }),
      firstAt: tally.firstAt,
      lastAt: tally.lastAt,
    }),
  );
  const { mappings } = snapshot?.catalog.sections ?? {};
  const mapped = mappings?.status === "read" ? mappings.rows.map(({ arn }) => arn) : [];
  const who = whoMay({ facts: trial.facts, cluster, also: mapped });
  const connected = new Set(
    tallies.map((tally) => JSON.stringify([withoutPath(tally.principal), tally.action])),
  );
  const isUnseen = (row: WhoMayRow): boolean =>
    row.verdict !== "denied" &&
    isWanted(row.principal) &&
    !connected.has(JSON.stringify([withoutPath(row.principal), row.action]));
  // As the policy of each principal it would let in everybody it allows: that is the proposal, and no answer.
  const isForEach = proposal.kind === "identity" && wanted === null;
  const unseen = isForEach ? [] : whoMayRows(who).filter(isUnseen).map(unseenRow);
  const { uncovered } = await provenHours(store, cluster, interval, now);
  const isCluster = proposed.kind === "cluster";
  const gone = await goneAsOf(store, cluster, interval.to);
  return {
    kind: proposed.kind,
    interval,
    hours: Math.ceil((interval.to - interval.from) / HOUR),
    unprovenHours: uncovered.hoursIn(interval),
    iamTakenAt: facts && snapshot ? snapshot.manifest.takenAt : null,
    rows: [...grouped(seen), ...unseen].sort(inOrder),
    flaws: isCluster ? policyFlaws(proposed.document, cluster) : null,
    keepsInternetOut: isCluster
      ? every(
          Object.values(askableActions).map((action) =>
            keepsInternetOut(parsePolicy(proposed.document, "resource"), cluster, action),
          ),
        )
      : null,
    unread: isForEach ? [] : who.unread,
    says: gone ? `${goneText(gone)} ${AS_FAR_AS_IT_GOES}` : AS_FAR_AS_IT_GOES,
  };
};

const figure = (n: number): string => n.toLocaleString("en-US");
const connectionsIn = (rows: readonly TrialRow[]): number =>
  rows.reduce((sum, row) => sum + row.connections, 0);

/** "Of 1,234 connections it would have refused 12 and let in 1,200; for 22 it is unknown." */
export const trialText = (rows: readonly TrialRow[]): string => {
  const of = (...wanted: TrialRow["verdict"][]): number =>
    connectionsIn(rows.filter((row) => wanted.includes(row.verdict)));
  const all = connectionsIn(rows);
  if (all === 0) return "There was no connection to hold it against.";
  const open = of("conditional");
  const unknown = of("unknown");
  const rest = [
    ...(open ? [`for ${figure(open)} it depends on what the records do not hold`] : []),
    ...(unknown ? [`for ${figure(unknown)} it is unknown`] : []),
  ];
  return `Of ${counted(all, "connection")} it would have refused ${figure(of("denied"))} and let in ${figure(of("allowed"))}${rest.length ? `; ${rest.join(", and ")}` : ""}.`;
};
