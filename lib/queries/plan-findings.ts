// The plan that ends findings: their fixes in both walls, each thing done once, and how it is judged whether they are gone.
import { type Cluster, type Oid, Principal } from "../core/base/ids.ts";
import { type Instant, minute } from "../core/base/time.ts";
import type { Baseline } from "../core/baseline/baseline.ts";
import type { DriftRow } from "../core/baseline/drift.ts";
import { type Catalog, rowsOf } from "../core/catalog/catalog.ts";
import { activityDays } from "../core/findings/activity-days.ts";
import { withDeclaredOptions } from "../core/findings/baseline-options.ts";
import { DORMANT_DAYS, windowOptions } from "../core/findings/dormant-window.ts";
import type { Facts } from "../core/findings/facts.ts";
import type { Finding, Observation } from "../core/findings/finding.ts";
import { type DetectorOptions, judgeWith } from "../core/findings/judge.ts";
import { matched } from "../core/findings/match-findings.ts";
import { auditView } from "../core/findings/view.ts";
import { overSince } from "../core/incidents/threads.ts";
import { toDeclared } from "../core/remediation/declared.ts";
import { endsWithItsRole, isSql } from "../core/remediation/has-plan.ts";
import { joinPlans, type Plan, planFor, planTo, refused } from "../core/remediation/plan.ts";
import type { Judge } from "../core/remediation/proof.ts";
import { type State, stateOf } from "../core/remediation/state.ts";
import { withoutRole } from "../core/remediation/without-role.ts";
import { detectors } from "../detectors/index.ts";
import { AuditError } from "../errors.ts";
import { type FactOptions, loadFacts } from "../jobs/load-facts.ts";
import type { ReadStore } from "../store/open-store.ts";
import { inIam } from "./plan-iam.ts";

/** The settings of the store, as a judgement has them. */
export type PlanSettings = FactOptions & {
  readonly detectorOptions?: DetectorOptions;
  readonly dormantDays?: number;
};

/** Privileges are what plans change: other findings do not hang on them. */
const judged = detectors.filter(({ category }) => category === "over-privileged" || category === "dormant");

export type Judging = {
  readonly facts: Facts;
  readonly observations: (facts: Facts) => readonly Observation[];
};

export const judgingOf = async (
  store: ReadStore,
  cluster: Cluster,
  now: Instant,
  { detectorOptions = {}, dormantDays = DORMANT_DAYS, ...options }: PlanSettings,
): Promise<Judging> => {
  const known = new Set(judged.map(({ id }) => id));
  const optionsBy = (baseline: Baseline | undefined): DetectorOptions => {
    const declared = withDeclaredOptions(detectors, baseline, cluster, detectorOptions);
    const own = Object.entries(windowOptions(dormantDays, declared)).filter(([id]) => known.has(id));
    return Object.fromEntries(own);
  };
  const facts = await loadFacts(store, cluster, now, {
    ...options,
    activityDays: (baseline) => activityDays(judged, optionsBy(baseline), baseline),
  });
  const judge = judgeWith(judged, optionsBy(facts.baseline));
  return { facts, observations: (of) => judge(auditView(of)).observations };
};

/** The same facts after the catalog became another one just now: mappings that are gone have an end. */
const factsWith = (facts: Facts, catalog: Catalog): Facts => {
  if (!facts.snapshot) return facts;
  const key = (role: number, arn: string): string => `${role} ${arn}`;
  const rows = rowsOf(catalog, "mappings");
  const standing = new Set(rows.map(({ role, arn }) => key(role, arn)));
  const ends = catalog.sections.mappings.status === "read";
  const periods = facts.mappingPeriods.map((period) =>
    ends && period.goneAt === null && !standing.has(key(period.roleOid, period.arn))
      ? { ...period, goneAt: facts.now }
      : period,
  );
  const open = new Set(periods.flatMap((one) => (one.goneAt === null ? [key(one.roleOid, one.arn)] : [])));
  const begun = rows
    .filter(({ role, arn }) => !open.has(key(role, arn)))
    .map(({ role, roleName, arn, iamOid }) => ({
      ...{ arn: Principal.parse(arn), iamOid, roleOid: role, roleName, goneAt: null },
      ...{ notSeenAt: facts.snapshot?.takenAt ?? null, firstSeenAt: facts.now, lastSeenAt: facts.now },
    }));
  return { ...facts, snapshot: { ...facts.snapshot, catalog }, mappingPeriods: [...periods, ...begun] };
};

