// The way into the resource files: the framework includes .js, and Node strips the types of what that imports.
import { join } from "node:path";
import { regionOf, stackParameters } from "./params-file.ts";

export { alarms } from "./alarms.ts";
export { dashboard } from "./dashboard.ts";
export { functions } from "./functions.ts";

const root = join(import.meta.dirname, "..");
const stageOf = ({ resolveVariable }) => resolveVariable("sls:stage");
/** The framework calls these with what it knows of the command. */
export const parameters = async (framework) => stackParameters(root, await stageOf(framework));
export const region = async (framework) => regionOf(root, await stageOf(framework));
export { extensions } from "./extensions.ts";
export { queues } from "./queues.ts";
export { roles } from "./roles.ts";
export { rules } from "./rules.ts";
export { table, tableName } from "./table.ts";
export { topic } from "./topic.ts";
export { ownBucketName, trail } from "./trail.ts";
