// Writes notices to Slack or Microsoft Teams: custom notifications that Amazon Q Developer in chat applications takes from an
// SNS topic, one thread for each incident. What is told when is decided as for mails.
import { createHash } from "node:crypto";
import type { SNSClient } from "@aws-sdk/client-sns";
import { clusterName, visible } from "../../core/base/visible-text.ts";
import { unlinked } from "../../wording/unlinked.ts";
import { commandsFor, type StoreArguments } from "../command-line.ts";
import type { Notice } from "../notice.ts";
import { publishDocument } from "./sns.ts";

/** Sends one notice. Throws AuditError as `publish`. */
export type Chat = (notice: Notice) => Promise<void>;

// https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html: `version` and `source` have to be these. Texts are kept well
// below what chat programs show.
const TITLE = 200;
const LINE = 300;
const MAX_LINES = 12;

/** Names may come from attackers: no markup, no link and no mention of theirs. */
const plain = (text: string, max: number): string =>
  unlinked(visible(text, max))
    .replaceAll("&", "+")
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replaceAll("[", "(")
    .replaceAll("]", ")")
    .replace(/@(?=here|channel|everyone)/giu, "(at)")
    .replace(/[*~`|#]/gu, "'")
    // Within a word, as in app_ro, it is no markup.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "'");

const oneLine = (lines: readonly string[]): string =>
  lines.map((line) => line.trim().replace(/ \\$/, "")).join(" ");

/** The same for whoever sends the same text again. */
const idOf = ({ cluster, kind, incident, told, subject }: Notice): string => {
  const what = [cluster, kind, incident ?? null, subject, told];
  return `msg-${createHash("sha256").update(JSON.stringify(what)).digest("hex").slice(0, 32)}`;
};

/** What opens the rest of it. */
const nextOf = ({ cluster, kind, incident }: Notice, store: StoreArguments): string => {
  const run = commandsFor(cluster, store);
  if (incident !== undefined) return oneLine(run("incident", incident));
  return oneLine(kind === "storm" ? run("incidents") : run("findings"));
};

/** The text of one notification: its first lines, and how many there are more. */
const documentOf = (notice: Notice, store: StoreArguments): string => {
  const { tag, stem, cluster, incident, brief } = notice;
  const reference = incident === undefined ? "" : ` ${incident}`;
  const title = `(${tag}) ${plain(stem, TITLE)} (${plain(clusterName(cluster), 40)})${reference}`;
  const more = brief.length - MAX_LINES;
  return JSON.stringify({
    version: "1.0",
    source: "custom",
    id: idOf(notice),
    content: {
      textType: "client-markdown",
      title,
      description: [
        ...brief.slice(0, MAX_LINES).map((line) => plain(line, LINE)),
        ...(more > 0 ? [`And ${more} more.`] : []),
      ].join("\n"),
      nextSteps: [nextOf(notice, store)],
    },
    metadata: {
      ...(incident !== undefined && { threadId: incident }),
      summary: title,
      eventType: "dsql-access-auditor",
      relatedResources: [cluster],
    },
  });
};

/** `store`: how readers reach the store with the command line. */
export const chat =
  (client: SNSClient, topicArn: string, store: StoreArguments): Chat =>
  (notice) =>
    publishDocument(client, topicArn, documentOf(notice, store));
