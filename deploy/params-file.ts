// Where the parameters of a stage are, and which commands of the framework may go on without them.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { AuditError } from "../lib/errors.ts";
import { pascal } from "./cloudformation.ts";
import type { ParameterPlan } from "./parameter-plan.ts";
import { parameters } from "./parameters.ts";
import { type Params, paramsText, type ReadParams, readParams } from "./params.ts";

export const EXAMPLE = "deploy/params.example.yml";
export const fileOf = (stage: string): string => `deploy/params.${stage}.yml`;

/** A stage stands in file names and in the names of functions, which take 64 characters. */
const STAGE = /^[a-zA-Z][a-zA-Z0-9-]{0,19}$/;

/** AuditError("usage") where no deployment could have this stage. */
export const checkedStage = (stage: string): string => {
  if (STAGE.test(stage)) return stage;
  throw new AuditError("usage", `--stage ${JSON.stringify(stage)} is no stage of a deployment`, {
    hint: "Write a letter, then up to 19 letters, digits and hyphens: prod, or eu-test.",
  });
};

/** Names of trails have no two hyphens side by side. docs.aws.amazon.com/awscloudtrail: cloudtrail-trail-naming-requirements */
const NAMES_NO_TRAIL = /--|-$/;

/** As the framework names the stack. */
export const stackNameOf = (stage: string): string => `dsql-access-auditor-${stage}`;

/** Of the checkout's root; undefined: there is no such file. */
export const readFileOf = (root: string, file: string): ReadParams | undefined => {
  const path = join(root, file);
  return existsSync(path) ? readParams(readFileSync(path, "utf8")) : undefined;
};

const DEFAULTS = readParams(paramsText()) as { readonly params: Params };

/** The stage's own parameters, else those of the example; `refusal` says which commands get no further. */
const paramsOf = (root: string, stage: string): Params => {
  const read = readFileOf(root, fileOf(stage)) ?? readFileOf(root, EXAMPLE) ?? DEFAULTS;
  return "params" in read ? read.params : DEFAULTS.params;
};

export type Command = {
  /** As it was typed: ["deploy"], ["deploy", "function"]. */
  readonly words: readonly string[];
  readonly stage: string;
  readonly region?: string | undefined;
  /** What `--param` was given. */
  readonly params: readonly string[];
  /** A folder that was packaged before, by `--package`. */
  readonly packaged?: string | undefined;
};

const TAKES_PARAMETERS = /^(?:deploy(?: function)?|package|print)$/;

/** Why the command gets no further, as sentences for a person; undefined: nothing speaks against it. */
export const refusal = (root: string, command: Command): string | undefined => {
  const { words, stage, region, params, packaged } = command;
  const file = fileOf(stage);
  const read = readFileOf(root, file);
  const because = "All settings stand in that file, so that no later deployment loses one.";
  if (params.length) return `--param is not taken. Write ${params.join(", ")} to ${file} instead. ${because}`;
  if (read && "problems" in read)
    return `${file} cannot be used: ${read.problems.join("; ")}. ${EXAMPLE} explains every parameter.`;
  if (region && read && region !== read.params.region)
    return `--region says ${region}, and ${file} says ${read.params.region}: a second deployment would begin there. Give it a stage and a file of its own.`;
  if (read && read.params.createTrail !== "off" && NAMES_NO_TRAIL.test(stage))
    return `createTrail makes no trail for the stage ${stage}: no trail's name has two hyphens side by side. Choose another stage.`;
  if (words.join(" ").startsWith("deploy") && TAKES_PARAMETERS.test(words.join(" "))) {
    if (!read)
      return `${file} is not there, and a deployment needs it. Write it with: npx dsql-audit init --stage ${stage}. ${because}`;
    if (packaged && !hasParameters(root, packaged, stage))
      return `${packaged} was packaged with other parameters than those of ${file}. Package again, or deploy without --package.`;
  }
  return undefined;
};

type Packaged = { readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>> };

/** Whether a packaged folder holds the stage's parameters of today. */
const hasParameters = (root: string, folder: string, stage: string): boolean => {
  const template = resolve(root, folder, "cloudformation-template-update-stack.json");
  if (!existsSync(template)) return false;
  const { Parameters = {} } = JSON.parse(readFileSync(template, "utf8")) as Packaged;
  return Object.entries(stackParameters(root, stage)).every(
    ([name, { Default }]) => Parameters[name]?.Default === Default,
  );
};

const constraintsOf = ({ type, pattern, constraint, min, max, values }: ParameterPlan): object => ({
  Type: type ?? "String",
  ...(pattern && { AllowedPattern: pattern }),
  ...(constraint && { ConstraintDescription: constraint }),
  ...(min !== undefined && { MinValue: min }),
  ...(max !== undefined && { MaxValue: max }),
  ...(values && { AllowedValues: values }),
});

/** The values by CloudFormation's names; the Region is no parameter of the stack. */
export const stackValues = (values: Params): Readonly<Record<string, string>> =>
  Object.fromEntries(
    parameters.filter(([name]) => name !== "region").map(([name]) => [pascal(name), values[name]]),
  );

/** CloudFormation's parameters, with the stage's values as defaults. */
export const stackParameters = (
  root: string,
  stage: string,
): Readonly<Record<string, { readonly Default: string }>> => {
  const values = paramsOf(root, stage);
  return Object.fromEntries(
    parameters
      .filter(([name]) => name !== "region")
      .map(([name, plan]) => [pascal(name), { ...constraintsOf(plan), Default: values[name] }]),
  );
};

export const regionOf = (root: string, stage: string): string => paramsOf(root, stage).region;
