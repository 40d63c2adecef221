// GET /incidents and /incidents/{id}: findings that belong together, and what people were told of them.
import { iso } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { Status } from "../core/findings/finding.ts";
import {
  findIncident,
  incidentDocument,
  incidentRow,
  listIncidents,
  parseIncidentStatus,
} from "../queries/incidents.ts";
import { readCursor } from "./cursor.ts";
import { anyOf, Judged } from "./findings.ts";
import { IncidentAnswer, IncidentRow } from "./incident-answer.ts";
import { type Placed, takePage } from "./page.ts";
import { clusterParam, pageParams, pickCluster, text } from "./params.ts";
import { type Route, route } from "./route.ts";

const path = "/incidents";

export const incidents: Route = route({
  path,
  summary: "Incidents",
  description: "In the order of their references. An incident's findings are given in short.",
  params: z.strictObject({ ...clusterParam, status: anyOf("status", Status.options), ...pageParams }),
  answer: z
    .object({
      cluster: z.string(),
      ...Judged,
      items: z.array(IncidentRow),
      next: z.nullable(z.string()),
    })
    .register(z.globalRegistry, { id: "IncidentList" }),
  run: async (deps, params) => {
    const isWanted = parseIncidentStatus(params.status);
    const question = { path, params };
    const after = readCursor(z.string(), question);
    const cluster = await pickCluster(deps, params.cluster);
    const { incidents: found, look } = await listIncidents(deps.store, cluster, isWanted);
    const rows = found
      .filter(({ incident: { id } }) => after === undefined || id > after)
      .sort((a, b) => (a.incident.id < b.incident.id ? -1 : 1))
      .map(incidentRow);
    const { items, next } = await takePage(
      rows.map((row): Placed<typeof row> => [row, row.id]),
      question,
    );
    return {
      cluster,
      judgedAt: look ? iso(look.at) : null,
      judgedSnapshotAt: look?.snapshotAt ? iso(look.snapshotAt) : null,
      items,
      next,
    };
  },
});

export const incident: Route = route({
  path: "/incidents/{id}",
  summary: "One incident",
  description: "Its findings with all their evidence; by its reference, or the beginning of it.",
  params: z.strictObject({ id: text("The incident's reference."), ...clusterParam }),
  answer: IncidentAnswer,
  run: async (deps, { id, cluster: named }) => {
    const cluster = await pickCluster(deps, named);
    return incidentDocument(await findIncident(deps.store, cluster, id, "GET /incidents"));
  },
});
