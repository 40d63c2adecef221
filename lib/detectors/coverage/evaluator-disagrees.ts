// A finding about the auditor itself: AWS's policy simulator reads an identity's policies in another way than the auditor does.
import { Principal, withoutPath } from "../../core/base/ids.ts";
import { shellWord } from "../../core/base/shell-word.ts";
import { DAY, type Instant, iso } from "../../core/base/time.ts";
import { principalName } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import type { IamFacts, IamOpinions } from "../../core/catalog/iam-facts.ts";
import { seenInSnapshot } from "../../core/findings/catalog-judgement.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import {
  type Case,
  daysAgo,
  EXAMPLE_CLUSTER,
  exampleArn,
  exampleFacts,
} from "../../core/findings/example-facts.ts";
import { exampleIam, exampleRole } from "../../core/findings/example-iam.ts";
import type { IamView } from "../../core/findings/view-iam.ts";
import { withOpinions } from "../../core/iam/asked-identities.ts";
import type { ConnectAction } from "../../core/iam/may-connect.ts";
import { simulatedText } from "../../core/iam/opinion.ts";
import { opinionsOn, secondOpinion } from "../../core/iam/second-opinion.ts";

type DisagreesEvidence = {
  readonly action: string;
  readonly here: string;
  readonly simulator: string;
  readonly askedAt: string;
};

/** Whether the account has the identity and nothing is kept of what was said of it: an answer of before was lost. */
const isForgotten = ({ rows, facts }: IamView, principal: string): boolean => {
  const isIt = ({ arn }: { readonly arn: string }) => withoutPath(arn) === withoutPath(principal);
  return (rows("users").some(isIt) || rows("roles").some(isIt)) && !facts?.opinions?.identities.some(isIt);
};

export const evaluatorDisagrees = /* @__PURE__ */ defineDetector({
  id: "evaluator-disagrees",
  category: "coverage",
  title: "AWS's policy simulator contradicts the auditor",
  short: "AWS's simulator disagrees",
  severity: "medium",
  life: "state",
  docs: {
    why: "The auditor decides by itself who may connect. AWS's own simulator was asked about the same policies and says something else, so one of the two is wrong. Until that is settled, whether the identity may connect is unknown in every answer.",
    fix: "Ask again: `dsql-audit who-may --live --cluster CLUSTER --principal PRINCIPAL` reads IAM anew. If the two still differ, treat the identity as if it may connect, and report its policies, with names removed, as a fault of the auditor.",
    falsePositives:
      "A change of policies that AWS had not yet spread when it was asked. The question is put again after a day. A simulator that is wrong itself: it knows neither session policies nor every condition key.",
    blindSpots:
      "A few identities are asked about each day, up to 100 for each cluster, none without a policy about connecting. Where the auditor may not ask (iam:SimulatePrincipalPolicy) or AWS throttles, nothing is found: doctor says so. Cluster policies are not compared, as the simulator takes them for IAM users only. Where both are wrong in the same way, nobody sees it.",
  },
  evidence: {
    action: "Action",
    here: "By the auditor",
    simulator: "By AWS's simulator",
    askedAt: "Asked",
  },
  options: z.object({}),
  needs: ["iam", "iam.users", "iam.roles"],
  detect: (view): Judgement<DisagreesEvidence>[] =>
    view.iam.opinions().asked.flatMap(({ principal, action, own, aws, state, askedAt }) => {
      if (state !== "differs" || !aws) return [];
      return {
        subject: { principal: Principal.parse(principal), facet: action },
        title: `Whether ${principalName(principal)} may use dsql:${action} is unknown: ${own} by its policies here, ${aws.decision} by AWS's policy simulator`,
        evidence: {
          action: `dsql:${action}`,
          here: own,
          simulator: simulatedText(aws),
          askedAt: iso(askedAt),
        },
        ...seenInSnapshot(view).times,
        fix: `Ask again, with IAM as it is now: \`dsql-audit who-may --live --cluster ${shellWord(view.cluster)} --principal ${shellWord(principal)}\``,
      };
    }),
  // Other policies are no proof that the auditor reads them right: the next answer tells.
  unjudged: (view) =>
    view.iam.opinions().changed.flatMap((principal) =>
      (["DbConnect", "DbConnectAdmin"] as const).map((action) => ({
        principal: Principal.parse(principal),
        facet: action,
      })),
    ),
  gone: (view, { principal, facet }) => {
    const said = view.iam
      .opinions()
      .asked.find(
        (one) =>
          principal !== undefined &&
          withoutPath(one.principal) === withoutPath(principal) &&
          one.action === facet,
      );
    if (said) return said.state === "agrees" ? "AWS's policy simulator says the same now." : undefined;
    // Without its identity among those that were asked about, nobody compared what it has now.
    return principal !== undefined && isForgotten(view.iam, principal)
      ? undefined
      : "The policies that the two read differently are no more.";
  },
});

/** Facts in which AWS's simulator said `decision` of a role that may connect, and of nobody else. */
const saying = (
  decision: "allowed" | "denied",
  {
    missing = [],
    askedAt = daysAgo(1),
  }: { readonly missing?: readonly string[]; readonly askedAt?: Instant } = {},
): IamFacts => {
  const facts = exampleIam({ roles: [exampleRole("Job", "dsql:DbConnect")] });
  const answers = new Map([["DbConnect" as const, { decision, missing, inOrganization: null }]]);
  const second = secondOpinion(facts, EXAMPLE_CLUSTER);
  const opinions = opinionsOn(
    second,
    exampleArn("Job"),
    answers satisfies ReadonlyMap<ConnectAction, unknown>,
  );
  return withOpinions(facts, EXAMPLE_CLUSTER, opinions, askedAt);
};

export const cases = (): Case[] => {
  const differs = saying("denied");
  const refused: IamOpinions["refused"] = { why: "denied", permission: null, since: daysAgo(2) };
  const none = { cluster: EXAMPLE_CLUSTER, identities: [], refused, waiting: 1 };
  return [
    {
      name: "fires for a role that may connect here and may not by AWS's simulator",
      facts: exampleFacts({ iam: differs }),
      expect: ["Job"],
    },
    {
      name: "fires for it still a month later, while the policies are the same",
      facts: exampleFacts({ iam: saying("denied", { askedAt: daysAgo(30) }) }),
      expect: ["Job"],
    },
    {
      name: "is quiet where the simulator lacked a key that every request has",
      facts: exampleFacts({ iam: saying("denied", { missing: ["aws:CurrentTime"] }) }),
      expect: [],
    },
    {
      name: "is quiet about policies that are others now",
      facts: exampleFacts({
        iam: { ...exampleIam({ roles: [exampleRole("Job", "dsql:*")] }), opinions: differs.opinions },
      }),
      expect: [],
    },
    {
      name: "is quiet where nobody was asked",
      facts: exampleFacts({ iam: exampleIam({ roles: [exampleRole("Job", "dsql:DbConnect")] }) }),
      expect: [],
    },
    {
      name: "is quiet where the question was refused",
      facts: exampleFacts({
        iam: { ...exampleIam({ roles: [exampleRole("Job", "dsql:DbConnect")] }), opinions: none },
      }),
      expect: [],
    },
    {
      name: "clears when the simulator says the same",
      facts: exampleFacts({ iam: saying("allowed", { askedAt: daysAgo(0) + DAY / 2 }) }),
      expect: [],
    },
  ];
};
