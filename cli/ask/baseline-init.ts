// `dsql-audit baseline init`: a baseline that declares what the database allows today, to be reviewed and then kept.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { spelledOut } from "../../lib/core/base/visible-text.ts";
import { baselineComments, baselineText } from "../../lib/core/baseline/baseline-text.ts";
import { AuditError } from "../../lib/errors.ts";
import { firstBaselineOf } from "../../lib/queries/first-baseline.ts";
import { addCatalogOptions, type CatalogOptions, sayBasis, withGrounds } from "../catalog-source.ts";
import type { AddCommand } from "../command.ts";
import { printDocument } from "../output.ts";
import { writeWhole } from "../write-whole.ts";

type Options = CatalogOptions & { readonly out?: string; readonly json?: boolean; readonly force?: boolean };

export const addBaselineInit: AddCommand = (baseline, io) => {
  const command = baseline
    .command("init")
    .summary("write a baseline of the access that there is")
    .description(
      "Writes access.yml from the database, a catalog file or the newest snapshot: a component for each role, with its\n" +
        "principals, memberships and privileges, and what it seems to be for by its name and grants. Of admin it names whom\n" +
        "IAM lets in, where IAM was read. The server's own roles are left out. Without --out it prints the file.",
    )
    .option("--out <file>", "write it to this file")
    .option("--force", "overwrite the file if it is there")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit baseline init --out access.yml");
  addCatalogOptions(command).action(async (options: Options) => {
    const file = options.out === undefined ? undefined : resolve(io.cwd, options.out);
    if (file !== undefined && existsSync(file) && !options.force) {
      throw new AuditError("usage", `${options.out} is there already, and may hold what people decided`, {
        hint: "Name another file, or add --force.",
      });
    }
    await withGrounds(io, options, async (grounds, basis) => {
      const { baseline: made, notes, comments } = await firstBaselineOf(grounds);
      const unread = grounds.engine.gaps.map(({ section }) => section);
      const text = baselineText(made, [...baselineComments(basis, unread), ...comments], notes);
      if (file !== undefined) {
        await writeWhole(file, text);
        const says = `Wrote ${made.components.length} components to ${spelledOut(options.out ?? "")}.`;
        if (options.json)
          printDocument(io, options, { out: file, components: made.components.length }, () => says);
        else io.stderr.write(`${says} ${basis}\n`);
      } else if (options.json) printDocument(io, options, made, () => "");
      else io.stdout.write(text);
      // Without --json the file says it.
      if (options.json) sayBasis(io, options, basis);
    });
  });
};
