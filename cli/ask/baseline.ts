// `dsql-audit baseline`: the access that is wanted, as a file in review, and what differs from it.
import type { AddCommand } from "../command.ts";
import { addBaselineDiff } from "./baseline-diff.ts";
import { addBaselineInit } from "./baseline-init.ts";
import { addBaselinePublish } from "./baseline-publish.ts";

export const addBaseline: AddCommand = (program, io, finish) => {
  const baseline = program
    .command("baseline")
    .summary("the access that is wanted, as a file, and what differs from it")
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nExamples:\n  $ dsql-audit baseline init --out access.yml\n  $ dsql-audit baseline diff --exit-code",
    );
  for (const add of [addBaselineInit, addBaselineDiff, addBaselinePublish]) add(baseline, io, finish);
};
