// The way into the resource files: the framework includes .js, and Node strips the types of what that imports.
export { alarms } from "./alarms.ts";
export { functions } from "./functions.ts";
export { queues } from "./queues.ts";
export { roles } from "./roles.ts";
export { rules } from "./rules.ts";
export { table } from "./table.ts";
export { topic } from "./topic.ts";
