// The language of schemas: zod's small build, of which a function carries 45 KB where the whole one is 104. Schemas
// are made by functions (`z.optional(z.string())`, `.check(z.minLength(1))`); parsing is the same.
import { config } from "zod/mini";
import en from "zod/v4/locales/en.js";

export type { ZodMiniObject as ZodObject, ZodMiniType as ZodType } from "zod/mini";
export * from "zod/mini";
/** What parsing throws. By its own name: `core.$ZodError` would bring all of `core`, with the words of every language, 350 KB. */
export { $ZodError as ZodError } from "zod/v4/core";

// The small build has no words of its own for what is wrong. This is why package.json lists this file under `sideEffects`.
config(en());
