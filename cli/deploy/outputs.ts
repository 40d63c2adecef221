// The outputs of a deployment: from CloudFormation, or from a file of what it answered.
import { resolve } from "node:path";
import * as z from "zod";
import type { StackState } from "../../lib/doctor/setup-ports.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Io } from "../io.ts";
import { readText } from "../read-text.ts";

type Outputs = StackState["outputs"];

/** What a file tells of a stack; only the answer of describe-stacks has parameters. */
type StackFile = Pick<StackState, "outputs" | "parameters">;

const List = z
  .array(z.looseObject({ OutputKey: z.string(), OutputValue: z.string() }))
  .transform((list) => Object.fromEntries(list.map((one) => [one.OutputKey, one.OutputValue])));
const Parameters = z
  .array(z.looseObject({ ParameterKey: z.string(), ParameterValue: z.string().default("") }))
  .transform((list) => Object.fromEntries(list.map((one) => [one.ParameterKey, one.ParameterValue])));
const Stack = z
  .looseObject({ Outputs: List, Parameters: Parameters.default({}) })
  .transform((stack): StackFile => ({ outputs: stack.Outputs, parameters: stack.Parameters }));
const alone = (outputs: Outputs): StackFile => ({ outputs, parameters: {} });
const File = z.union([
  z.looseObject({ Stacks: z.tuple([Stack]) }).transform(({ Stacks: [stack] }) => stack),
  Stack,
  List.transform(alone),
  z.record(z.string(), z.string()).transform(alone),
]);

/**
 * What `aws cloudformation describe-stacks --stack-name NAME` answered, its list of outputs, or a map of them.
 * AuditError("bad-file") for anything else.
 */
export const stackIn = (io: Pick<Io, "cwd">, name: string): StackFile => {
  const text = readText(resolve(io.cwd, name));
  try {
    return File.parse(JSON.parse(text));
  } catch (cause) {
    throw new AuditError("bad-file", `${name} holds no outputs of a stack`, {
      cause,
      hint: "Write it with: aws cloudformation describe-stacks --stack-name dsql-access-auditor-STAGE > FILE",
    });
  }
};

/** AuditError("not-found") where a deployment did not give this output. */
export const outputOf = (outputs: Outputs, name: string, from: string): string => {
  const value = outputs[name];
  if (value) return value;
  throw new AuditError("not-found", `${from} has no output ${name}`, {
    hint: "Deploy this release, or name the value yourself.",
  });
};
