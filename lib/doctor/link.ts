// One link of the chain from a connection to a mail: whether it holds, what was seen, and what to do next.
import type { Cluster } from "../core/base/ids.ts";

export type LinkState = "ok" | "broken" | "unknown";

/** What doctor prints. `cluster` null: a link that all clusters share. `next` null: nothing is to be done. */
export type LinkRow = {
  readonly link: string;
  readonly cluster: Cluster | null;
  readonly state: LinkState;
  readonly says: string;
  /** A command to paste, or a sentence; several, in their order, each on a line of its own. */
  readonly next: string | null;
};

/** A link of one cluster or of all, without saying which. */
export type Link = Omit<LinkRow, "cluster">;

export const ok = (link: string, says: string): Link => ({ link, state: "ok", says, next: null });
export const broken = (link: string, says: string, next: string): Link => ({
  ...{ link, state: "broken", says, next },
});
export const unknown = (link: string, says: string, next: string | null = null): Link => ({
  ...{ link, state: "unknown", says, next },
});

/** Why there is no answer; `missing`: the thing that was asked about does not exist. `next`: what would bring one. */
export type NoAnswer = {
  readonly why: string;
  readonly permission?: string;
  readonly missing?: true;
  readonly next?: string;
};

/** What was asked, or why there is no answer. */
export type Answer<T> = { readonly value: T } | NoAnswer;

/** A link that could not be looked at: unknown, with the permission that would show it. */
export const unanswered = (link: string, { why, permission, next }: NoAnswer): Link =>
  unknown(
    link,
    why,
    next ??
      (permission === undefined
        ? "Run this command again in a minute."
        : `Allow ${permission} to whoever runs this command.`),
  );