/** The rows of drift that a finding of it counts together. */
const isOfFinding =
  ({ subject, evidence }: Observation) =>
  (row: DriftRow): boolean =>
    (subject.role === undefined || row.role === subject.role) &&
    (subject.principal === undefined || row.principal === subject.principal) &&
    (subject.object === undefined || row.object === subject.object) &&
    (evidence.drift === "outlived" || row.kind === evidence.drift);

/** Their fix shuts the role off first; it can go when nobody has missed it. */
const MAY_DROP: ReadonlySet<string> = new Set(["dormant-role", "unmapped-login-role"]);

/** What is wished, as a plan, and what has to be gone afterwards. */
export type Wished = {
  readonly plan: Plan;
  readonly wanted: readonly string[];
  readonly judge: Judge;
  readonly ends: readonly { readonly id: string | null; readonly title: string }[];
  readonly roles: readonly string[];
  readonly notes: readonly string[];
};

const hasRole = ({ catalog }: State, role: Oid): boolean =>
  rowsOf(catalog, "roles").some(({ oid }) => oid === role);

const afterDrop = (plan: Plan, roles: readonly Observation[]): Plan => {
  let whole = plan;
  for (const { subject } of roles) {
    const state = whole.expected && stateOf(whole.expected);
    if (!state || subject.roleOid === undefined || !hasRole(state, subject.roleOid)) continue;
    const without = withoutRole(state, subject.roleOid);
    const next = without
      ? planTo(state.catalog, without.catalog)
      : refused(
          state.catalog,
          `${subject.role} cannot be dropped: something of it stays, or nobody else can own it`,
        );
    whole = joinPlans(whole, next);
  }
  return whole;
};

export const forFindings = (
  { facts, observations }: Judging,
  catalog: Catalog,
  findings: readonly Finding[],
  dropRoles: boolean,
): Wished => {
  const found = matched(findings, observations(facts));
  const now = findings.map((finding) => found.get(finding.id) ?? finding);
  const gone = findings.filter(
    ({ id, category }) => !found.has(id) && judged.some((one) => one.category === category),
  );
  const [lost] = gone;
  if (lost) {
    const over = overSince(lost);
    throw new AuditError("not-found", `this is not found in the newest snapshot any more: ${lost.title}`, {
      hint:
        over === undefined
          ? "Bring the findings up to date: dsql-audit detect"
          : `It was over at ${minute(over)}: there is nothing to plan.`,
    });
  }
  const drift = now.filter(({ detector }) => detector === "baseline-drift");
  const { alone, plan: first, says } = inIam(catalog, now, facts);
  // Of a role with too much to print its fix has no statements: they are found when it is dropped.
  const isLater = ({ detector, fix = "" }: Observation): boolean => endsWithItsRole(detector) && !isSql(fix);
  const inDatabase = now.filter((one) => !drift.includes(one) && !alone.has(one.id) && !isLater(one));
  const begun = first.expected ?? catalog;
  let plan = inDatabase.length
    ? joinPlans(
        first,
        planFor(
          begun,
          inDatabase.map(({ id, title, fix = "" }) => ({ id, title, fix })),
        ),
      )
    : first;
  const left: string[] = [];
  for (const one of drift) {
    const state = plan.expected && stateOf(plan.expected);
    if (!state || !facts.baseline) continue;
    const declared = toDeclared(state, facts.baseline, facts.now, isOfFinding(one));
    left.push(...declared.left);
    plan = joinPlans(plan, planTo(state.catalog, declared.wanted));
  }
  const roles = now.filter(
    ({ id, detector, subject }) =>
      subject.roleOid !== undefined && !alone.has(id) && (dropRoles || endsWithItsRole(detector)),
  );
  plan = afterDrop(plan, roles);
  const droppable = now.filter(({ id, detector }) => MAY_DROP.has(detector) && !alone.has(id));
  return {
    plan,
    wanted: now.filter(({ category }) => judged.some((one) => one.category === category)).map(({ id }) => id),
    judge: (of) => new Set(observations(factsWith(facts, of)).map(({ id }) => id)),
    ends: findings.map(({ id, title }) => ({ id, title })),
    roles: now.flatMap(({ subject }) => subject.role ?? []),
    notes: [
      ...says,
      ...left.map((text) => `No statement settles this: ${text}.`),
      ...(droppable.length && !dropRoles
        ? ["To remove the role altogether, when nobody has missed it: add --drop-role."]
        : []),
    ],
  };
};
