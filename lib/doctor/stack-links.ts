// The links that the deployment is made of: schedule, settings, queues, the topic, the API.
import type { Deployment } from "../config.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { type Instant, minute } from "../core/base/time.ts";
import { LATE_MS } from "../core/coverage/asleep.ts";
import type { KeptSettings } from "../core/findings/settings.ts";
import type { TestSent } from "../jobs/send-test-notice.ts";
import type { Running } from "../store/findings/deployments.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { Listeners, QueueState } from "./ports.ts";

/** A deployment with the same template changes nothing, also where somebody deleted a part of it. */
const DELETED =
  "Deploying again does not make it anew: remove the stack and deploy it with existingTable (docs/operations.md, Uninstall).";

/** Where nearly all that doctor says stands. */
export const tableLink = (name: string, answer: Answer<unknown>): Link => {
  if ("value" in answer) return ok("table", `${name} can be read`);
  return answer.missing
    ? broken(
        "table",
        `there is no table ${name} in this Region`,
        "Check --table and --region: the stack's output TableName has the name.",
      )
    : unanswered("table", answer);
};

const logOf = ({ stack }: Deployment, fn: string): string =>
  `aws logs tail ${shellWord(`/aws/lambda/${stack}-${fn}`)} --since 3h`;

export const scheduleLink = (running: Running | undefined, now: Instant): Link => {
  if (!running)
    return unknown(
      "schedule",
      "no deployed function has ever written into this table",
      "Deploy (docs/operations.md, Install), then wait for the next full hour.",
    );
  const says = `last ran at ${minute(running.at)}`;
  if (now - running.at <= LATE_MS) return ok("schedule", says);
  return broken(
    "schedule",
    `${says}, and is due every hour`,
    running.deployment ? logOf(running.deployment, "plan") : "Look at the log of the function plan.",
  );
};

export const settingsLink = (settings: KeptSettings | undefined): Link =>
  settings
    ? ok("settings", `written by ${settings.source}`)
    : unknown("settings", "none are kept yet: the first evaluation writes them");

/** By function; what waits is normal, what was given up on is not. */
export const queuesLink = (answers: Readonly<Record<string, Answer<QueueState>>>): Link => {
  const all = Object.entries(answers);
  const gone = all.find(([, answer]) => "missing" in answer && answer.missing);
  if (gone) return broken("queues", `the queue of ${gone[0]} is gone`, DELETED);
  for (const [, answer] of all) if (!("value" in answer)) return unanswered("queues", answer);
  const busy = all.flatMap(([name, answer]) =>
    "value" in answer && answer.value.waiting + answer.value.held > 0
      ? [`${name} ${answer.value.waiting + answer.value.held}`]
      : [],
  );
  return ok("queues", busy.length ? `at work: ${busy.join(", ")}` : "nothing waits");
};

/** What was given up on: by function, its queue and what is in it. */
export const deadLettersLink = (
  answers: Readonly<Record<string, { readonly url: string; readonly answer: Answer<QueueState> }>>,
  store: string,
): Link => {
  const full: string[] = [];
  let next: string | undefined;
  let unread: Link | undefined;
  for (const [name, { url, answer }] of Object.entries(answers)) {
    if (!("value" in answer)) {
      if (answer.missing) return broken("dead letters", `the dead-letter queue of ${name} is gone`, DELETED);
      // What another queue shows is not lost by it.
      unread ??= unanswered("dead letters", answer);
      continue;
    }
    const count = answer.value.waiting + answer.value.held;
    if (!count) continue;
    full.push(`${name} gave up on ${count} ${count === 1 ? "message" : "messages"}`);
    next ??= name.startsWith("ingest")
      ? `npx dsql-audit ingest --queue ${shellWord(url)} ${store}`
      : `Read the log of ${name}, mend the cause, then follow docs/operations.md: ${url}`;
  }
  if (next !== undefined) return broken("dead letters", full.join("; "), next);
  return unread ?? ok("dead letters", "none");
};

export const listenersLink = (topic: string, answer: Answer<Listeners>): Link => {
  if (!("value" in answer))
    return answer.missing
      ? broken("subscriptions", "the topic is gone: no notice can be sent", DELETED)
      : unanswered("subscriptions", answer);
  const { confirmed, pending, atLeast } = answer.value;
  if (confirmed)
    return ok(
      "subscriptions",
      `${atLeast ? "at least " : ""}${confirmed} confirmed${pending ? `, ${pending} not confirmed yet` : ""}`,
    );
  return broken(
    "subscriptions",
    pending ? `${pending} not confirmed yet: nobody gets mail` : "nobody has subscribed to the topic",
    pending
      ? "Confirm it with the command in the stack's output ConfirmAlertEmail, and the token out of the mail that AWS sent."
      : `aws sns subscribe --topic-arn ${shellWord(topic)} --protocol email --notification-endpoint YOU@EXAMPLE.COM`,
  );
};

export const testLink = (answer: Answer<TestSent>): Link => {
  if ("value" in answer)
    return {
      ...ok("test mail", `sent to the topic as ${answer.value.reference}`),
      next: `Look for ${answer.value.reference} where the notices should arrive.`,
    };
  return answer.missing
    ? broken("test mail", "the topic is gone: no notice can be sent", DELETED)
    : unanswered("test mail", answer);
};

export const apiLink = (api: string, answer: Answer<number> | undefined): Link => {
  if (!answer) return unknown("API", "not known where it is");
  if (!("value" in answer)) return unanswered("API", answer);
  const status = answer.value;
  if (status === 200) return ok("API", `answers at ${api}`);
  if (status === 403)
    return unanswered("API", { why: "it refused you (403)", permission: "execute-api:Invoke" });
  if (status === 429) return unanswered("API", { why: "it is busy (429)" });
  return status >= 500
    ? broken("API", `answered ${status}`, "Read the log of the function query.")
    : broken(
        "API",
        `answered ${status} at ${api}, as the auditor's API never does`,
        "Compare this URL with the stack's outputs.",
      );
};
