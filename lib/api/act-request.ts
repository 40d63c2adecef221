// POST /findings/{id}/ack, /exempt and /unexempt, /incidents/{id}/ack, /clusters/{id}/retire and /restore: from a request to
// what is done.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { ActKind, ClusterActKind } from "../core/findings/act.ts";
import { MAX_BY, said } from "../core/findings/said.ts";
import { AuditError } from "../errors.ts";
import { type Acting, acknowledgeById, exemptFinding, unexemptFinding } from "../jobs/act-on-finding.ts";
import { restoreCluster, retireCluster } from "../jobs/cluster-life.ts";
import { clusterRow } from "../queries/clusters.ts";
import { exemptionDocument, findingDocument } from "../queries/finding-document.ts";
import { findFinding } from "../queries/findings.ts";
import { incidentDocument } from "../queries/incidents.ts";
import { pickCluster } from "../queries/pick-cluster.ts";
import type { Store } from "../store/open-store.ts";
import { bodies } from "./act-bodies.ts";
import { parseBody } from "./body.ts";
import { type Problem, problem, problemOf } from "./problem.ts";

export type ActDeps = {
  readonly store: Pick<Store, "clusters" | "snapshots" | "findings" | "acts" | "sentNotices" | "leftOut">;
  readonly now: Instant;
};

type ActRequest = {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  /** The caller's ARN, as the authorizer has it; undefined: nobody has proven who calls. */
  readonly caller: string | undefined;
  readonly requestId: string | undefined;
};

type ActAnswer =
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: Problem["status"]; readonly body: Problem; readonly cause?: unknown };

const MAX_BODY = 10_000;

const PATH = /^\/(findings|incidents|clusters)\/([^/]+)\/([a-z]+)\/*$/;

type Target =
  | { readonly id: string; readonly on: "finding"; readonly kind: ActKind }
  | { readonly id: string; readonly on: "cluster"; readonly kind: ClusterActKind };

const decoded = (id: string): string => {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
};

const targetOf = (path: string): Target => {
  const [, what, id, act] = PATH.exec(path) ?? [];
  const kind = ActKind.safeParse(act);
  const clusterKind = ClusterActKind.safeParse(act);
  if (id !== undefined && what === "findings" && kind.success)
    return { id: decoded(id), on: "finding", kind: kind.data };
  // A reference may be given without its beginning; nothing else is an incident's.
  if (id !== undefined && what === "incidents" && act === "ack")
    return { id: `inc-${decoded(id).replace(/^inc-/i, "")}`, on: "finding", kind: "ack" };
  if (id !== undefined && what === "clusters" && clusterKind.success)
    return { id: decoded(id), on: "cluster", kind: clusterKind.data };
  throw new AuditError("not-found", `nothing can be done at ${JSON.stringify(path.slice(0, 200))}`, {
    hint: `POST to /findings/{id}/ with one of: ${ActKind.options.join(", ")}; to /incidents/{id}/ack; or to /clusters/{id}/ with one of: ${ClusterActKind.options.join(", ")}`,
  });
};

const clusterFor = async ({ store }: ActDeps, named: string | undefined): Promise<Cluster> =>
  pickCluster(await store.clusters.list(), named, {
    none: "No snapshot was taken yet.",
    several: (known) => `Name one as cluster in the body: ${known.join(", ")}`,
  });

const actOnFinding = async (
  deps: ActDeps,
  who: Acting,
  { id, kind }: Extract<Target, { on: "finding" }>,
  body: string | undefined,
): Promise<unknown> => {
  const { store } = deps;
  const find = async (named: string | undefined) =>
    findFinding(store.findings, await clusterFor(deps, named), id, "GET /findings");
  switch (kind) {
    case "ack": {
      const { cluster: named, note } = parseBody(bodies.ack, body, MAX_BODY);
      const lists = { findings: "GET /findings", incidents: "GET /incidents" };
      const done = await acknowledgeById(store, await clusterFor(deps, named), id, who, { note, lists });
      return "incident" in done ? incidentDocument(done.incident) : findingDocument(done.finding);
    }
    case "exempt": {
      const { cluster: named, until, ...terms } = parseBody(bodies.exempt, body, MAX_BODY);
      const done = await exemptFinding(store, await find(named), who, { ...terms, until: Date.parse(until) });
      return { ...findingDocument(done.finding), exemption: exemptionDocument(done.exemption) };
    }
    case "unexempt": {
      const { cluster: named } = parseBody(bodies.unexempt, body, MAX_BODY);
      return findingDocument(await unexemptFinding(store, await find(named), who));
    }
    default:
      return kind satisfies never;
  }
};

/** Retires or restores a cluster, named by its ARN or the id at its end; the answer is what GET /clusters says of it. */
const actOnCluster = async (
  deps: ActDeps,
  who: Acting,
  { id, kind }: Extract<Target, { on: "cluster" }>,
  body: string | undefined,
): Promise<unknown> => {
  const { store } = deps;
  const { note } = parseBody(bodies[kind], body, MAX_BODY);
  const cluster = await clusterFor(deps, id);
  if (kind === "retire") await retireCluster(store, cluster, who, note ?? "");
  else await restoreCluster(store, cluster, who, note);
  return clusterRow(store, cluster, deps.now);
};

const act = async (deps: ActDeps, { path, body, caller }: ActRequest): Promise<unknown> => {
  const target = targetOf(path);
  const by = said(caller, MAX_BY);
  if (!by)
    throw new AuditError("usage", "the request carries no IAM identity, so nothing is done in its name");
  const who: Acting = { by, via: "api", at: deps.now };
  return target.on === "finding"
    ? actOnFinding(deps, who, target, body)
    : actOnCluster(deps, who, target, body);
};

/** Does what is asked, and answers; never throws. `cause` is for the log. */
export const answerAct = async (deps: ActDeps, request: ActRequest): Promise<ActAnswer> => {
  if (request.method !== "POST") {
    const hint = "Act with POST; ask with GET.";
    return {
      status: 405,
      body: problem(405, "method", `${request.method.slice(0, 20)} is not allowed.`, { hint }),
    };
  }
  try {
    return { status: 200, body: await act(deps, request) };
  } catch (error) {
    const body = problemOf(error, request.requestId);
    return { status: body.status, body, ...(body.status >= 500 && { cause: error }) };
  }
};
