// Keeps whether each channel takes what is due there, for who looks later, and counts refusals for the alarms.
import type { Cluster } from "../core/base/ids.ts";
import { HOUR, type Instant } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";
import type { ChannelName } from "../core/incidents/feed.ts";
import { AuditError } from "../errors.ts";
import type { MetricName } from "../log.ts";
import type { Store } from "../store/open-store.ts";
import type { Fed } from "./feed-channels.ts";

/** That it took something is written so often, and whenever it refused before. */
const TOOK_EVERY_MS = HOUR;

const metrics = {
  "event-bus": "EventBusRefused",
  "security-hub": "SecurityHubRefused",
  chat: "ChatRefused",
} as const satisfies Readonly<Record<ChannelName, MetricName>>;

/** A channel that is busy or out of reach is tried again by itself; one that refuses waits for somebody to mend it. */
const isRefusal = (failure: unknown): boolean =>
  failure instanceof AuditError && ["denied", "not-found", "config"].includes(failure.code);

const textOf = (failure: unknown): { says: string; next: string } => {
  const { message, hint } =
    failure instanceof AuditError ? failure : { message: String(failure), hint: undefined };
  return {
    says: visible(message, 300),
    next: visible(hint ?? "Read the log of the function notify.", 300),
  };
};

/**
 * Notes what came of telling one channel; nothing is written while that stays as it was. The metric of a channel that
 * refuses; undefined: it does not.
 */
export const noteHealth = async (
  { notices }: Pick<Store, "notices">,
  cluster: Cluster,
  { name, taken, failure }: Fed,
  now: Instant,
): Promise<MetricName | undefined> => {
  const known = (await notices.read(cluster)).channels?.[name];
  if (!known) return undefined;
  const { refused: before, tookAt = Number.NEGATIVE_INFINITY } = known;
  const text = failure === undefined ? undefined : textOf(failure);
  const isSame = text?.says === before?.says;
  const tells = taken > 0 && (now - tookAt >= TOOK_EVERY_MS || before !== undefined);
  if (!isSame || tells)
    await notices.noteChannel(cluster, name, {
      ...(taken > 0 && { tookAt: now }),
      refused: text ? { since: now, ...text } : null,
    });
  return isRefusal(failure) ? metrics[name] : undefined;
};
