// `dsql-audit baseline publish`: puts a reviewed baseline into the store, where the judge takes it from.
import { minute } from "../../lib/core/base/time.ts";
import { declaredOptions } from "../../lib/core/baseline/kept-baseline.ts";
import { judgeWith } from "../../lib/core/findings/judge.ts";
import { detectors } from "../../lib/detectors/index.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import { addByOption, osUser } from "../findings/who.ts";
import { printDocument } from "../output.ts";
import { DEFAULT_FILE, readBaseline, requireSameCluster } from "./baseline-file.ts";

type Options = StoreOptions & { readonly file: string; readonly by?: string; readonly json?: boolean };

export const addBaselinePublish: AddCommand = (baseline, io) => {
  const command = baseline
    .command("publish")
    .summary("put the baseline into the store, so that drift becomes a finding")
    .description(
      "From the next evaluation on, drift from the baseline is a finding. A baseline is for one cluster. Publishing it again\n" +
        "changes nothing.",
    )
    .option("--file <file>", "the baseline", DEFAULT_FILE)
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      "\nExample:\n  $ dsql-audit baseline publish --file access.yml --table dsql-access-auditor --region us-east-1",
    );
  addStoreOptions(addByOption(command)).action(async (options: Options) => {
    const declared = readBaseline(io, options.file);
    const now = io.now();
    const done = await withStore(io, options, { mustExist: true }, async (store) => {
      const cluster = await pickCluster(store, options.cluster ?? declared.cluster);
      requireSameCluster(options.file, declared, cluster);
      // What no detector takes is told to whoever writes it, and not left out in silence by the judge.
      judgeWith(detectors, declaredOptions(declared, cluster));
      const { version, wrote } = await store.baselines.publish(
        cluster,
        declared,
        options.by ?? osUser(),
        now,
      );
      return { cluster, version, unchanged: !wrote, components: declared.components.length };
    });
    printDocument(io, options, done, ({ cluster, version, unchanged }) =>
      unchanged
        ? `Nothing changed: this is version ${version} of ${cluster} already.`
        : `Published as version ${version} of ${cluster} at ${minute(now)}. The next evaluation uses it: dsql-audit detect`,
    );
  });
};
