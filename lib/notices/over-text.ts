// How something ended, in words: what is over, since when, and that quiet mends nothing.
import { type Instant, minute } from "../core/base/time.ts";
import type { Finding } from "../core/findings/finding.ts";
import { isRefusedOnly } from "../core/findings/refused-only.ts";
import type { Incident } from "../core/incidents/incident.ts";

/** Ended by quiet alone. */
export const isEndedEpisode = ({ life, status }: Finding): boolean =>
  life === "episode" && status === "ended";

/** An episode ends by itself, and nothing was mended by that. */
export const howItEnded = (finding: Finding): string => {
  const { ends, closedBecause, lastSeenAt } = finding;
  const quiet = `It was last seen at ${minute(lastSeenAt)}, and not again in the 24 hours after. That does not undo what was done: acknowledge it once it is explained.`;
  return (
    closedBecause ?? ends ?? (isEndedEpisode(finding) ? quiet : "A complete evaluation no longer found it.")
  );
};

/** Whether a look found each part of it mended that nobody accepted. */
export const isMended = ({ findings }: Pick<Incident, "findings">): boolean =>
  findings.every(({ status }) => status === "resolved" || status === "exempt");

/** Since when an incident is over, and why. */
export const overText = ({ findings, openedAt }: Incident, overAt: Instant): string => {
  const found = `It was found at ${minute(openedAt)}`;
  const accepted = findings.some(({ status }) => status === "exempt") ? " The rest of it was accepted." : "";
  if (isMended({ findings })) return `${found} and resolved at ${minute(overAt)}.${accepted}`;
  const quiet = findings.filter(isEndedEpisode).map(({ lastSeenAt }) => lastSeenAt);
  if (!quiet.length) return `${found} and ended at ${minute(overAt)}.`;
  const attacks = findings.filter(({ category }) => category === "anomalous");
  const refused = attacks.length > 0 && attacks.every(isRefusedOnly);
  const last = `The last ${refused ? "attempt" : "unusual connection"} was seen at ${minute(Math.max(...quiet))}, and none in the 24 hours after.`;
  return `${found}. ${last} ${
    refused
      ? "As far as was seen, all were refused. Nothing was mended: whoever tried can try again."
      : "Nothing was mended: whoever got in may still have the access."
  }`;
};
