// GET /findings and /findings/{id}: what was judged, open or not.
import * as z from "zod";
import { iso } from "../core/base/time.ts";
import { Severity, Status } from "../core/findings/finding.ts";
import { AuditError } from "../errors.ts";
import { readCursor } from "./cursor.ts";
import { FindingAnswer, findingAnswer } from "./finding-answer.ts";
import { type Placed, takePage } from "./page.ts";
import { clusterParam, optionalText, pageParams, pickCluster, text } from "./params.ts";
import { type Route, route } from "./route.ts";
import { Time } from "./snapshot-ref.ts";

const path = "/findings";

/** A cluster that was never judged has no findings for another reason than a clean one: so both tell. */
const Judged = {
  judgedAt: z.nullable(Time).meta({ description: "When findings were last looked for; null: never." }),
  judgedSnapshotAt: z.nullable(Time).meta({ description: "The newest snapshot that was evaluated." }),
};

const FindingList = z
  .object({
    cluster: z.string(),
    ...Judged,
    items: z.array(FindingAnswer),
    next: z.nullable(z.string()),
  })
  .meta({ id: "FindingList" });

export const findings: Route = route({
  path,
  summary: "Findings",
  description: "In the order of their ids, which a finding keeps for ever.",
  params: z.strictObject({
    ...clusterParam,
    status: z.optional(Status).meta({ description: "Only those of this status." }),
    severity: z.optional(Severity).meta({ description: "Only those of this severity." }),
    detector: optionalText("Only those of this detector."),
    ...pageParams,
  }),
  answer: FindingList,
  run: async (deps, params) => {
    const question = { path, params };
    const after = readCursor(z.string(), question);
    const cluster = await pickCluster(deps, params.cluster);
    const { status, severity, detector } = params;
    const [all, look] = await Promise.all([
      deps.store.findings.list(cluster),
      deps.store.findings.lastLook(cluster),
    ]);
    const wanted = all
      .filter(
        (finding) =>
          (status === undefined || finding.status === status) &&
          (severity === undefined || finding.severity === severity) &&
          (detector === undefined || finding.detector === detector) &&
          (after === undefined || finding.id > after),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const placed = wanted.map((finding): Placed<typeof finding> => [finding, finding.id]);
    const { items, next } = await takePage(placed, question);
    return {
      cluster,
      judgedAt: look ? iso(look.at) : null,
      judgedSnapshotAt: look?.snapshotAt ? iso(look.snapshotAt) : null,
      items: items.map(findingAnswer),
      next,
    };
  },
});

export const finding: Route = route({
  path: "/findings/{id}",
  summary: "One finding",
  description: "With all its evidence.",
  params: z.strictObject({ id: text("The finding's id."), ...clusterParam }),
  answer: FindingAnswer,
  run: async (deps, { id, cluster: named }) => {
    const cluster = await pickCluster(deps, named);
    const found =
      id === "" || Buffer.byteLength(id) > 1024 ? undefined : await deps.store.findings.get(cluster, id);
    if (!found) {
      throw new AuditError("not-found", `there is no finding ${JSON.stringify(id)}`, {
        hint: "GET /findings lists those that there are.",
      });
    }
    return findingAnswer(found);
  },
});
