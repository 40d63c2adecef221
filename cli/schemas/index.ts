// Every JSON document that a command prints, by the command's words; docs/schema holds them as JSON Schema.
import * as z from "zod";
import {
  Activity,
  Clusters,
  Covered,
  DefaultPrivileges,
  Escalations,
  Explained,
  Holders,
  MayConnect,
  Privileges,
  Tried,
} from "./ask.ts";
import { Drift, Made, Published } from "./baseline.ts";
import { Checked, Initialized } from "./deploy.ts";
import { Backtested, Exempted, Finding, Findings, OneFinding, Redacted, Scan } from "./finding.ts";
import { Diff, Retained, Shown, Snapshots, Timeline, Verified } from "./history.ts";
import { Incident, Incidents } from "./incident.ts";
import { Plan } from "./plan.ts";
import {
  Configured,
  Demonstrated,
  Examined,
  Ingested,
  Reconciled,
  Reported,
  Settings,
  Setup,
} from "./run.ts";
import { Snapshot } from "./snapshot.ts";

/** What a program gets from the event bus, and no command prints. */
export { FindingEvent } from "./finding-event.ts";

export const documents: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ["ack", z.union([Finding, Incident]).describe("The finding, or the incident whose reference was given.")],
  ["activity", Activity],
  ["backtest", Backtested],
  ["baseline diff", Drift],
  ["baseline init", Made],
  ["baseline publish", Published],
  ["clusters", Clusters],
  ["config", Configured],
  ["coverage", Covered],
  ["demo", Demonstrated],
  ["deploy-check", Checked],
  ["default-privileges", DefaultPrivileges],
  ["detect", Findings],
  ["doctor", Examined],
  ["escalations", Escalations],
  ["exempt", Exempted],
  ["explain", Explained],
  ["finding", OneFinding],
  ["findings", Findings],
  ["history", Snapshots],
  ["history diff", Diff],
  ["history retain", Retained],
  ["history show", Shown],
  ["history timeline", Timeline],
  ["history verify", Verified],
  ["incident", Incident],
  ["incidents", Incidents],
  ["ingest", Ingested],
  ["init", Initialized],
  ["plan", Plan],
  ["policy try", Tried],
  ["privileges", Privileges],
  ["reconcile", Reconciled],
  ["replay", Findings],
  ["redact", Redacted],
  ["report", Reported],
  ["scan", Scan],
  ["settings", Settings],
  ["setup-sql", Setup],
  ["snapshot", Snapshot],
  ["unexempt", Finding],
  ["who-can", Holders],
  ["who-may", MayConnect],
]);
