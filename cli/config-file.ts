// `dsql-audit.config.json`: what somebody would otherwise type with every command, found upwards from the current folder.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";
import { REGION } from "../lib/core/base/partition.ts";
import { archetypes } from "../lib/core/privileges/archetype.ts";
import { AuditError } from "../lib/errors.ts";

export const CONFIG_FILE = "dsql-audit.config.json";

/** What verdicts depend on, as `settings` of the file says it: for stores that hold no settings of their own. */
export const ConfiguredSettings = z.strictObject({
  dormantDays: z
    .int()
    .min(1)
    .max(390)
    .optional()
    .describe("How many days a mapping must be unused to be called dormant. Default: 90."),
  falseFindingsPerWeek: z
    .number()
    .positive()
    .max(100)
    .optional()
    .describe(
      "How many false findings of unusual connections a week are accepted, for people and for machines each. Default: 1.",
    ),
  archetypes: z
    .record(z.string().min(1), z.enum(archetypes))
    .optional()
    .describe("What a role is for, by the name of the role."),
  detectorOptions: z
    .record(z.string().min(1), z.record(z.string(), z.unknown()))
    .optional()
    .describe("Options of detectors, by detector id; docs/detectors.md lists them."),
});
export type ConfiguredSettings = z.infer<typeof ConfiguredSettings>;

/** The whole file. */
export const ConfigFile = z
  .strictObject({
    $schema: z.string().optional().describe("This schema, for editors."),
    store: z.string().min(1).optional().describe("An embedded store, relative to this file."),
    table: z
      .string()
      .regex(/^(?:[\w.-]{3,255}|arn:aws[\w-]*:dynamodb:[^\s]+)$/, "is not the name of a DynamoDB table")
      .optional()
      .describe("The DynamoDB table in AWS; instead of store."),
    region: z
      .string()
      .regex(REGION, "is not an AWS Region, such as us-east-1")
      .optional()
      .describe("The AWS Region of the table."),
    cluster: z
      .string()
      .min(1)
      .optional()
      .describe("The ARN of the cluster, or its id, where the store holds more than one."),
    settings: ConfiguredSettings.optional().describe(
      "What verdicts depend on, for stores that hold no settings.",
    ),
  })
  .refine(({ store, table }) => store === undefined || table === undefined, {
    path: ["store"],
    message: "names one store and table another: leave one of them out",
  })
  .meta({
    description: "The configuration file of dsql-audit. Options and environment variables win over it.",
    not: { required: ["store", "table"] },
  });
export type ConfigFile = z.infer<typeof ConfigFile>;

export type FoundConfig = { readonly file: string; readonly config: ConfigFile };

const found = (folder: string): string | undefined => {
  const file = join(folder, CONFIG_FILE);
  if (existsSync(file)) return file;
  const above = dirname(folder);
  return above === folder ? undefined : found(above);
};

const bad = (file: string, problems: readonly string[]): AuditError =>
  new AuditError("config", [`${file} cannot be used`, ...problems.map((one) => `  ${one}`)].join("\n"), {
    hint: "docs/schema/dsql-audit.config.schema.json says what may stand in it.",
  });

const parsed = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, "utf8").replace(/^\ufeff/, "")) as unknown;
  } catch (cause) {
    throw bad(file, [cause instanceof SyntaxError ? `is not JSON: ${cause.message}` : "cannot be read"]);
  }
};

const problemOf = ({ path, message, ...issue }: z.core.$ZodIssue): string[] => {
  const at = path.length ? path.join(".") : "the file";
  if (issue.code !== "unrecognized_keys") return [`${at}: ${message}`];
  return issue.keys.map((key) => `${[...path, key].join(".")}: there is no such setting`);
};

/** The nearest file at or above `cwd`. AuditError("config") lists every problem: file, path and what. */
export const readConfigFile = (cwd: string): FoundConfig | undefined => {
  const file = found(resolve(cwd));
  if (file === undefined) return undefined;
  const config = ConfigFile.safeParse(parsed(file));
  if (!config.success) throw bad(file, config.error.issues.flatMap(problemOf));
  return { file, config: config.data };
};
