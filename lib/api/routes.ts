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
  get("/clusters", async () => (await import("./clusters.ts")).clusters),
  get("/findings", async () => (await import("./findings.ts")).findings),
  get("/findings/{id}", async () => (await import("./findings.ts")).finding),
  get("/findings/{id}/plan", async () => (await import("./plan.ts")).findingPlan),
  get("/incidents", async () => (await import("./incidents.ts")).incidents),
  get("/incidents/{id}", async () => (await import("./incidents.ts")).incident),
  get("/snapshots", async () => (await import("./snapshots.ts")).snapshotList),
  get("/snapshots/as-of", async () => (await import("./snapshots.ts")).snapshotAsOf),
  get("/privileges", async () => (await import("./privileges.ts")).privileges),
  get("/who-can", async () => (await import("./privileges.ts")).whoCan),
  get("/who-may", async () => (await import("./who-may.ts")).whoMay),
  get("/explain", async () => (await import("./explain.ts")).explainAccess),
  post("/policy/try", async () => (await import("./policy-try.ts")).policyTry),
  get("/default-privileges", async () => (await import("./default-privileges.ts")).defaultPrivileges),
  get("/baseline/drift", async () => (await import("./baseline.ts")).baselineDrift),
  get("/history/diff", async () => (await import("./history.ts")).historyDiff),
  get("/history/changes", async () => (await import("./history.ts")).historyChanges),
  get("/history/timeline", async () => (await import("./timeline.ts")).historyTimeline),
  get("/coverage", async () => (await import("./coverage.ts")).coverage),
  get("/activity", async () => (await import("./activity.ts")).activity),
  get("/activity/principals", async () => (await import("./activity.ts")).principals),
];

/** All that the query function answers. */
export const routePlaces: readonly RoutePlace[] = [
  ...questions,
  get("/openapi.json", async () => {
    const [{ openApiRoute }, { acts }] = await Promise.all([import("./openapi.ts"), import("./acts.ts")]);
    return openApiRoute(await Promise.all(questions.map(({ load }) => load())), acts);
  }),
];
