// Writes of urgent incidents to Slack or Microsoft Teams: custom notifications that Amazon Q Developer in chat applications
// takes from an SNS topic, one thread for each incident.
import type { SNSClient } from "@aws-sdk/client-sns";
import type { Cluster } from "../../core/base/ids.ts";
import { clusterName, visible } from "../../core/base/visible-text.ts";
import { type Severity, worstFirst } from "../../core/findings/finding.ts";
import type { FeedEvent } from "../../core/incidents/feed.ts";
import { worstOf } from "../../core/incidents/incident.ts";
import { AuditError } from "../../errors.ts";
import { commandsFor, type StoreArguments } from "../command-line.ts";
import type { Channel, Taken } from "./channel.ts";
import { publishDocument } from "./sns.ts";

// https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html: `version` and `source` have to be these. Texts are kept well
// below what chat programs show.
const TITLE = 200;
const LINE = 300;
const MAX_LINES = 12;
/** More incidents than this at once are told in one message. */
const STORM_ABOVE = 10;

const isUrgent = (severity: Severity | undefined): boolean =>
  severity !== undefined && worstFirst(severity, "high") <= 0;

/** High or critical now, or told to be; and something that a person would call news. */
const isWorthATell = ({ kind, before, mark }: FeedEvent): boolean =>
  (isUrgent(mark.severity) || isUrgent(before?.severity)) &&
  (kind !== "updated" || before?.status !== mark.status || before.severity !== mark.severity);

/** Names may come from attackers: no markup, no link and no mention of theirs. */
const plain = (text: string, max: number): string =>
  visible(text, max)
    .replaceAll("&", "+")
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .replaceAll("[", "(")
    .replaceAll("]", ")")
    .replaceAll("://", ": //")
    .replace(/@(?=here|channel|everyone)/giu, "(at)")
    .replace(/[*~`|#]/gu, "'")
    // Within a word, as in app_ro, it is no markup.
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "'");

const HOW: Readonly<Record<string, string>> = {
  acknowledged: "acknowledged",
  exempt: "accepted",
  ended: "ended",
  resolved: "resolved",
};

const lineOf = ({ kind, finding, before, mark }: FeedEvent): string => {
  const title = plain(finding.title, LINE);
  const severity = mark.severity.toUpperCase();
  if (kind === "opened") return `New, ${severity}: ${title}`;
  const how = HOW[mark.status];
  if (kind === "resolved" || (how && before?.status !== mark.status)) return `Now ${how ?? "over"}: ${title}`;
  return before && before.severity !== mark.severity
    ? `Now ${severity}, was ${before.severity.toUpperCase()}: ${title}`
    : `Open again, ${severity}: ${title}`;
};

const oneLine = (lines: readonly string[]): string =>
  lines.map((line) => line.trim().replace(/ \\$/, "")).join(" ");

type Message = {
  readonly id: string;
  readonly thread?: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly next: readonly string[];
  readonly cluster: Cluster;
};

/** The text of one notification. */
const documentOf = ({ id, thread, title, lines, next, cluster }: Message): string =>
  JSON.stringify({
    version: "1.0",
    source: "custom",
    id,
    content: {
      textType: "client-markdown",
      title,
      description: [
        ...lines.slice(0, MAX_LINES),
        ...(lines.length > MAX_LINES ? [`And ${lines.length - MAX_LINES} more.`] : []),
      ].join("\n"),
      nextSteps: next,
    },
    metadata: {
      ...(thread !== undefined && { threadId: thread }),
      summary: title,
      eventType: "dsql-access-auditor",
      relatedResources: [cluster],
    },
  });

type Group = { readonly incident: string; readonly events: readonly [FeedEvent, ...FeedEvent[]] };

const worstIn = ({ events }: Group): Severity => worstOf(events.map(({ mark }) => mark.severity));
const leadOf = ({ events }: Group): FeedEvent =>
  events.toSorted((a, b) => worstFirst(a.mark.severity, b.mark.severity))[0] ?? events[0];

const tagOf = (group: Group): string =>
  group.events.every(({ kind }) => kind === "resolved") ? "UPDATE" : worstIn(group).toUpperCase();

const incidentMessage = (group: Group, store: StoreArguments): Message => {
  const { finding, id } = leadOf(group);
  const run = commandsFor(finding.cluster, store);
  const { incident } = group;
  return {
    id,
    thread: incident,
    title: `(${tagOf(group)}) ${plain(finding.title, TITLE)} (${plain(clusterName(finding.cluster), 40)}) ${incident}`,
    lines: group.events.map(lineOf),
    next: [oneLine(run("incident", incident))],
    cluster: finding.cluster,
  };
};

const stormMessage = (groups: readonly [Group, ...Group[]], store: StoreArguments): Message => {
  const { finding, id } = leadOf(groups[0]);
  const worst = worstOf(groups.map(worstIn)).toUpperCase();
  const name = plain(clusterName(finding.cluster), 40);
  return {
    id,
    title: `(${worst}) News of ${groups.length} incidents at once (${name})`,
    lines: groups.map((group) => `${group.incident}, ${lineOf(leadOf(group))}`),
    next: [oneLine(commandsFor(finding.cluster, store)("incidents"))],
    cluster: finding.cluster,
  };
};

const groupsOf = (events: readonly FeedEvent[]): Group[] =>
  [...Map.groupBy(events, ({ mark }) => mark.incident)].flatMap(([incident, [first, ...rest]]) =>
    first ? [{ incident, events: [first, ...rest] }] : [],
  );

/**
 * `store`: how readers reach the store with the command line. What is neither high nor critical counts as taken without a
 * word: the summaries by mail have it.
 */
export const chat = (client: SNSClient, topicArn: string, store: StoreArguments): Channel => ({
  name: "chat",
  send: async (events): Promise<Taken> => {
    const taken = events.filter((event) => !isWorthATell(event));
    const groups = groupsOf(events.filter(isWorthATell));
    const [first, ...others] = groups;
    if (!first) return { taken };
    const messages =
      groups.length > STORM_ABOVE
        ? [{ message: stormMessage([first, ...others], store), about: groups }]
        : groups.map((group) => ({ message: incidentMessage(group, store), about: [group] }));
    let failure: AuditError | undefined;
    for (const { message, about } of messages) {
      try {
        await publishDocument(client, topicArn, documentOf(message));
        taken.push(...about.flatMap((group) => group.events));
      } catch (error) {
        if (!(error instanceof AuditError)) throw error;
        failure ??= error;
        if (error.code !== "config") break;
      }
    }
    // In the order that they came in: of two events of one finding the later one is what it knows.
    const all = new Set(taken);
    return { taken: events.filter((event) => all.has(event)), failure };
  },
});
