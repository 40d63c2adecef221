// `dsql-audit redact PERSON`: takes a person's session name out of what is kept. Says what it would change, and does it with --apply.
import type { Cluster } from "../../lib/core/base/ids.ts";
import { type Redacted, redactPerson } from "../../lib/jobs/redact-person.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickKeptCluster, type StoreOptions, withStore } from "../context.ts";
import { printable, printDocument } from "../output.ts";
import { addByOption, osUser } from "./who.ts";

type Options = StoreOptions & { readonly json?: boolean; readonly by?: string; readonly apply?: boolean };
type Document = Redacted & { readonly cluster: Cluster; readonly applied: boolean };

const nouns: readonly (readonly [keyof Redacted, string])[] = [
  ["segments", "minute"],
  ["profiles", "hour or day"],
  ["findings", "finding"],
  ["exemptions", "exemption"],
  ["acts", "act"],
  ["register", "entry of the register"],
  ["baselines", "baseline"],
  ["mails", "record of a mail"],
];
const many = (n: number, noun: string): string => {
  if (n === 1) return `1 ${noun}`;
  if (noun === "hour or day") return `${n} hours or days`;
  if (noun === "entry of the register") return `${n} entries of the register`;
  return noun === "record of a mail" ? `${n} records of mails` : `${n} ${noun}s`;
};

/** What nobody can take it out of from here, and what to do. */
const stillThere: readonly string[] = [
  "It is still in:",
  "  backups of the table: point-in-time recovery drops it after 35 days; delete on-demand backups and exports that are",
  "    older than now. After a restore, run this again.",
  "  CloudTrail's own files in the trail's bucket: its lifecycle rule, or you, have to delete them.",
  "  what went out: mails, chat messages, events and findings in Security Hub, which AWS keeps for 90 days.",
  "  logs: the log groups of the functions and of the API keep 90 days.",
];

const text = (document: Document): string => {
  const { cluster, applied } = document;
  const held = nouns.flatMap(([name, noun]) => (document[name] ? [many(document[name], noun)] : []));
  if (!held.length) return `Nothing that is kept of ${cluster} holds a session of that name.`;
  const list = `${held.slice(0, -1).join(", ")}${held.length > 1 ? " and " : ""}${held.at(-1)}`;
  return applied
    ? [`Took the name out of ${list} of ${cluster}.`, ...stillThere].join("\n")
    : `Would take the name out of ${list} of ${cluster}. Nothing was changed yet: give --apply to do it.`;
};

export const addRedact: AddCommand = (program, io) => {
  const command = program
    .command("redact")
    .summary("take a person's session name out of what is kept")
    .description(
      "Replaces the name of a session in connections, findings, exemptions, acts, the register of clusters, published " +
        "baselines and records of mails. The history of " +
        "privileges holds no session, so its chain stays whole. Shows what it would change. With --apply it changes it for " +
        "good.\nBackups of the table, CloudTrail's own files, logs, and what went out by mail, chat or event keep the name: the " +
        "command says what to do about each.\nNames of IAM users and roles, of federated users, and of database roles are not names of sessions: they stay.",
    )
    .argument("<person>", "the session name, whole: ana@example.com")
    .option("--apply", "change it")
    .option("--json", "one JSON document on stdout")
    .addHelpText("after", "\nExample:\n  $ dsql-audit redact ana@example.com --apply");
  addStoreOptions(addByOption(command)).action(async (person: string, options: Options) => {
    const applied = options.apply ?? false;
    const document = await withStore(io, options, { mustExist: true }, async (store): Promise<Document> => {
      const cluster = await pickKeptCluster(io, store, options.cluster);
      const who = { by: options.by ?? osUser(), via: "command line", at: io.now() } as const;
      return { cluster, applied, ...(await redactPerson(store, cluster, person, { apply: applied, who })) };
    });
    printDocument(io, options, document, (one) => text(one).split("\n").map(printable).join("\n"));
  });
};
