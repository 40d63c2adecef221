// Why a role no longer counts as unused: somebody used it, or it is no longer known whether anybody does.
import { counted } from "../../../core/base/counted.ts";
import { minute } from "../../../core/base/time.ts";
import { principalName } from "../../../core/base/visible-text.ts";
import type { DetectorView, KnownSubject, WhyGone } from "../../../core/findings/detector.ts";
import type { MappingSubject } from "../../../core/findings/view-mappings.ts";

/** What is not known mends nothing. */
const notKnown = (what: string, because: string): WhyGone => ({
  ended: `Nothing was mended: whether ${what} is no longer known, as ${because}.`,
});

const unprovenHours = (view: DetectorView, days: number): string | undefined => {
  const { uncovered, windowOf } = view.coverage.database;
  const hours = uncovered.hoursIn(windowOf(days));
  return hours ? `capture is not proven for ${counted(hours, "hour")} of the last ${days} days` : undefined;
};

/** Of admin, or of one principal that connected as it. */
export const whyAdminGone = (
  view: DetectorView,
  { principal }: KnownSubject,
  days: number,
): WhyGone | undefined => {
  const what = principal ? `${principalName(principal)} connected as admin` : "anybody connected as admin";
  if (view.coverage.database.peersUnread !== undefined)
    return notKnown(what, "the peers of the cluster in other Regions could not be read");
  const unproven = unprovenHours(view, days);
  const { from } = view.coverage.database.windowOf(days);
  const [last] = view.activity
    .adminLogins()
    .filter(({ arn }) => arn !== view.activity.auditor && (principal === undefined || arn === principal))
    .toSorted((a, b) => b.lastUseAt - a.lastUseAt);
  if (last && last.lastUseAt >= from)
    return `${principalName(last.arn)} connected as admin at ${minute(Math.min(view.now, last.lastUseAt))}.`;
  return unproven === undefined ? undefined : notKnown(what, unproven);
};

/** `mappings`: all by which the role is had. */
export const whyRoleGone = (
  view: DetectorView,
  mappings: readonly MappingSubject[],
  days: number,
): WhyGone | undefined => {
  if (!mappings.length) return "No mapping leads to it any more.";
  const judged = mappings.map((mapping) => ({ mapping, ...view.mappings.useOf(mapping, days) }));
  const [used] = judged
    .filter(({ verdict }) => verdict === "active")
    .toSorted((a, b) => (b.lastUse?.at ?? 0) - (a.lastUse?.at ?? 0));
  if (used?.lastUse) return `${principalName(used.mapping.principal)} used it at ${minute(used.lastUse.at)}.`;
  const unknown = judged.find(({ verdict }) => verdict === "unknown" || verdict === "ambiguous");
  const young = judged.find(({ verdict }) => verdict === "grace");
  if (!unknown)
    return (
      young &&
      notKnown("anybody uses it", `${principalName(young.mapping.principal)} was mapped to it lately`)
    );
  const because =
    unprovenHours(view, days) ?? `the use of ${principalName(unknown.mapping.principal)} cannot be told`;
  return notKnown("anybody uses it", because);
};
