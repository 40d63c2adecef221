// What ends findings, or brings the access to what is declared: the steps, who uses it, and what a server says of it.
import type { ActivityRow } from "../core/activity/activity-row.ts";
import { type Cluster, withoutPath } from "../core/base/ids.ts";
import { DAY, dayOf, type Instant, type Interval } from "../core/base/time.ts";
import type { Baseline } from "../core/baseline/baseline.ts";
import { DORMANT_DAYS } from "../core/findings/dormant-window.ts";
import type { Finding } from "../core/findings/finding.ts";
import { iamRows } from "../core/iam/facts.ts";
import { parseProposal } from "../core/iam/proposed-policy.ts";
import { changedPrivileges } from "../core/remediation/access-change.ts";
import type { Plan } from "../core/remediation/plan.ts";
import { type Judge, notProven, type Proof } from "../core/remediation/proof.ts";
import { AuditError } from "../errors.ts";
import type { ReadStore } from "../store/open-store.ts";
import { activityOf } from "./activity.ts";
import { forBaseline } from "./plan-baseline.ts";
import { forFindings, judgingOf, type PlanSettings } from "./plan-findings.ts";
import { trialText, tryProposal } from "./policy-trial.ts";

/** Tries a plan without doubts on a server: `wanted` must be gone afterwards. */
export type Prove = (plan: Plan, wanted: readonly string[], judge: Judge) => Promise<Proof>;

/** What a plan is for. */
export type PlanFor =
  /** `dropRoles`: the roles that the findings are about go altogether. */
  | { readonly findings: readonly Finding[]; readonly dropRoles: boolean }
  /** `role`: only what differs of this one; null: all that differs. */
  | { readonly baseline: Baseline; readonly role: string | null };

export type PlanAnswer = {
  readonly plan: Plan;
  readonly proof: Proof;
  /** What it ends: findings by id, or differences in sentences. */
  readonly ends: readonly { readonly id: string | null; readonly title: string }[];
  /** Who used the roles that lose or gain something; by principal and role. */
  readonly usedBy: readonly ActivityRow[];
  readonly usedDays: number;
  readonly snapshot: { readonly seq: number; readonly takenAt: Instant };
  /** What has to be said of it. */
  readonly notes: readonly string[];
};

/** What the cluster's new policy would have made of the connections that there were. */
const trialNotes = async (
  store: ReadStore,
  cluster: Cluster,
  { narrowed, expected }: Plan,
  interval: Interval,
  now: Instant,
): Promise<string[]> => {
  const access =
    expected?.iam && narrowed.includes(cluster)
      ? iamRows(expected.iam, "clusters").rows?.find(({ arn }) => arn === cluster)
      : undefined;
  const document = access?.policy.status === "read" ? access.policy.rows[0]?.document : undefined;
  if (document === undefined) return [];
  const proposed = parseProposal(document, "the new cluster policy");
  const { rows } = await tryProposal(store, cluster, { proposed, interval }, now);
  const seen = rows.filter(({ connections }) => connections > 0);
  return [`The new policy, tried on the connections from ${dayOf(interval.from)} on: ${trialText(seen)}`];
};

/** The roles whose effective privileges are others afterwards. */
const changedRoles = ({ before, expected }: Plan): string[] =>
  expected ? [...new Set(changedPrivileges(before, expected).map(({ role }) => role))] : [];

/**
 * The plan, tried on a server by `prove`. Nothing is ever run on the cluster. AuditError("not-found"): there is no
 * snapshot, or a finding is not found in it any more.
 */
export const planOf = async (
  store: ReadStore,
  cluster: Cluster,
  asked: PlanFor,
  now: Instant,
  {
    settings = {},
    prove,
    usedDays = DORMANT_DAYS,
  }: {
    readonly settings?: PlanSettings;
    readonly prove: Prove;
    readonly usedDays?: number;
  },
): Promise<PlanAnswer> => {
  const judging = await judgingOf(store, cluster, now, settings);
  const { snapshot } = judging.facts;
  if (!snapshot)
    throw new AuditError("not-found", "there is no snapshot to plan on", { hint: "dsql-audit snapshot" });
  const { catalog } = snapshot;
  const wished =
    "findings" in asked
      ? forFindings(judging, catalog, asked.findings, asked.dropRoles)
      : forBaseline(catalog, asked.baseline, asked.role, now);
  const { plan, wanted, judge, ends, notes } = wished;
  // Nothing that is tried could clear these, so they are what is told wherever the plan is asked for.
  const proof = plan.doubts.length ? notProven(plan.doubts) : await prove(plan, wanted, judge);
  const interval = { from: now - usedDays * DAY, to: now };
  const trials = await trialNotes(store, cluster, plan, interval, now);
  const touched = new Set([...wished.roles, ...changedRoles(plan)]);
  const { rows } = await activityOf(store, cluster, { interval, by: ["principal", "mapping"] }, now);
  const barred = new Set(plan.meantMay.map(({ principal }) => withoutPath(principal)));
  const usedBy = rows.filter(
    ({ principal, role, possibleRoles = [] }) =>
      barred.has(withoutPath(principal)) ||
      (role !== null && role !== undefined && touched.has(role)) ||
      possibleRoles.some((one) => touched.has(one)),
  );
  return {
    plan,
    proof,
    ends,
    usedBy,
    usedDays,
    snapshot: { seq: snapshot.seq, takenAt: snapshot.takenAt },
    notes: plan.expected
      ? [...notes, ...trials]
      : [
          ...notes,
          "What the plan changes is not known to the end: more roles, and who uses them, may be concerned.",
        ],
  };
};
