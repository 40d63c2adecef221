// POST /policy/try: what a proposed policy would have refused among past connections, and whom it would still let in.
import { iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { sha256 } from "../core/history/chunk.ts";
import { parseProposal } from "../core/iam/proposed-policy.ts";
import { AuditError } from "../errors.ts";
import { TRIAL_DAYS, trialText, tryProposal } from "../queries/policy-trial.ts";
import { AS_FAR_AS_IT_GOES } from "../queries/who-may.ts";
import { rowsAfter } from "./ask-snapshot.ts";
import { Moment, readCursor } from "./cursor.ts";
import { takePage } from "./page.ts";
import { clusterParam, intervalParams, pageParams, pickBounded, pickCluster } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Time } from "./snapshot-ref.ts";

const Asked = z.strictObject({
  policy: z
    .union([z.string(), z.record(z.string(), z.unknown())], {
      error: "is missing, or is neither a policy as JSON nor its text",
    })
    .check(
      z.meta({
        description:
          "One policy, {Version, Statement}, as JSON or as a text, or the answer of GetClusterPolicy. Whose it is shows by its statements: those of a cluster policy have a Principal, those of an IAM policy have none.",
      }),
    ),
  principal: z.optional(z.string()).check(
    z.meta({
      description:
        "Only the connections of this principal, by its ARN; an IAM policy is tried as its policy.",
    }),
  ),
  add: z.optional(z.boolean()).check(
    z.meta({
      description: "Try an IAM policy beside those that each principal has, not instead of them.",
    }),
  ),
});

const TrialRowAnswer = z
  .object({
    principal: z.string(),
    action: z.enum(["connect", "admin"]),
    connections: z
      .int()
      .check(z.meta({ description: "0: none in this stretch, and the policy would let it in, or may." })),
    verdict: z.enum(["allowed", "denied", "conditional", "unknown"]).check(
      z.meta({
        description:
          "`denied`: it would have been refused. `conditional`: it depends on what the records do not hold. `unknown`: something could not be read or is not documented.",
      }),
    ),
    statement: z
      .nullable(z.string())
      .check(z.meta({ description: "What decides; null: no statement does." })),
    conditions: z.array(z.string()),
    reasons: z.array(z.string()),
    networks: z
      .array(z.string())
      .check(z.meta({ description: "Where they came from: vpce-…, 203.0.113.0/24 or unknown." })),
    firstAt: z.nullable(Time),
    lastAt: z.nullable(Time),
  })
  .register(z.globalRegistry, {
    id: "PolicyTrialRow",
    description: "Connections of one principal that the policy treats alike.",
  });

const TrialAnswer = z
  .object({
    cluster: z.string(),
    kind: z
      .enum(["cluster", "identity"])
      .check(z.meta({ description: "Whose policy it is, by its statements." })),
    from: Time,
    to: Time,
    hours: z.int(),
    unprovenHours: z
      .int()
      .check(z.meta({ description: "Hours in which there may have been connections that nobody saw." })),
    iamTakenAt: z.nullable(Time).check(z.meta({ description: "When IAM was read; null: never." })),
    text: z.string().check(z.meta({ description: "How many it would have refused and let in, in words." })),
    flaws: z
      .nullable(z.array(z.object({ statement: z.nullable(z.string()), says: z.string() })))
      .check(
        z.meta({ description: "What a cluster policy seems to do and does not; null: it is an IAM policy." }),
      ),
    keepsInternetOut: z.nullable(z.enum(["yes", "no", "open", "unknown"])).check(
      z.meta({
        description:
          "Whether a cluster policy keeps the internet out, and so the query editor of the AWS console. `open`: it depends. null as `flaws`.",
      }),
    ),
    unread: z.array(z.object({ part: z.string(), reason: z.string() })).check(
      z.meta({
        description: "Parts of IAM that could not be read: there may be more whom it would let in.",
      }),
    ),
    says: z
      .string()
      .check(
        z.meta({ description: "That the cluster is gone, if so, and what no verdict here can rest on." }),
      ),
    items: z.array(TrialRowAnswer),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "PolicyTrial" });

const path = "/policy/try";
/** The stretch, the number of the row, and a mark of all rows. */
const Place = z.tuple([Moment, Moment, z.int().check(z.nonnegative()), z.string()]);

/** It is the caller's own policy that is wrong, and not a file of ours. */
const proposalIn = (policy: z.output<typeof Asked>["policy"]) => {
  try {
    return parseProposal(typeof policy === "string" ? policy : JSON.stringify(policy), "the policy");
  } catch (cause) {
    if (!(cause instanceof AuditError) || cause.code !== "bad-file") throw cause;
    throw new AuditError("usage", cause.message, {
      cause,
      ...(cause.hint !== undefined && { hint: cause.hint }),
    });
  }
};

export const policyTry: Route = route({
  path,
  summary: "What a proposed policy would have refused",
  description: `Holds a cluster policy, or an IAM policy, against the connections that were let in. A cluster policy is tried instead of the cluster's own, an IAM policy instead of the policies that each principal has. Refused first, then what depends, is unknown and is let in; those without a connection last. Nothing is changed. ${AS_FAR_AS_IT_GOES}`,
  params: z.strictObject({ ...clusterParam, ...intervalParams(TRIAL_DAYS), ...pageParams }),
  body: Asked,
  answer: TrialAnswer,
  run: async (deps, params, { policy, principal, add }) => {
    const question = { path, params: { ...params, policy, principal, add } };
    const place = readCursor(Place, question);
    const proposed = proposalIn(policy);
    const cluster = await pickCluster(deps, params.cluster);
    const interval = place ? { from: place[0], to: place[1] } : pickBounded(deps, params, TRIAL_DAYS);
    const found = await tryProposal(
      deps.store,
      cluster,
      { proposed, interval, principal, added: add },
      deps.now,
    );
    const mark = sha256(JSON.stringify(found.rows)).slice(0, 12);
    if (place && place[3] !== mark)
      throw new AuditError("usage", "connections were counted since the first page", {
        hint: "Begin anew without a cursor.",
      });
    const placed = rowsAfter(
      found.rows,
      place?.[2],
      (row): z.input<typeof TrialRowAnswer> => ({
        ...row,
        conditions: [...row.conditions],
        reasons: [...row.reasons],
        networks: [...row.networks],
      }),
      (n) => [interval.from, interval.to, n, mark],
    );
    return {
      cluster,
      kind: found.kind,
      from: iso(found.interval.from),
      to: iso(found.interval.to),
      hours: found.hours,
      unprovenHours: found.unprovenHours,
      iamTakenAt: found.iamTakenAt === null ? null : iso(found.iamTakenAt),
      text: trialText(found.rows),
      flaws: found.flaws?.map(({ statement, says }) => ({ statement, says })) ?? null,
      keepsInternetOut: found.keepsInternetOut,
      unread: found.unread.map(({ part, reason }) => ({ part, reason })),
      says: found.says,
      ...(await takePage(placed, question)),
    };
  },
});
