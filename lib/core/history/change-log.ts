// The list of changes of one snapshot as text: one JSON array a line, so that it can be cut into chunks.
import { AuditError } from "../../errors.ts";
import type { KnownCatalog, LastRead } from "../catalog/known-catalog.ts";
import { Change, type RecordedChange, sectionOf } from "./change.ts";

/** Rows of what could not be read before changed at some time since it was last read. */
const lastSeen = (change: Change, before: KnownCatalog): LastRead | undefined => {
  if (change.kind === "section-readable" || change.kind === "section-unreadable") return undefined;
  if (change.kind === "iam") {
    const ofState = change.what !== "readable" && change.what !== "unreadable";
    return ofState && change.part !== null ? before.lastIam?.[change.part] : undefined;
  }
  const section = sectionOf(change);
  return section && before.lastKnown?.[section];
};

/** Each change with the two snapshots between which it happened. `before` is the catalog that `previous` held. */
export const recordChanges = (
  changes: readonly Change[],
  before: KnownCatalog,
  previous: LastRead,
  taken: LastRead,
): RecordedChange[] =>
  changes.map((change) => {
    const since = lastSeen(change, before) ?? previous;
    return { fromSeq: since.seq, from: since.at, toSeq: taken.seq, to: taken.at, change };
  });

/** A line holds the change, and since when only where that is not the snapshot before. */
export const encodeChanges = (changes: readonly RecordedChange[], previousSeq: number): string =>
  changes
    .map(({ change, fromSeq, from }) =>
      JSON.stringify(fromSeq === previousSeq ? [change] : [change, fromSeq, from]),
    )
    .join("\n");

/** Reads the text back. AuditError("store") where it is no list of changes, or of a later format. */
export const decodeChanges = (text: string, previous: LastRead, taken: LastRead): RecordedChange[] =>
  text.split("\n").map((line) => {
    try {
      const [change, fromSeq = previous.seq, from = previous.at] = JSON.parse(line) as [
        unknown,
        number?,
        number?,
      ];
      return { fromSeq, from, toSeq: taken.seq, to: taken.at, change: Change.parse(change) };
    } catch (cause) {
      throw new AuditError("store", "a list of changes is of a later format, or was altered", {
        cause,
        hint: "Use the version of dsql-audit that wrote it, or run: dsql-audit history verify",
      });
    }
  });
