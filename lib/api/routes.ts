// All routes, each with how it is asked; what it checks and how it answers is loaded when somebody first asks it. A path
// without parameters stands before those that could take it for one.
import type { Route } from "./route.ts";

/** The way to a route. */
export type RoutePlace = Pick<Route, "path"> & {
  readonly method: "GET" | "POST";
  readonly load: () => Promise<Route>;
};

const get = (path: string, load: RoutePlace["load"]): RoutePlace => ({ path, method: "GET", load });
const post = (path: string, load: RoutePlace["load"]): RoutePlace => ({ path, method: "POST", load });

const questions: readonly RoutePlace[] = [
  get("/clusters", async () => (await import("./stored-questions.ts")).clusters),
  get("/findings", async () => (await import("./stored-questions.ts")).findings),
  get("/findings/{id}", async () => (await import("./stored-questions.ts")).finding),
  get("/findings/{id}/plan", async () => (await import("./plan.ts")).findingPlan),
  get("/incidents", async () => (await import("./stored-questions.ts")).incidents),
  get("/incidents/{id}", async () => (await import("./stored-questions.ts")).incident),
  get("/snapshots", async () => (await import("./stored-questions.ts")).snapshotList),
  get("/snapshots/as-of", async () => (await import("./stored-questions.ts")).snapshotAsOf),
  get("/privileges", async () => (await import("./access-questions.ts")).privileges),
  get("/who-can", async () => (await import("./access-questions.ts")).whoCan),
  get("/who-may", async () => (await import("./access-questions.ts")).whoMay),
  get("/explain", async () => (await import("./access-questions.ts")).explainAccess),
  post("/policy/try", async () => (await import("./access-questions.ts")).policyTry),
  get("/default-privileges", async () => (await import("./access-questions.ts")).defaultPrivileges),
  get("/baseline/drift", async () => (await import("./access-questions.ts")).baselineDrift),
  get("/history/diff", async () => (await import("./access-questions.ts")).historyDiff),
  get("/history/changes", async () => (await import("./access-questions.ts")).historyChanges),
  get("/history/timeline", async () => (await import("./access-questions.ts")).historyTimeline),
  get("/coverage", async () => (await import("./activity-questions.ts")).coverage),
  get("/activity", async () => (await import("./activity-questions.ts")).activity),
  get("/activity/principals", async () => (await import("./activity-questions.ts")).principals),
];

/** All that the query function answers. */
export const routePlaces: readonly RoutePlace[] = [
  ...questions,
  get("/openapi.json", async () => {
    const [{ openApiRoute }, { acts }] = await Promise.all([import("./openapi.ts"), import("./acts.ts")]);
    return openApiRoute(await Promise.all(questions.map(({ load }) => load())), acts);
  }),
];
