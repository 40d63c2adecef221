// Writes docs/schema from the schemas in the code: `node scripts/schemas.ts`. A test holds the files against them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { ConfigFile } from "../cli/config-file.ts";
import { documents, FindingEvent } from "../cli/schemas/index.ts";
import { Baseline } from "../lib/core/baseline/baseline.ts";

/** The file of a command's document: `history-diff.schema.json`. */
export const fileOf = (command: string): string => `${command.replaceAll(" ", "-")}.schema.json`;

/** Every published schema by the name of its file. */
export const published: ReadonlyMap<string, z.core.$ZodType> = new Map<string, z.core.$ZodType>([
  ["dsql-audit.config.schema.json", ConfigFile],
  ["access.schema.json", Baseline],
  ["finding-event.schema.json", FindingEvent],
  ...[...documents].map(([command, schema]): [string, z.core.$ZodType] => [
    fileOf(command),
    schema.meta({ ...schema.meta(), title: `dsql-audit ${command} --json` }),
  ]),
]);

/** JSON Schema, draft 2020-12, as it stands in the file. */
export const schemaText = (schema: z.core.$ZodType): string =>
  `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`;

if (import.meta.main) {
  const folder = join(import.meta.dirname, "..", "docs", "schema");
  mkdirSync(folder, { recursive: true });
  for (const [file, schema] of published) writeFileSync(join(folder, file), schemaText(schema));
}
