// The way into bundle-parts.ts: serverless-esbuild asks for a list of plugins.
import { parts, rules, words } from "./bundle-parts.ts";

// biome-ignore lint/style/noDefaultExport: serverless-esbuild asks for one
export default [parts, rules, words];
