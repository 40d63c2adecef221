// What people were told of a finding, where something else than telling changes it: the same by mail and in a chat.
import type { Instant } from "../base/time.ts";
import type { Finding, ToldOfIt } from "./finding.ts";

/** What was told of it by mail, and the finding without. */
export const apart = (finding: Finding) => {
  const { noticedAt, noticedSeverity, closeNoticedAt, toldAt, toldIn, toldAs, ...rest } = finding;
  const told: ToldOfIt = {
    ...(noticedAt !== undefined && { noticedAt }),
    ...(noticedSeverity !== undefined && { noticedSeverity }),
    ...(closeNoticedAt !== undefined && { closeNoticedAt }),
    ...(toldAt !== undefined && { toldAt }),
    ...(toldIn !== undefined && { toldIn }),
    ...(toldAs !== undefined && { toldAs }),
  };
  return { told, rest };
};

/** A release that told chats of single findings wrote it as a mark of a channel. */
const ofMark = ({ channels, reopened }: Finding): ToldOfIt | undefined => {
  const mark = channels?.chat;
  if (mark?.life !== reopened) return undefined;
  const { at, severity, over } = mark;
  return { noticedAt: at, noticedSeverity: severity, toldAt: at, ...(over && { closeNoticedAt: at }) };
};

/** What was told of it in a chat; undefined: nothing. */
export const toldInChat = (finding: Finding): ToldOfIt | undefined => finding.chat ?? ofMark(finding);

/** Each memory of it as `change` makes it. */
const inEach = (finding: Finding, change: (told: ToldOfIt) => ToldOfIt): Finding => {
  const { told, rest } = apart(finding);
  const chat = toldInChat(finding);
  return { ...rest, ...change(told), ...(chat && { chat: change(chat) }) };
};

const forgotten = ({ noticedAt: _, noticedSeverity: __, toldIn: ___, ...rest }: ToldOfIt): ToldOfIt => rest;

/** People are told of it again, as of one that nobody heard of. */
export const untold = (finding: Finding): Finding => inEach(finding, forgotten);

/** It goes on after all: who was told that it is over is told that it is not. */
export const endUntold = (finding: Finding): Finding =>
  inEach(finding, ({ closeNoticedAt, ...told }) => (closeNoticedAt === undefined ? told : forgotten(told)));

/** That it is over needs no word. */
export const endKnown = (finding: Finding, closeNoticedAt: Instant): Finding =>
  inEach(finding, (told) => ({ ...told, closeNoticedAt }));

/** Somebody takes care of it as bad as it is now: only what is worse is news. */
export const severityKnown = (finding: Finding): Finding => {
  const known = { noticedSeverity: finding.severity };
  return { ...finding, ...known, chat: { ...toldInChat(finding), ...known } };
};

const ofWhole = ({ noticedAt, noticedSeverity, closeNoticedAt, toldIn }: ToldOfIt): ToldOfIt => ({
  ...(toldIn !== undefined && { toldIn }),
  ...(noticedAt !== undefined && { noticedAt }),
  ...(noticedSeverity !== undefined && { noticedSeverity }),
  ...(closeNoticedAt !== undefined && { closeNoticedAt }),
});

/** What people were told of the whole, for a piece of it. */
export const toldOfWhole = (piece: Finding, whole: Finding): Finding => {
  const chat = toldInChat(whole);
  return { ...piece, ...ofWhole(whole), ...(chat && { chat: ofWhole(chat) }) };
};
