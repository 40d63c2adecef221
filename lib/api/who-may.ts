// GET /who-may: whom IAM and the cluster's policy let connect, and why.
import { iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { AS_FAR_AS_IT_GOES, parseAction, type WhoMayRow, whoMayAt } from "../queries/who-may.ts";
import { askSnapshot, RowPlace, rowsAfter } from "./ask-snapshot.ts";
import { readCursor } from "./cursor.ts";
import { takePage } from "./page.ts";
import { atParam, clusterParam, optionalText, pageParams } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Basis, Time } from "./snapshot-ref.ts";

const WhoMayRowAnswer = z
  .object({
    principal: z.string(),
    kind: z
      .string()
      .check(
        z.meta({ description: "role, service-linked-role, user, root, other-account, gone, not-read." }),
      ),
    action: z.enum(["connect", "admin"]),
    verdict: z.enum(["allowed", "denied", "conditional", "unknown"]).check(
      z.meta({
        description:
          "`conditional`: the request decides; `unknown`: something could not be read or is not documented.",
      }),
    ),
    because: z
      .array(
        z.object({
          policy: z.string(),
          sid: z.nullable(z.string()),
          effect: z
            .enum(["Allow", "Deny", "none", "unknown"])
            .check(z.meta({ description: "`none`: the boundary does not allow it." })),
          from: z
            .string()
            .check(z.meta({ description: "inline, managed, group, boundary, cluster policy, account." })),
        }),
      )
      .check(z.meta({ description: "The statements that decide; none: no policy allows it." })),
    conditions: z.array(z.string()),
    reasons: z
      .array(z.string())
      .check(z.meta({ description: "Why it is unknown, or what else is to be said." })),
    secondOpinion: z.optional(
      z
        .object({
          own: z.enum(["allowed", "denied", "conditional", "unknown"]),
          simulator: z.nullable(z.enum(["allowed", "denied"])),
          missingKeys: z.array(z.string()),
          state: z.enum(["agrees", "differs", "not-compared"]),
          says: z.nullable(z.string()),
          askedAt: Time,
        })
        .check(
          z.meta({
            description:
              "What AWS's policy simulator said of the principal's own policies. `differs`: the verdict is unknown. Missing: nobody asked about the policies that it has.",
          }),
        ),
    ),
  })
  .register(z.globalRegistry, { id: "WhoMayRow" });

const WhoMayAnswer = z
  .object({
    cluster: z.string(),
    ...Basis,
    says: z.string().check(z.meta({ description: "What no verdict here can rest on." })),
    unread: z.array(z.object({ part: z.string(), reason: z.string() })),
    secondOpinions: z
      .nullable(
        z.object({
          asked: z.int(),
          waiting: z.int(),
          refused: z.nullable(z.object({ why: z.string(), permission: z.nullable(z.string()), since: Time })),
        }),
      )
      .check(
        z.meta({
          description:
            "About how many identities AWS's policy simulator was asked, how many wait for their turn, and why there is no answer. null: nobody asked.",
        }),
      ),
    items: z.array(WhoMayRowAnswer),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "WhoMayAnswer" });

const path = "/who-may";
const answerOf = ({ secondOpinion, ...row }: WhoMayRow): z.input<typeof WhoMayRowAnswer> => ({
  ...row,
  because: row.because.map((one) => ({ ...one })),
  conditions: [...row.conditions],
  reasons: [...row.reasons],
  ...(secondOpinion && {
    secondOpinion: { ...secondOpinion, missingKeys: [...secondOpinion.missingKeys] },
  }),
});

export const whoMay: Route = route({
  path,
  summary: "Who may connect, by IAM and the cluster's policy",
  description: `A verdict for each principal of the account and each that is mapped, by ARN. ${AS_FAR_AS_IT_GOES}`,
  params: z.strictObject({
    ...clusterParam,
    action: optionalText("connect or admin; both unless one is named."),
    principal: optionalText("Only of this user, role or session, by its ARN or by its name."),
    ...atParam,
    ...pageParams,
  }),
  answer: WhoMayAnswer,
  run: async (deps, params) => {
    const question = { path, params };
    const place = readCursor(RowPlace, question);
    const { cluster, grounds, basis, seq } = await askSnapshot(deps, params, { seq: place?.[0] });
    const { rows, unread, secondOpinions } = whoMayAt(grounds, {
      action: parseAction(params.action),
      principal: params.principal,
    });
    const placed = rowsAfter(rows, place?.[1], answerOf, (n) => [seq, n]);
    return {
      cluster,
      ...basis,
      says: AS_FAR_AS_IT_GOES,
      unread: unread.map((one) => ({ ...one })),
      secondOpinions: secondOpinions && {
        ...secondOpinions,
        refused: secondOpinions.refused && {
          ...secondOpinions.refused,
          since: iso(secondOpinions.refused.since),
        },
      },
      ...(await takePage(placed, question)),
    };
  },
});
