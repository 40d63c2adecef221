// What was told of findings by mail or in a chat, as one and the same: the rules of telling do not know where they tell.
import type { Instant } from "../base/time.ts";
import type { Finding } from "../findings/finding.ts";
import { apart, toldInChat } from "../findings/told-of-it.ts";
import { markTold, type Told } from "./due.ts";
import type { NoticeState } from "./notice-state.ts";

/** Where people are told. */
export type Outlet = "mail" | "chat";

/** Whatever is asked of the finding, it answers for what was told in the chat. */
const asInChat = (finding: Finding): Finding => ({ ...apart(finding).rest, ...toldInChat(finding) });

/** The findings, each with what was told of it there in the fields that the rules of telling read. */
export const asToldIn = (findings: readonly Finding[], where: Outlet): readonly Finding[] =>
  where === "mail" ? findings : findings.map(asInChat);

/** The findings once a text about `told` is out there, at `at`. The same objects where nothing changed; twice is once. */
export const markToldIn = (
  findings: readonly Finding[],
  where: Outlet,
  told: readonly Told[],
  at: Instant,
): readonly Finding[] => {
  if (where === "mail") return markTold(findings, told, at);
  const seen = asToldIn(findings, where);
  const marked = markTold(seen, told, at);
  return findings.map((finding, n) => {
    const now = marked[n];
    return now === undefined || now === seen[n] ? finding : { ...finding, chat: apart(now).told };
  });
};

/** What there is when a chat is switched on is the past: its end is a line of a summary, and no notice. */
export const pastInChat = (findings: readonly Finding[], at: Instant): readonly Finding[] =>
  markToldIn(
    findings,
    "chat",
    findings.map(({ id, severity, status, closedAt, detector }) => ({
      ...{ id, severity, detector, where: "summary" as const },
      ended: status === "ended" || status === "resolved" || closedAt !== undefined,
    })),
    at,
  );

/** What telling people there remembers; undefined: the chat is off, or nothing was evaluated since it is on. */
export const stateIn = (state: NoticeState, where: Outlet): NoticeState | undefined =>
  where === "mail" ? state : state.channels?.chat?.times;
