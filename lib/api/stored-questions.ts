// The questions that are answered from what is stored, as one part of the query function: most calls ask one of these.
export { clusters } from "./clusters.ts";
export { finding, findings } from "./findings.ts";
export { incident, incidents } from "./incidents.ts";
export { snapshotAsOf, snapshotList } from "./snapshots.ts";
