// One finding for one subject of a family: earlier releases kept one for each verdict.
import type { Instant } from "../base/time.ts";
import type { Finding } from "./finding.ts";
import { familyId } from "./finding-id.ts";
import { endKnown } from "./told-of-it.ts";

export const isClosed = ({ status, closedAt }: Finding): boolean =>
  status === "resolved" || closedAt !== undefined;

/** The one that goes on comes first: open before closed, told before untold, then the newest. */
const order = (a: Finding, b: Finding): number =>
  Number(isClosed(a)) - Number(isClosed(b)) ||
  Number(b.noticedAt !== undefined) - Number(a.noticedAt !== undefined) ||
  (b.closedAt ?? 0) - (a.closedAt ?? 0) ||
  b.confirmedAt - a.confirmedAt ||
  (a.id < b.id ? -1 : 1);

/** By the identity of its family, each finding that goes on. */
export const continuing = (findings: readonly Finding[]): ReadonlyMap<string, Finding> => {
  const groups = Map.groupBy(
    findings.filter(({ family }) => family !== undefined),
    familyId,
  );
  return new Map(
    [...groups].flatMap(([id, same]) =>
      same
        .toSorted(order)
        .slice(0, 1)
        .map((one) => [id, one]),
    ),
  );
};

/** Open ones that another of the same subject goes on for are closed without a word: people know of it by that one. */
export const joinFamilies = (findings: readonly Finding[], now: Instant): readonly Finding[] => {
  const kept = continuing(findings);
  return findings.map((finding) => {
    const one = finding.family === undefined ? undefined : kept.get(familyId(finding));
    if (!one || one.id === finding.id || isClosed(finding)) return finding;
    return {
      ...endKnown(finding, now),
      status: "resolved",
      closedAt: now,
      closedBecause: `A mapping has one finding: ${one.id} replaces this one.`,
    };
  });
};
