// What happened to a finding, as programs read it from the event bus.
import { iso } from "../core/base/time.ts";
import type { FeedEvent } from "../core/incidents/feed.ts";
import { type FindingDocument, findingDocument } from "./finding-document.ts";

/** Changed only with a change that a reader would have to know of; fields may be added. */
const VERSION = 1;
/** Of the 256 KB that one call holds. */
const MAX_CHARACTERS = 60_000;
const MAX_TEXT = 2_000;

/** What may be large is left out where all together is: whoever needs it asks the API by the id. */
const fitting = (finding: FindingDocument) => {
  if (JSON.stringify(finding).length <= MAX_CHARACTERS) return { finding, leftOut: [] };
  const { eventIds, fix, title, ends, closedBecause, ...rest } = finding;
  const cut = (text: string): string => text.slice(0, MAX_TEXT).toWellFormed();
  const short = {
    ...rest,
    title: cut(title),
    ...(ends !== undefined && { ends: cut(ends) }),
    ...(closedBecause !== undefined && { closedBecause: cut(closedBecause) }),
    evidence: {},
  };
  const leftOut = ["evidence", ...(eventIds ? ["eventIds"] : []), ...(fix !== undefined ? ["fix"] : [])];
  return { finding: short, leftOut };
};

/** The detail of an event: docs/schema/finding-event.schema.json. */
export const findingEvent = ({ id, kind, finding, before, mark }: FeedEvent) => ({
  version: VERSION,
  id,
  event: kind,
  at: iso(mark.at),
  incident: mark.incident,
  before: before
    ? { status: before.status, severity: before.severity, incident: before.incident, at: iso(before.at) }
    : null,
  ...fitting(findingDocument(finding)),
});
