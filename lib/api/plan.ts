// GET /findings/{id}/plan: the steps that end a finding, and the way back; there is no server here to prove them on.
import * as z from "../core/base/zod.ts";
import { resolveSettings } from "../core/findings/settings.ts";
import { notProven } from "../core/remediation/proof.ts";
import { findFinding } from "../queries/findings.ts";
import { planOf } from "../queries/plan.ts";
import { planDocument } from "../queries/plan-document.ts";
import { clusterParam, pickCluster, text } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Time } from "./snapshot-ref.ts";

const Step = z
  .object({
    wall: z.enum(["sql", "iam"]).check(z.meta({ description: "Which of the two it changes." })),
    text: z.string().check(
      z.meta({
        description:
          "SQL: one statement or one transaction. IAM: one command of the AWS CLI. By hand: a sentence.",
      }),
    ),
    undo: z.string().check(z.meta({ description: "What takes the step back; empty: nothing to take back." })),
    says: z.array(z.string()).check(z.meta({ description: "What must be known before it is run." })),
    byHand: z.boolean().check(z.meta({ description: "No statement: a person has to decide." })),
    lasting: z.optional(z.array(z.string())).check(
      z.meta({
        description:
          "What no statement takes back, in sentences; then `undo` is empty. Missing: all of it can be taken back.",
      }),
    ),
  })
  .register(z.globalRegistry, { id: "PlanStep" });

const Untried = z.null().check(z.meta({ description: "Not known: nothing was tried here." }));

const PlanAnswer = z
  .object({
    cluster: z.string(),
    snapshot: z.object({ seq: z.int(), takenAt: Time }),
    ends: z.array(z.object({ id: z.nullable(z.string()), title: z.string() })),
    steps: z
      .array(Step)
      .check(z.meta({ description: "In the order in which they are run. Nothing runs them for you." })),
    inverse: z.array(z.string()).check(z.meta({ description: "What restores the snapshot, in order." })),
    proof: z.object({
      status: z.literal("not-proven"),
      because: z.array(z.string()),
      how: z.array(z.string()),
      resolved: Untried,
      opened: Untried,
      changed: Untried,
      mayConnect: Untried,
    }),
    usedDays: z.int().check(z.meta({ description: "How far back usedBy looks." })),
    usedBy: z.array(z.looseObject({ principal: z.string(), lastUseAt: z.nullable(Time) })).check(
      z.meta({
        description: "Who used the roles that lose or gain something; rows as in /activity.",
      }),
    ),
    notes: z.array(z.string()),
  })
  .register(z.globalRegistry, {
    id: "Plan",
    description: "What ends a finding, in both walls, and what takes it back.",
  });

const nothingTried = {
  status: "not-proven" as const,
  how: [],
  resolved: null,
  opened: null,
  changed: null,
  mayConnect: null,
};

const UNTRIED = "The API has no PostgreSQL to try a plan on.";

export const findingPlan: Route = route({
  path: "/findings/{id}/plan",
  summary: "The plan that ends a finding",
  description:
    "Its steps and the way back, unproven: `dsql-audit plan ID` tries the same plan on a throw-away PostgreSQL 16. Nothing is ever run on the cluster or in AWS.",
  params: z.strictObject({ id: text("The finding's id, or the beginning of it."), ...clusterParam }),
  answer: PlanAnswer,
  run: async (deps, { id, cluster: named }) => {
    const { store, now } = deps;
    const cluster = await pickCluster(deps, named);
    const found = await findFinding(store.findings, cluster, id, "GET /findings");
    const { values } = resolveSettings(await store.settings.read());
    const answer = await planOf(store, cluster, { findings: [found], dropRoles: false }, now, {
      settings: { ...values, auditor: values.auditor ?? undefined },
      prove: async () => notProven([UNTRIED, `Prove it where you have one: npx dsql-audit plan ${found.id}`]),
    });
    const { proof, ...document } = planDocument(answer);
    return {
      cluster,
      ...document,
      ends: [...document.ends],
      steps: document.steps.map(({ lasting, ...step }) => ({
        ...{ ...step, says: [...step.says] },
        ...(lasting && { lasting: [...lasting] }),
      })),
      inverse: [...document.inverse],
      proof: { ...nothingTried, because: [...proof.because] },
      usedBy: [...document.usedBy],
      notes: [...document.notes],
    };
  },
});
