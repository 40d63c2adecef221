// `dsql-audit deploy-check`: what a deployment still needs, before and after it, each with the next command.

import { checkedStage, fileOf } from "../../deploy/params-file.ts";
import { shellWord } from "../../lib/core/base/shell-word.ts";
import type { AddCommand } from "../command.ts";
import type { Io } from "../io.ts";
import { printable, printDocument } from "../output.ts";
import { linkLines } from "../run/link-lines.ts";
import { withSetupPorts } from "../run/setup-ports.ts";
import { type CheckItem, type ItemState, itemStyles } from "./check-item.ts";
import { deployedItems } from "./checks-after.ts";
import { accountItems, fileItem, toolItems } from "./checks-before.ts";
import { look, regionsOf } from "./look.ts";

type Options = { readonly stage: string; readonly json?: boolean; readonly exitCode?: boolean };

type Checked = {
  readonly stage: string;
  readonly file: string;
  readonly items: readonly CheckItem[];
  readonly next: string | null;
};

const check = async (io: Io, stage: string): Promise<Checked> => {
  const { item, params } = fileItem(io, stage);
  const tools = [item, ...toolItems(io, process.versions.node)];
  const file = fileOf(stage);
  if (!params) return { stage, file, items: tools, next: null };
  return withSetupPorts(io, params.region, async (ports) => {
    const looked = await look(ports, regionsOf(params));
    const [before, { items, table }] = await Promise.all([
      accountItems(ports, looked, params, stage),
      deployedItems(io, ports, looked, { params, stage }),
    ]);
    const next =
      table === null
        ? null
        : `npx dsql-audit doctor --table ${shellWord(table)} --region ${params.region} --send-test`;
    return { stage, file, items: [...tools, ...before, ...items], next };
  });
};

const headline = (items: readonly CheckItem[]): string => {
  const of = (state: ItemState): number =>
    items.filter((one) => one.state === state && !(one.optional && state === "missing")).length;
  const counted = (["missing", "unknown"] as const).flatMap((state) =>
    of(state) ? [`${of(state)} ${of(state) === 1 ? "is" : "are"} ${state}`] : [],
  );
  return counted.length
    ? `Of ${items.length} things that a deployment needs, ${counted.join(" and ")}.`
    : `Nothing is missing of what a deployment needs.`;
};

const keeps = (n: number): string => `what is there now stays: ${n} ${n === 1 ? "setting" : "settings"}`;

/** The difference that a command makes, and the SQL, each line as it is. */
const detailsOf = ({ merge, sql }: CheckItem): string[] => [
  ...(merge
    ? [
        keeps(merge.keeps),
        `+ ${JSON.stringify(merge.adds)}`,
        ...merge.widened.map((text) => `takes also ${text}`),
      ]
    : []),
  ...(sql ?? []),
];

/** An item as lines. What twenty clusters share is told once: `told` gathers it. */
const lineOf = (one: CheckItem, told: Set<string>) => {
  const more = detailsOf(one);
  const key = JSON.stringify([one.item, one.next, more]);
  const again = one.next !== null && told.has(key);
  told.add(key);
  const says = [
    ...(one.cluster === null ? [] : [`${one.cluster}: `]),
    ...(one.optional && one.state === "missing" ? ["optional: "] : []),
    one.says,
  ].join("");
  return {
    ...{ name: one.item, state: one.state, says },
    ...(again ? { next: "the same as above" } : { more, next: one.next }),
  };
};

const group = (io: Io, title: string, items: readonly CheckItem[]): string => {
  const told = new Set<string>();
  const rows = items.map((one) => lineOf(one, told));
  return [title, ...linkLines<ItemState>(io, rows, itemStyles)].join("\n");
};

const shown = (io: Io, { items, next, stage }: Checked): string =>
  [
    headline(items),
    ...(["before", "after"] as const).flatMap((when) => {
      const own = items.filter((one) => one.when === when);
      return own.length
        ? [group(io, when === "before" ? "Before" : `After npx serverless deploy --stage ${stage}`, own)]
        : [];
    }),
    ...(next === null ? [] : [`Then look at every link, once a full hour has passed:\n  ${printable(next)}`]),
  ].join("\n\n");

export const addDeployCheck: AddCommand = (program, io, finish) => {
  program
    .command("deploy-check")
    .summary("what a deployment still needs, before and after it")
    .description(
      "Reads deploy/params.STAGE.yml and asks AWS as you. Says of each thing that a deployment needs whether it is ok, missing or unknown, " +
        "with the next command. Trail and bucket settings are printed merged with what is there. Changes nothing.",
    )
    .option("--stage <name>", "which deployment", "prod")
    .option("--exit-code", "exit with 2 where something is missing that is not optional")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit deploy-check --stage prod")
    .action(async (options: Options) => {
      const checked = await check(io, checkedStage(options.stage));
      printDocument(io, options, checked, () => shown(io, checked));
      const missing = checked.items.some(({ state, optional }) => state === "missing" && !optional);
      if (options.exitCode && missing) finish(2);
    });
};
