// `dsql-audit finding ID`: one finding with all its evidence.

import { shellWord } from "../../lib/core/base/shell-word.ts";
import { fromTo, minute } from "../../lib/core/base/time.ts";
import type { Exemption } from "../../lib/core/findings/exemption.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { overSince } from "../../lib/core/incidents/threads.ts";
import { hasPlan } from "../../lib/core/remediation/has-plan.ts";
import { wordsOf } from "../../lib/detectors/words.ts";
import { acceptedDocument } from "../../lib/queries/finding-document.ts";
import { exemptionOn, findFinding } from "../../lib/queries/findings.ts";
import { evidenceLines } from "../../lib/wording/evidence-text.ts";
import { foundDaysText } from "../../lib/wording/found-days-text.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import { printable, printDocument } from "../output.ts";

const acknowledgedText = ({ acknowledged }: Finding): string | undefined =>
  acknowledged &&
  `${acknowledged.by}, ${minute(acknowledged.at)}${acknowledged.note === undefined ? "" : `: ${acknowledged.note}`}`;

/** "ops until 2026-12-19 00:00 UTC (ana, 2026-11-29 13:00 UTC): yearly job" */
const acceptedText = (exemption: Exemption | undefined, now: number): string | undefined => {
  if (!exemption) return undefined;
  const { owner, reason, until, createdBy, createdAt } = exemption;
  const over = until <= now ? ", which is over: the next evaluation opens it again" : "";
  const by = createdBy === undefined ? "" : `${createdBy}, `;
  return `${owner} until ${minute(until)}${over} (${by}${minute(createdAt)}): ${reason}`;
};

/** As they were given, with a space before each. */
const storeText = ({ store, table, region, cluster }: StoreOptions): string =>
  Object.entries({ store, table, region, cluster })
    .map(([name, value]) => (value === undefined ? "" : ` --${name} ${shellWord(value)}`))
    .join("");

/** The finding for people; every name in it made visible. `store`: the options by which a command reaches the store. */
const findingText = (finding: Finding, accepted: string | undefined, store: string): string => {
  const { subject, fix, eventIds } = finding;
  const { docs, evidence: words } = wordsOf(finding.detector) ?? {};
  // Not when it was closed: an episode stays listed for two weeks after its end.
  const over = overSince(finding);
  const line = (label: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`${label.padEnd(11)}${printable(value)}`];
  return [
    printable(finding.title),
    "",
    ...line("id", finding.id),
    ...line("status", `${finding.status}${over === undefined ? "" : ` at ${minute(over)}`}`),
    ...line("", finding.closedBecause ?? finding.ends),
    ...line("told by", finding.sameAs && `${finding.sameAs.id} of ${finding.sameAs.cluster}, its peer`),
    ...line("taken by", acknowledgedText(finding)),
    ...line("accepted", accepted && `by ${accepted}`),
    ...line("severity", finding.severity),
    ...line("cluster", finding.cluster),
    ...line("principal", subject.principal),
    ...line("role", subject.role),
    ...line("object", subject.object),
    ...line("seen", fromTo(finding.firstSeenAt, finding.lastSeenAt)),
    ...line(
      "found",
      [minute(finding.detectedAt), `confirmed ${minute(finding.confirmedAt)}`, foundDaysText(finding)]
        .filter((part) => part !== undefined)
        .join(", "),
    ),
    "",
    "Evidence",
    ...evidenceLines(finding.evidence, words).map((text) => `  ${text}`),
    ...(eventIds?.length
      ? ["", "CloudTrail events, some of them", ...eventIds.map((id) => `  ${printable(id)}`)]
      : []),
    ...(docs ? ["", "Why", `  ${docs.why}`, "", "What to do", `  ${docs.fix}`] : []),
    ...(fix === undefined ? [] : fix.split("\n").map((text) => `  ${printable(text)}`)),
    ...(hasPlan(finding)
      ? [`  Proven, with the way back: npx dsql-audit plan ${shellWord(finding.id)}${store}`]
      : []),
    ...(docs
      ? ["", "False positives", `  ${docs.falsePositives}`, "", "Blind spots", `  ${docs.blindSpots}`]
      : []),
  ].join("\n");
};

export const addFinding: AddCommand = (program, io) => {
  const command = program
    .command("finding")
    .summary("show one finding with its evidence")
    .argument("<id>", "its id, or the beginning of it")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit finding 3f1c6a0b");
  addStoreOptions(command).action(async (id: string, options: StoreOptions & { json?: boolean }) => {
    const { finding, exemption } = await withStore(io, options, { mustExist: true }, async (store) => {
      const { findings } = store;
      const cluster = await pickCluster(store, options.cluster);
      const found = await findFinding(findings, cluster, id, "dsql-audit findings");
      return { finding: found, exemption: await exemptionOn(findings, found) };
    });
    if (options.json) printDocument(io, options, acceptedDocument(finding, exemption), () => "");
    else io.stdout.write(`${findingText(finding, acceptedText(exemption, io.now()), storeText(options))}\n`);
  });
};
