// The outputs of a deployment: from CloudFormation, or from a file of what it answered.
import { resolve } from "node:path";
import * as z from "zod";
import type { StackState } from "../../lib/doctor/setup-ports.ts";
import { AuditError } from "../../lib/errors.ts";
import type { Io } from "../io.ts";
import { readText } from "../read-text.ts";

export type Outputs = StackState["outputs"];

const List = z.array(z.looseObject({ OutputKey: z.string(), OutputValue: z.string() }));
const File = z.union([
  z.looseObject({ Stacks: z.array(z.looseObject({ Outputs: List })).length(1) }),
  z.looseObject({ Outputs: List }),
  List,
  z.record(z.string(), z.string()),
]);

const asRecord = (file: z.output<typeof File>): Outputs => {
  const list = Array.isArray(file)
    ? file
    : "Stacks" in file && Array.isArray(file.Stacks)
      ? (file.Stacks[0] as { Outputs: z.output<typeof List> }).Outputs
      : "Outputs" in file && Array.isArray(file.Outputs)
        ? (file.Outputs as z.output<typeof List>)
        : undefined;
  return list
    ? Object.fromEntries(list.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
    : (file as Record<string, string>);
};

/**
 * What `aws cloudformation describe-stacks --stack-name NAME` answered, its list of outputs, or a map of them.
 * AuditError("bad-file") for anything else.
 */
export const outputsIn = (io: Pick<Io, "cwd">, name: string): Outputs => {
  const text = readText(resolve(io.cwd, name));
  try {
    return asRecord(File.parse(JSON.parse(text)));
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
