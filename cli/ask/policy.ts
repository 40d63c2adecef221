// `dsql-audit policy`: what policies that are only proposed would do.
import type { AddCommand } from "../command.ts";
import { addPolicyTry } from "./policy-try.ts";

export const addPolicy: AddCommand = (program, io, finish) => {
  const policy = program
    .command("policy")
    .summary("what a proposed policy would have refused")
    .enablePositionalOptions()
    .addHelpText("after", "\nExample:\n  $ dsql-audit policy try policy.json --from 30d");
  addPolicyTry(policy, io, finish);
};
