// The questions about who connected and whether all of it was seen, as one part of the query function.
export { activity, principals } from "./activity.ts";
export { coverage } from "./coverage.ts";
