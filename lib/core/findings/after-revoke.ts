// What a revoke leaves open, and until when, in sentences.
import { lastSessionEnd, lastTokenEnd } from "../activity/session-end.ts";
import { type Instant, minute } from "../base/time.ts";
import type { DetectorView, KnownSubject } from "./detector.ts";

/** `goneBy`: the first snapshot that no longer had the mapping. */
export const afterRevoke = (goneBy: Instant): string =>
  `Last possible session end: ${minute(lastSessionEnd(goneBy))}. A token signed before may be valid until ${minute(lastTokenEnd(goneBy))}, but without a mapping it opens no session.`;

/** That the mapping of a finding is gone, since when, and what that leaves open. */
export const mappingGoneText = (
  { mappings }: Pick<DetectorView, "mappings">,
  { principal, roleOid }: KnownSubject,
): string => {
  const goneBy =
    principal === undefined || roleOid === undefined
      ? undefined
      : mappings.goneAt({ principal, role: roleOid });
  return goneBy === undefined
    ? "The mapping was revoked. Sessions from before may go on for an hour."
    : `The mapping was revoked: the snapshot of ${minute(goneBy)} no longer has it. ${afterRevoke(goneBy)}`;
};
