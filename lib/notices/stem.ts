// What every mail of an incident is called, whatever becomes of it.
import { principalName, visible } from "../core/base/visible-text.ts";
import type { DetectorTitle } from "../core/findings/detector.ts";
import { familyTitle } from "../core/findings/family.ts";
import type { Incident } from "../core/incidents/incident.ts";

/**
 * "OrdersApi: Connection from a new network". By the finding that it began with, as people were first told of it: the
 * detector that names an episode may change with the next sign, and a mapping's with its verdict.
 */
export const stemOf = (
  { findings: [first] }: Pick<Incident, "findings">,
  titleOf: (detector: string) => DetectorTitle | undefined,
): string => {
  const detector = first.toldAs ?? first.detector;
  const words = titleOf(detector);
  if (words?.thread) return words.thread.title;
  const { principal, role, object } = first.subject;
  const about = principal === undefined ? (role ?? object) : principalName(principal);
  const title = familyTitle(first.family) ?? words?.title ?? detector;
  // The name first: a subject line is cut at its end.
  return about === undefined ? title : `${visible(about, 40)}: ${title}`;
};
