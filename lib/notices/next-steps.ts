// What a notice of an incident tells people to run next: look closer, take care of it, accept it.
import type { Finding } from "../core/findings/finding.ts";
import type { Incident } from "../core/incidents/incident.ts";
import { hasPlan } from "../core/remediation/has-plan.ts";
import type { Commands } from "./command-line.ts";
import { whoDidItLines } from "./finding-lines.ts";
import { isEndedEpisode } from "./over-text.ts";

const incidentLines = (run: Commands, { id }: Incident): string[] => [
  "The whole incident, and when each mail about it was sent:",
  ...run("incident", id),
];

/** After the end. What only quiet has ended is not explained by it. */
export const afterwardsLines = (run: Commands, incident: Incident, lead: Finding): string[] => [
  ...(incident.findings.some(isEndedEpisode)
    ? [
        "What was seen, with all that is known of it:",
        ...run("finding", lead.id),
        "Once it is explained, to say so:",
        ...run("ack", incident.findings.length > 1 ? incident.id : lead.id),
      ]
    : []),
  ...incidentLines(run, incident),
];

/** While it goes on: what a reader can do about it, and how to decide. */
export const decideLines = (run: Commands, incident: Incident, lead: Finding): string[] => [
  ...(incident.findings.length > 1
    ? ["To look closer, at the others by the id in brackets:"]
    : ["To look closer:"]),
  ...run("finding", lead.id),
  ...whoDidItLines(lead, run),
  ...(hasPlan(lead) ? ["To see the script that ends it, and the way back:", ...run("plan", lead.id)] : []),
  incident.findings.length > 1
    ? "To say that you take care of all of it:"
    : "To say that you take care of it:",
  ...run("ack", incident.findings.length > 1 ? incident.id : lead.id),
  "To accept it for 30 days:",
  ...run("exempt", lead.id, "--owner", "YOUR-TEAM", "--reason", "WHY", "--until", "30d"),
  ...incidentLines(run, incident),
];
