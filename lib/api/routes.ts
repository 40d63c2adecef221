// All routes. A path without parameters stands before those that could take it for one.
import { activity, principals } from "./activity.ts";
import { acts } from "./acts.ts";
import { baselineDrift } from "./baseline.ts";
import { clusters } from "./clusters.ts";
import { coverage } from "./coverage.ts";
import { defaultPrivileges } from "./default-privileges.ts";
import { explainAccess } from "./explain.ts";
import { finding, findings } from "./findings.ts";
import { historyChanges, historyDiff } from "./history.ts";
import { incident, incidents } from "./incidents.ts";
import { openApiRoute } from "./openapi.ts";
import { findingPlan } from "./plan.ts";
import { policyTry } from "./policy-try.ts";
import { privileges, whoCan } from "./privileges.ts";
import type { Route } from "./route.ts";
import { snapshotAsOf, snapshotList } from "./snapshots.ts";
import { historyTimeline } from "./timeline.ts";
import { whoMay } from "./who-may.ts";

const questions: readonly Route[] = [
  clusters,
  findings,
  finding,
  findingPlan,
  incidents,
  incident,
  snapshotList,
  snapshotAsOf,
  privileges,
  whoCan,
  whoMay,
  explainAccess,
  policyTry,
  defaultPrivileges,
  baselineDrift,
  historyDiff,
  historyChanges,
  historyTimeline,
  coverage,
  activity,
  principals,
];

/** All that the query function answers. */
export const routes: readonly Route[] = [...questions, openApiRoute(questions, acts)];
