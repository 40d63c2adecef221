// What ends findings, or brings the access to what is declared: the steps, who uses it, and what a server says of it.
import type { ActivityRow } from "../core/activity/activity-row.ts";
import { type Cluster, Principal } from "../core/base/ids.ts";
import { DAY, type Instant } from "../core/base/time.ts";
import type { Baseline } from "../core/baseline/baseline.ts";
import { type DriftRow, driftOf, isDrift } from "../core/baseline/drift.ts";
import { driftText } from "../core/baseline/drift-text.ts";
import { type Catalog, rowsOf } from "../core/catalog/catalog.ts";
import { withDeclaredOptions } from "../core/findings/baseline-options.ts";
import { DORMANT_DAYS, windowOptions } from "../core/findings/dormant-window.ts";
import type { Facts } from "../core/findings/facts.ts";
import type { Finding, Observation } from "../core/findings/finding.ts";
import { type DetectorOptions, judgeWith } from "../core/findings/judge.ts";
import { matched } from "../core/findings/match-findings.ts";
import { auditView } from "../core/findings/view.ts";
import { changedPrivileges } from "../core/remediation/access-change.ts";
import { toDeclared } from "../core/remediation/declared.ts";
import { joinPlans, type Plan, planFor, planTo, refused, stateOf } from "../core/remediation/plan.ts";
import type { Judge, Proof } from "../core/remediation/proof.ts";
import { withoutRole } from "../core/remediation/without-role.ts";
import { detectors } from "../detectors/index.ts";
import { AuditError } from "../errors.ts";
import { type FactOptions, loadFacts } from "../jobs/load-facts.ts";
import type { ReadStore } from "../store/open-store.ts";
import { activityOf } from "./activity.ts";

/** The settings of the store, as a judgement has them. */
export type PlanSettings = FactOptions & {
  readonly detectorOptions?: DetectorOptions;
  readonly dormantDays?: number;
};

/** Tries a plan on a server: `wanted` must be gone afterwards. */
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

/** Privileges are what plans change: other findings do not hang on them. */
const judged = detectors.filter(({ category }) => category === "over-privileged" || category === "dormant");

type Judging = { readonly facts: Facts; readonly observations: (facts: Facts) => readonly Observation[] };

const judgingOf = async (
  store: ReadStore,
  cluster: Cluster,
  now: Instant,
  { detectorOptions = {}, dormantDays = DORMANT_DAYS, ...options }: PlanSettings,
): Promise<Judging> => {
  const facts = await loadFacts(store, cluster, now, options);
  const known = new Set(judged.map(({ id }) => id));
  const declared = withDeclaredOptions(detectors, facts.baseline, cluster, detectorOptions);
  const own = Object.entries(windowOptions(dormantDays, declared)).filter(([id]) => known.has(id));
  const judge = judgeWith(judged, Object.fromEntries(own));
  return { facts, observations: (of) => judge(auditView(of)).observations };
};

