// What a comparison of snapshots cannot tell, in sentences.
import { type ExtraName, otherKinds, otherSections } from "../core/catalog/extras.ts";
import type { NotTold } from "../core/history/beside-sections.ts";

/** What the kinds are called, in the plural. */
const besideLabels = {
  views: "security_invoker of views",
  viewRules: "rules of views",
  sequences: "columns that own sequences",
  parameters: `${otherKinds.parameters}s`,
  largeObjects: `${otherKinds.largeObjects}s`,
  foreignServers: `${otherKinds.foreignServers}s`,
  foreignDataWrappers: `${otherKinds.foreignDataWrappers}s`,
  tablespaces: `${otherKinds.tablespaces}s`,
  languages: `${otherKinds.languages}s`,
  rowSecurity: "row-level security",
} as const satisfies { readonly [N in ExtraName]: string };

/** What a timeline knows only where snapshots could read it; a sentence on that stands below every timeline. */
export const besideTimelines = `Only told where two snapshots in a row could read it: grants on ${otherSections
  .map((kind) => besideLabels[kind])
  .join(
    ", ",
  )}; ${besideLabels.views}, ${besideLabels.viewRules}, ${besideLabels.sequences}. Release 0.1.0 did not read these.`;

/** A sentence for each reason why some kinds could not be compared. */
export const notToldTexts = (notTold: readonly NotTold[]): string[] =>
  [...Map.groupBy(notTold, ({ reason }) => reason)].map(
    ([reason, kinds]) =>
      `NOT COMPARED: ${kinds.map(({ kind }) => besideLabels[kind]).join(", ")}. In ${reason}.`,
  );
