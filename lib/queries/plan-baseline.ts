// The plan that brings the live access to what a baseline declares, in both walls.
import { ADMIN } from "../core/activity/admin-logins.ts";
import type { Instant } from "../core/base/time.ts";
import type { Baseline } from "../core/baseline/baseline.ts";
import { type DriftRow, driftOf, isDrift } from "../core/baseline/drift.ts";
import { driftText } from "../core/baseline/drift-text.ts";
import { liveAccess } from "../core/baseline/live-access.ts";
import { type Catalog, isDsql, rowsOf } from "../core/catalog/catalog.ts";
import { toDeclared } from "../core/remediation/declared.ts";
import { joinPlans, planFor, planTo } from "../core/remediation/plan.ts";
import type { Judge } from "../core/remediation/proof.ts";
import { stateOf } from "../core/remediation/state.ts";
import { AuditError } from "../errors.ts";
import type { Wished } from "./plan-findings.ts";
import { closeGaps, gapFinder } from "./plan-iam.ts";

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

/** What the administrator and the server's own roles have is declared nowhere: "no difference" would be no answer. */
const requireDeclarable = (catalog: Catalog, role: string): void => {
  if (!liveAccess(catalog).leftOut.has(role)) return;
  throw new AuditError("usage", `a baseline does not declare what ${role} may do`, {
    hint:
      isDsql(catalog) && role === ADMIN
        ? "Aurora DSQL gives admin its rights, and nobody changes them. Who may connect as admin stands in IAM: dsql-audit who-may --action admin"
        : "It is the server's own role. Name a role that the baseline can declare.",
  });
};

export const forBaseline = (
  catalog: Catalog,
  baseline: Baseline,
  role: string | null,
  now: Instant,
): Wished => {
  if (role !== null) {
    requireRole(catalog, baseline, role);
    requireDeclarable(catalog, role);
  }
  const isOurs = (row: DriftRow): boolean => role === null || row.role === role;
  const gapsIn = gapFinder(baseline, catalog, now, role);
  const gaps = gapsIn(catalog);
  const iam = closeGaps(catalog, gaps.gaps);
  const begun = iam.plan.expected ?? catalog;
  const state = stateOf(begun);
  const judge: Judge = (of) =>
    new Set([
      ...driftOf(baseline, of, now)
        .filter((row) => isDrift(row) && isOurs(row))
        .map(driftText),
      ...gapsIn(of).gaps.map(({ text }) => text),
    ]);
  const declared = state && toDeclared(state, baseline, now, isOurs);
  const inDatabase = declared ? planTo(begun, declared.wanted) : planFor(begun, []);
  const before = [...judge(catalog)];
  // What could not be read names no role: it can be about any.
  const unknown = driftOf(baseline, catalog, now)
    .filter(({ kind }) => kind === "unknown")
    .map(driftText);
  const left = (declared?.left ?? []).filter((text) => !unknown.includes(text));
  const { expected } = iam.plan;
  const open = new Set(expected ? gapsIn(expected).gaps.map(({ text }) => text) : []);
  return {
    plan: joinPlans(iam.plan, inDatabase),
    wanted: before.filter((text) => !left.includes(text) && !open.has(text)),
    judge,
    ends: before.map((title) => ({ id: null, title })),
    roles: role === null ? [] : [role],
    notes: [
      ...[...left, ...iam.left].map((text) => `No statement settles this: ${text}.`),
      ...[...unknown, ...gaps.unknown].map((text) => `There may be more differences: ${text}.`),
    ],
  };
};
