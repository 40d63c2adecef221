// GET /findings and /findings/{id}: what was judged, open or not.
import { iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { Severity, Status } from "../core/findings/finding.ts";
import { acceptedDocument, findingDocument } from "../queries/finding-document.ts";
import { exemptionOn, findFinding, listFindings, parseWanted } from "../queries/findings.ts";
import { readCursor } from "./cursor.ts";
import { FindingAnswer } from "./finding-answer.ts";
import { type Placed, takePage } from "./page.ts";
import { clusterParam, optionalText, pageParams, pickCluster, text } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Time } from "./snapshot-ref.ts";

const path = "/findings";
/** One of the words, or several with commas between. */
export const anyOf = (what: string, words: readonly string[]) => {
  const one = `(?:${words.join("|")})`;
  const error = `one of ${words.join(", ")}; several with commas between`;
  return z
    .optional(z.string().check(z.regex(new RegExp(`^\\s*${one}\\s*(?:,\\s*${one}\\s*)*$`), { error })))
    .check(z.meta({ description: `Only those of this ${what}: ${error}.` }));
};

/** A cluster that was never judged has no findings for another reason than a clean one: so both tell. */
export const Judged = {
  judgedAt: z
    .nullable(Time)
    .check(z.meta({ description: "When findings were last looked for; null: never." })),
  judgedSnapshotAt: z
    .nullable(Time)
    .check(z.meta({ description: "The newest snapshot that was evaluated." })),
};

const FindingList = z
  .object({
    cluster: z.string(),
    ...Judged,
    items: z.array(FindingAnswer),
    next: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: "FindingList" });

export const findings: Route = route({
  path,
  summary: "Findings",
  description: "In the order of their ids, which a finding keeps for ever.",
  params: z.strictObject({
    ...clusterParam,
    status: anyOf("status", Status.options),
    severity: anyOf("severity", Severity.options),
    detector: optionalText("Only those of this detector; several with commas between."),
    principal: optionalText("Only those about this principal, by its IAM ARN or by its name."),
    role: optionalText("Only those about this database role."),
    ...pageParams,
  }),
  answer: FindingList,
  run: async (deps, params) => {
    const isWanted = parseWanted(params);
    const question = { path, params };
    const after = readCursor(z.string(), question);
    const cluster = await pickCluster(deps, params.cluster);
    const { live, resolved, look } = await listFindings(deps.store, cluster, isWanted, params);
    const wanted = [...live, ...resolved]
      .filter(({ id }) => after === undefined || id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const placed = wanted.map((finding): Placed<typeof finding> => [finding, finding.id]);
    const { items, next } = await takePage(placed, question);
    return {
      cluster,
      judgedAt: look ? iso(look.at) : null,
      judgedSnapshotAt: look?.snapshotAt ? iso(look.snapshotAt) : null,
      items: items.map(findingDocument),
      next,
    };
  },
});

export const finding: Route = route({
  path: "/findings/{id}",
  summary: "One finding",
  description: "With all its evidence; by its id, or the beginning of it.",
  params: z.strictObject({ id: text("The finding's id."), ...clusterParam }),
  answer: FindingAnswer,
  run: async (deps, { id, cluster: named }) => {
    const cluster = await pickCluster(deps, named);
    const { findings } = deps.store;
    const found = await findFinding(findings, cluster, id, "GET /findings");
    return acceptedDocument(found, await exemptionOn(findings, found));
  },
});
