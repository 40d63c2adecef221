// What every mail of an incident is called, whatever becomes of it.
import { principalName, visible } from "../core/base/visible-text.ts";
import type { DetectorTitle } from "../core/findings/detector.ts";
import { familyTitle } from "../core/findings/family.ts";
import type { Incident } from "../core/incidents/incident.ts";

export type Stem = {
  /** Whom or what it is about: this tells two incidents of one detector apart. */
  readonly about?: string;
  readonly title: string;
  /** The title for a subject line. */
  readonly short: string;
};

/**
 * "OrdersApi: Connection from a new network". By the finding that it began with, as people were first told of it: the
 * detector that names an episode may change with the next sign, and a mapping's with its verdict.
 */
export const stemOf = (
  { findings: [first] }: Pick<Incident, "findings">,
  titleOf: (detector: string) => DetectorTitle | undefined,
): Stem => {
  const detector = first.toldAs ?? first.detector;
  const words = titleOf(detector);
  if (words?.thread) return { title: words.thread.title, short: words.thread.title };
  const { principal, role, object } = first.subject;
  const about = principal === undefined ? (role ?? object) : principalName(principal);
  const family = familyTitle(first.family);
  const title = family ?? words?.title ?? detector;
  const short = family ?? words?.short ?? title;
  return { ...(about !== undefined && { about: visible(about, 200) }), title, short };
};

/** "OrdersApi: Connection from a new network" */
export const stemText = ({ about, title }: Stem): string =>
  about === undefined ? title : `${visible(about, 100)}: ${title}`;