/** The same facts after the catalog became another one just now: mappings that are gone have an end. */
export const factsWith = (facts: Facts, catalog: Catalog): Facts => {
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
/** Nothing but its end ends the finding. */
const MUST_DROP: ReadonlySet<string> = new Set(["leftover-role"]);

type Wished = {
  readonly plan: Plan;
  readonly wanted: readonly string[];
  readonly judge: Judge;
  readonly ends: PlanAnswer["ends"];
  readonly roles: readonly string[];
  readonly notes: readonly string[];
};

const afterDrop = (plan: Plan, roles: readonly Observation[]): Plan => {
  let whole = plan;
  for (const { subject } of roles) {
    const state = whole.expected && stateOf(whole.expected);
    if (!state || subject.roleOid === undefined) continue;
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

const forFindings = (
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
  if (gone.length) {
    throw new AuditError(
      "not-found",
      `this is not found in the newest snapshot any more: ${gone[0]?.title}`,
      {
        hint: "Bring the findings up to date: dsql-audit detect",
      },
    );
  }
  const drift = now.filter(({ detector }) => detector === "baseline-drift");
  let plan = planFor(
    catalog,
    now.filter((one) => !drift.includes(one)).map(({ id, title, fix = "" }) => ({ id, title, fix })),
  );
  const left: string[] = [];
  for (const one of drift) {
    const state = plan.expected && stateOf(plan.expected);
    if (!state || !facts.baseline) continue;
    const declared = toDeclared(state, facts.baseline, facts.now, isOfFinding(one));
    left.push(...declared.left);
    plan = joinPlans(plan, planTo(state.catalog, declared.wanted));
  }
  const roles = now.filter(
    ({ detector, subject }) => subject.roleOid !== undefined && (dropRoles || MUST_DROP.has(detector)),
  );
  plan = afterDrop(plan, roles);
  const droppable = now.filter(({ detector }) => MAY_DROP.has(detector));
  return {
    plan,
    wanted: now.filter(({ category }) => judged.some((one) => one.category === category)).map(({ id }) => id),
    judge: (of) => new Set(observations(factsWith(facts, of)).map(({ id }) => id)),
    ends: findings.map(({ id, title }) => ({ id, title })),
    roles: now.flatMap(({ subject }) => subject.role ?? []),
    notes: [
      ...left.map((text) => `No statement settles this: ${text}.`),
      ...(droppable.length && !dropRoles
        ? ["To remove the role altogether, when nobody has missed it: add --drop-role."]
        : []),
    ],
  };
};

/** A name that nobody has would have no differences: a slip of the pen must not look like an answer. */
const requireRole = (catalog: Catalog, { components }: Baseline, role: string): void => {
  const isKnown =
    catalog.sections.roles.status !== "read" ||
    rowsOf(catalog, "roles").some(({ name }) => name === role) ||
    rowsOf(catalog, "mappings").some(({ roleName }) => roleName === role) ||
    components.some((component) => component.role === role);
  if (!isKnown)
    throw new AuditError("not-found", `neither the newest snapshot nor the baseline has a role ${role}`, {
      hint: "Look how its name is spelled: dsql-audit history show",
    });
};

const forBaseline = (catalog: Catalog, baseline: Baseline, role: string | null, now: Instant): Wished => {
  if (role !== null) requireRole(catalog, baseline, role);
  const isOurs = (row: DriftRow): boolean => role === null || row.role === role;
  const state = stateOf(catalog);
  const judge: Judge = (of) =>
    new Set(
      driftOf(baseline, of, now)
        .filter((row) => isDrift(row) && isOurs(row))
        .map(driftText),
    );
  const declared = state && toDeclared(state, baseline, now, isOurs);
  const plan = declared ? planTo(catalog, declared.wanted) : planFor(catalog, []);
  const before = [...judge(catalog)];
  // What could not be read names no role: it can be about any.
  const unknown = driftOf(baseline, catalog, now)
    .filter(({ kind }) => kind === "unknown")
    .map(driftText);
  const left = (declared?.left ?? []).filter((text) => !unknown.includes(text));
  return {
    plan,
    wanted: before.filter((text) => !left.includes(text)),
    judge,
    ends: before.map((title) => ({ id: null, title })),
    roles: role === null ? [] : [role],
    notes: [
      ...left.map((text) => `No statement settles this: ${text}.`),
      ...unknown.map((text) => `There may be more differences: ${text}.`),
    ],
  };
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
  const proof = await prove(plan, wanted, judge);
  const touched = new Set([...wished.roles, ...changedRoles(plan)]);
  const interval = { from: now - usedDays * DAY, to: now };
  const { rows } = await activityOf(store, cluster, { interval, by: ["principal", "mapping"] }, now);
  const usedBy = rows.filter(
    ({ role, possibleRoles = [] }) =>
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
      ? notes
      : [
          ...notes,
          "What the plan changes is not known to the end: more roles, and who uses them, may be concerned.",
        ],
  };
};
