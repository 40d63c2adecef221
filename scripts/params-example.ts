// Writes the example of a deployment's parameters: `npm run docs`.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { paramsText } from "../deploy/params.ts";
import { EXAMPLE } from "../deploy/params-file.ts";

writeFileSync(join(import.meta.dirname, "..", EXAMPLE), paramsText());
