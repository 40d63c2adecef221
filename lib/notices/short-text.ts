// A notice in one line, for a text message.
import { clusterName, visible } from "../core/base/visible-text.ts";
import { unlinked } from "../wording/unlinked.ts";

/** One GSM message holds 160 characters; SNS puts the topic's display name before it. */
const MAX_SHORT = 140;

/** "[HIGH] orders-prod: OrdersApi connected … inc-3f9a1c2b": at most 140 characters. */
export const shortText = (tag: string, text: string, cluster: string, reference?: string): string => {
  const head = `[${tag}] ${clusterName(cluster)}: `;
  const end = reference === undefined ? "" : ` ${reference}`;
  const room = MAX_SHORT - Array.from(head).length - end.length;
  return `${head}${visible(unlinked(text), Math.max(20, room))}${end}`;
};
