// What a comparison of snapshots cannot tell change by change, in sentences.
import { type ExtraName, otherKinds } from "../core/catalog/extras.ts";
import type { NotTold } from "../core/history/beside-sections.ts";

/** What the kinds are called, in the plural. */
export const besideLabels = {
  views: "security_invoker of views",
  viewRules: "rules of views",
  sequences: "columns that own sequences",
  parameters: `${otherKinds.parameters}s`,
  largeObjects: `${otherKinds.largeObjects}s`,
  foreignServers: `${otherKinds.foreignServers}s`,
  foreignDataWrappers: `${otherKinds.foreignDataWrappers}s`,
  tablespaces: `${otherKinds.tablespaces}s`,
  languages: `${otherKinds.languages}s`,
} as const satisfies { readonly [N in ExtraName]: string };

/** What no change and no timeline tells of. */
export const besideTimelines = `Not in this timeline, for it is in snapshots alone: grants on ${[
  "parameters",
  "largeObjects",
  "foreignServers",
  "foreignDataWrappers",
  "tablespaces",
  "languages",
]
  .map((kind) => besideLabels[kind as ExtraName])
  .join(", ")}; ${besideLabels.views}, ${besideLabels.viewRules}, ${besideLabels.sequences}.`;

const SHOWN = 10;

/** A sentence for each kind that differs, and one for each reason why some could not be compared. */
export const notToldTexts = (notTold: readonly NotTold[]): string[] => {
  const unknown = Map.groupBy(
    notTold.filter(({ reason }) => reason !== null),
    ({ reason }) => reason,
  );
  return [
    ...notTold
      .filter(({ names }) => names.length > 0)
      .map(({ kind, names }) => {
        const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
        return `DIFFERS, but is not told change by change: ${besideLabels[kind]}: ${names.slice(0, SHOWN).join(", ")}${more}.`;
      }),
    ...[...unknown].map(
      ([reason, kinds]) =>
        `NOT COMPARED: ${kinds.map(({ kind }) => besideLabels[kind]).join(", ")}. In ${reason}.`,
    ),
  ];
};
