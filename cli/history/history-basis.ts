// What every answer about the past says of itself: the snapshot it rests on, and what that snapshot cannot say.

import type { Instant } from "../../lib/core/base/time.ts";
import { iso } from "../../lib/core/base/time.ts";
import type { Basis } from "../../lib/queries/basis.ts";
import type { ToldRecord } from "../../lib/queries/told-change.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph } from "../output.ts";

/** "2026-03-01 02:00:00Z", with milliseconds only where there are any. */
export const stamp = (at: Instant): string => iso(at).replace("T", " ").replace(".000Z", "Z");

/** Lines for people; the loud ones about what could not be read come last. */
export const basisLines = (
  io: Pick<Io, "stdout">,
  label: string,
  { snapshot, uncertainty }: Basis,
): string[] => {
  const said = (text: string): string => paragraph(io, text, { first: "  " });
  return [
    paragraph(io, `${label}: snapshot ${snapshot.seq} of ${stamp(Date.parse(snapshot.takenAt))}`),
    said(uncertainty.text),
    ...uncertainty.unreadable.map(({ section, lastReadAt }) =>
      said(
        lastReadAt === null
          ? `NOT KNOWN: ${section} was never read.`
          : `NOT KNOWN: ${section} could not be read; last read ${stamp(Date.parse(lastReadAt))}.`,
      ),
    ),
  ];
};

export const changeColumns: readonly Column<ToldRecord>[] = [
  { head: "after", cell: ({ after }) => stamp(Date.parse(after.takenAt)), max: 20 },
  { head: "seen at", cell: ({ before }) => stamp(Date.parse(before.takenAt)), max: 20 },
  { head: "change", cell: ({ text }) => text },
];
