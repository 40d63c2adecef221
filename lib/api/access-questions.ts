// The questions that need the engines of privileges and policies or compare snapshots, as one part of the query function.
export { baselineDrift } from "./baseline.ts";
export { defaultPrivileges } from "./default-privileges.ts";
export { explainAccess } from "./explain.ts";
export { historyChanges, historyDiff } from "./history.ts";
export { policyTry } from "./policy-try.ts";
export { privileges, whoCan } from "./privileges.ts";
export { historyTimeline } from "./timeline.ts";
export { whoMay } from "./who-may.ts";
