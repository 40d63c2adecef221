// The part of a plan that lies in IAM: for findings whose remedy is there, and for whom a baseline lets in or out.
import { foldArn } from "../core/activity/principal.ts";
import { auditorIn } from "../core/base/auditor-in.ts";
import { Principal, withoutPath } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { principalName } from "../core/base/visible-text.ts";
import type { Baseline } from "../core/baseline/baseline.ts";
import { declaredAccess, isOver } from "../core/baseline/declared-access.ts";
import { type Catalog, rowsOf } from "../core/catalog/catalog.ts";
import type { Observation } from "../core/findings/finding.ts";
import { iamView } from "../core/findings/view-iam.ts";
import { iamRows } from "../core/iam/facts.ts";
import type { MayConnect } from "../core/iam/may-connect.ts";
import { whoMay } from "../core/iam/who-may.ts";
import { type IamWish, iamPlan } from "../core/remediation/iam/iam-plan.ts";
import { type Remedy, remedyInIam } from "../core/remediation/iam/iam-wishes.ts";
import type { Plan } from "../core/remediation/plan.ts";

/** The findings that need nothing in the database, the plan for IAM, and what is to be said. */
export type InIam = {
  readonly alone: ReadonlySet<string>;
  readonly plan: Plan;
  readonly says: readonly string[];
};

/** What no command does is a step by hand, and a plan with such a step is not proven. */
const withLeft = (plan: Plan, left: readonly string[]): Plan => ({
  ...plan,
  steps: [
    ...plan.steps,
    ...left.map((text) => ({ wall: "iam" as const, text: `${text}.`, undo: "", says: [], byHand: true })),
  ],
  doubts: [...plan.doubts, ...left.map((text) => `there is no command for this: ${text}`)],
});

/** The IAM side of findings; nothing where the snapshot holds none. */
export const inIam = (
  catalog: Catalog,
  findings: readonly Observation[],
  { auditor, baseline }: { readonly auditor: string | null; readonly baseline?: Baseline | null | undefined },
): InIam => {
  const { iam } = catalog;
  const principal = Principal.safeParse(auditor);
  const own = principal.success ? auditorIn(principal.data, catalog.cluster) : null;
  const view = iamView({ cluster: catalog.cluster, snapshot: { catalog, takenAt: 0, seq: 0 } });
  const remedies: readonly (readonly [string, Remedy])[] = iam
    ? findings.map((finding) => [finding.id, remedyInIam(finding, view, own, baseline ?? null)])
    : [];
  const { plan, left } = iamPlan(
    catalog,
    remedies.flatMap(([, { wishes }]) => wishes),
  );
  return {
    alone: new Set(remedies.flatMap(([id, { inIamAlone }]) => (inIamAlone ? [id] : []))),
    plan: withLeft(plan, left),
    says: [...new Set(remedies.flatMap(([, { says }]) => says))],
  };
};

/** Principals without their paths, as mappings may name them with another one. */
const bare = (arn: string): string => withoutPath(foldArn(arn));

const mappedIn = (catalog: Catalog, role: string | null): ReadonlyMap<string, string> =>
  new Map(
    rowsOf(catalog, "mappings")
      .filter(({ roleName }) => role === null || roleName === role)
      .map(({ arn }) => [bare(arn), arn]),
  );

/** One difference between IAM and a baseline: who may connect and is not declared, or is declared and may not. */
type Gap = { readonly principal: string; readonly may: boolean; readonly text: string };

const settledVerdict = (verdicts: readonly MayConnect[]): boolean | null =>
  verdicts.some((one) => one === "allowed" || one === "conditional")
    ? true
    : verdicts.length > 0 && verdicts.every((one) => one === "denied")
      ? false
      : null;

/**
 * Finds where IAM is another than the baseline says of those whom it maps, or of whom the mappings are taken away. Whom
 * neither is about is none of a baseline's business. `role`: of this one alone.
 */
export const gapFinder = (baseline: Baseline, before: Catalog, at: Instant, role: string | null) => {
  const declared = declaredAccess(baseline).filter(
    (one) => one.what === "mapping" && !isOver(one, at) && one.principal !== null,
  );
  const known = new Set(declared.map(({ principal }) => bare(principal ?? "")));
  const wanted = new Map(
    declared.flatMap((one) =>
      role === null || one.role === role ? [[bare(one.principal ?? ""), one.principal ?? ""] as const] : [],
    ),
  );
  // Who is declared for another role keeps the permission.
  const unwanted = [...mappedIn(before, role)].filter(([key]) => !known.has(key));
  return ({ iam }: Catalog): { readonly gaps: readonly Gap[]; readonly unknown: readonly string[] } => {
    if (!iam) return { gaps: [], unknown: [] };
    const judges = (iamRows(iam, "clusters").rows ?? []).map(({ arn: cluster }) =>
      whoMay({ facts: iam, cluster }),
    );
    const mayOf = (principal: string): boolean | null =>
      settledVerdict(judges.map((who) => who.verdictOf(principal, "DbConnect").verdict));
    const gaps: Gap[] = [];
    const unknown: string[] = [];
    for (const [isWanted, list] of [
      [false, unwanted],
      [true, wanted],
    ] as const)
      for (const [, principal] of list) {
        const may = mayOf(principal);
        const name = principalName(principal);
        if (may === null) unknown.push(`whether IAM lets ${name} connect`);
        else if (may !== isWanted)
          gaps.push({
            principal,
            may: isWanted,
            text: isWanted
              ? `IAM does not let ${name} connect (dsql:DbConnect), which is declared`
              : `IAM lets ${name} connect (dsql:DbConnect), which is not declared`,
          });
      }
    return { gaps, unknown };
  };
};

/** The plan that closes the gaps, with what no command does. */
export const closeGaps = (
  catalog: Catalog,
  gaps: readonly Gap[],
): { readonly plan: Plan; readonly left: readonly string[] } =>
  iamPlan(
    catalog,
    gaps.map(
      ({ principal, may }): IamWish => ({
        wants: may ? "let-in" : "shut-out",
        principal,
        action: "DbConnect",
      }),
    ),
  );
