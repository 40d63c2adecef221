// GET /explain: why a role or a principal has a privilege, or which link of the chain is broken.
import * as z from "../core/base/zod.ts";
import { objectKinds } from "../core/privileges/effective-objects.ts";
import { linkStates, steps, verdicts } from "../core/privileges/explain.ts";
import { type Explained, explainAccess as explain } from "../queries/explain.ts";
import { askSnapshot } from "./ask-snapshot.ts";
import { atParam, clusterParam, text } from "./params.ts";
import { OBJECT_NAME, RowSecurityAnswer, Unread, unreadAnswer } from "./privileges.ts";
import { type Route, route } from "./route.ts";
import { Basis } from "./snapshot-ref.ts";

const Verdict = z.enum(verdicts).check(
  z.meta({
    description:
      "`no`: not by grants, memberships and mappings; a link with the state `unknown` says what else was not looked at. " +
      "`conditional`: IAM or the cluster policy lets it in on conditions; the links say which.",
  }),
);

const ExplainAnswer = z
  .object({
    cluster: z.string(),
    ...Basis,
    principal: z.nullable(z.string()),
    role: z.nullable(z.string()).check(z.meta({ description: "null where a principal reaches no role." })),
    privilege: z.string(),
    kind: z.enum(objectKinds),
    object: z.string().check(z.meta({ description: "As SQL names it." })),
    verdict: Verdict,
    grantable: z.boolean(),
    links: z
      .array(
        z.object({
          step: z.enum(steps),
          state: z
            .enum(linkStates)
            .check(z.meta({ description: "`conditional`: the request to connect decides." })),
          says: z.string(),
          evidence: z.array(z.string()).check(z.meta({ description: "What it rests on." })),
        }),
      )
      .check(
        z.meta({
          description:
            "The whole chain, over IAM, the cluster policy, the mapping and the database; behind a missing mapping it is the one that there would be.",
        }),
      ),
    firstBroken: z
      .nullable(z.enum(steps))
      .check(z.meta({ description: "The first broken link; null: none is." })),
    path: z.array(z.string()),
    paths: z
      .nullable(z.number())
      .check(z.meta({ description: "How many there are; null: more than can be counted." })),
    otherPaths: z.array(z.array(z.string())).check(z.meta({ description: "The next few." })),
    completes: z.array(z.string()).check(
      z.meta({
        description: "What would complete the chain: SQL to run, or comments that say what to change in IAM.",
      }),
    ),
    away: z.nullable(z.string()).check(
      z.meta({
        description:
          "How far it is from complete: `one AWS IAM GRANT away`; null: nothing is missing, or it is not known.",
      }),
    ),
    next: z
      .nullable(z.string())
      .check(z.meta({ description: "What to do where IAM leaves something unknown." })),
    also: z
      .array(z.object({ role: z.string(), verdict: Verdict }))
      .check(z.meta({ description: "The other roles that the principal can connect as." })),
    views: z
      .array(
        z.object({ view: z.string(), by: z.enum(["view", "rule"]), as: z.string(), certain: z.boolean() }),
      )
      .check(
        z.meta({
          description:
            "Views through which the role does it all the same, with the rights of the role `as`; `by` rule: a rule on that view or table may do it; `certain` false: that, or the view is over several tables.",
        }),
      ),
    columns: z.nullable(z.array(z.string())).check(
      z.meta({
        description: "Columns of the table on which the role holds it by grants on columns; null: none.",
      }),
    ),
    rowSecurity: RowSecurityAnswer,
    unread: z.array(Unread),
  })
  .register(z.globalRegistry, { id: "ExplainAnswer" });

const listed = (explanation: Explained) => {
  const { paths, links, path, otherPaths, completes, also } = explanation;
  return {
    ...explanation,
    links: links.map((link) => ({ ...link, evidence: [...link.evidence] })),
    path: [...path],
    paths: Number.isFinite(paths) ? paths : null,
    otherPaths: otherPaths.map((other) => [...other]),
    completes: [...completes],
    also: [...also],
    columns: explanation.columns && [...explanation.columns],
    views: explanation.views.map((one) => ({ ...one })),
    unread: explanation.unread.map(unreadAnswer),
  };
};

export const explainAccess: Route = route({
  path: "/explain",
  summary: "Why somebody has a privilege, or what is missing",
  description: "The chain from an IAM principal or a role to the privilege, or its first broken link.",
  params: z.strictObject({
    ...clusterParam,
    who: text("A database role by its name; else an IAM role or user, by its ARN or by its name."),
    privilege: text("SELECT, INSERT, USAGE, EXECUTE, …"),
    object: text(OBJECT_NAME),
    ...atParam,
  }),
  answer: ExplainAnswer,
  run: async (deps, params) => {
    const { cluster, grounds, basis } = await askSnapshot(deps, params);
    return { cluster, ...basis, ...listed(await explain(grounds, params)) };
  },
});
