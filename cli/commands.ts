// Which sub-commands there are. Only the one that is asked for is loaded: help and version wait for nothing else.
import type { AddCommand } from "./command.ts";

/** `summary` stands in the list of commands; a test holds it against the command's own. */
type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  readonly aliases?: readonly string[];
  /** It has sub-commands. */
  readonly hasCommands?: true;
  /** Not for people: it stands in no list. */
  readonly hidden?: true;
  readonly load: () => Promise<AddCommand>;
};

/** Under the headings of help, in its order. */
const groups: readonly (readonly [heading: string, entries: readonly CommandEntry[]])[] = [
  [
    "Who can, who may, who did:",
    [
      {
        name: "who-can",
        summary: "the roles that hold a privilege on an object",
        load: async () => (await import("./ask/who-can.ts")).addWhoCan,
      },
      {
        name: "explain",
        summary: "the path to a privilege, or the first broken link and what would complete it",
        load: async () => (await import("./ask/explain.ts")).addExplain,
      },
      {
        name: "privileges",
        summary: "effective privileges: who holds what, by which path",
        load: async () => (await import("./ask/privileges.ts")).addPrivileges,
      },
      {
        name: "escalations",
        summary: "escalation paths: how a role could get more privileges than it has",
        load: async () => (await import("./ask/escalations.ts")).addEscalations,
      },
      {
        name: "default-privileges",
        summary: "what default privileges will grant on objects created later",
        aliases: ["tomorrow"],
        load: async () => (await import("./ask/default-privileges.ts")).addDefaultPrivileges,
      },
      {
        name: "who-may",
        summary: "who may connect, by IAM and the cluster's policy",
        load: async () => (await import("./ask/who-may.ts")).addWhoMay,
      },
      {
        name: "policy",
        hasCommands: true,
        summary: "what a proposed policy would have refused",
        load: async () => (await import("./ask/policy.ts")).addPolicy,
      },
      {
        name: "activity",
        summary: "who connected, when and from where; the last use",
        load: async () => (await import("./ask/activity.ts")).addActivity,
      },
      {
        name: "coverage",
        summary: "for which hours capture is proven, for which it is not, and why",
        load: async () => (await import("./ask/coverage.ts")).addCoverage,
      },
      {
        name: "history",
        hasCommands: true,
        summary: "what was true at a time, and what changed",
        load: async () => (await import("./history/history.ts")).addHistory,
      },
      {
        name: "report",
        summary: "write one self-contained HTML page",
        load: async () => (await import("./run/report.ts")).addReport,
      },
    ],
  ],
  [
    "What was found, and what to do:",
    [
      {
        name: "findings",
        summary: "list the findings",
        load: async () => (await import("./findings/findings.ts")).addFindings,
      },
      {
        name: "finding",
        summary: "show one finding with its evidence",
        load: async () => (await import("./findings/finding.ts")).addFinding,
      },
      {
        name: "incidents",
        summary: "list the incidents: findings that belong together",
        load: async () => (await import("./findings/incidents.ts")).addIncidents,
      },
      {
        name: "incident",
        summary: "show one incident with its findings, and what was mailed of it when",
        load: async () => (await import("./findings/incident.ts")).addIncident,
      },
      {
        name: "plan",
        summary: "the script that ends findings, proven before anybody runs it",
        load: async () => (await import("./findings/plan.ts")).addPlan,
      },
      {
        name: "ack",
        summary: "acknowledge a finding or a whole incident: it stays listed, and is not mailed again",
        load: async () => (await import("./findings/ack.ts")).addAck,
      },
      {
        name: "exempt",
        summary: "accept a finding until a date",
        load: async () => (await import("./findings/exempt.ts")).addExempt,
      },
      {
        name: "unexempt",
        summary: "withdraw an exemption",
        load: async () => (await import("./findings/exempt.ts")).addUnexempt,
      },
      {
        name: "baseline",
        summary: "the access that is wanted, as a file, and what differs from it",
        hasCommands: true,
        load: async () => (await import("./ask/baseline.ts")).addBaseline,
      },
    ],
  ],
  [
    "Read, count and detect:",
    [
      {
        name: "snapshot",
        summary: "read a catalog and store it as the next snapshot",
        load: async () => (await import("./history/snapshot.ts")).addSnapshot,
      },
      {
        name: "ingest",
        summary: "count connections from trail files, S3 or a dead-letter queue",
        load: async () => (await import("./run/ingest.ts")).addIngest,
      },
      {
        name: "detect",
        summary: "run the detectors on what is stored and update the findings",
        load: async () => (await import("./findings/detect.ts")).addDetect,
      },
      {
        name: "scan",
        summary: "take a snapshot, then run the detectors",
        load: async () => (await import("./findings/scan.ts")).addScan,
      },
      {
        name: "replay",
        summary: "run the detectors on recorded files, storing nothing",
        load: async () => (await import("./run/replay.ts")).addReplay,
      },
      {
        name: "backtest",
        summary: "what a threshold would have alerted, day by day",
        load: async () => (await import("./findings/backtest.ts")).addBacktest,
      },
      {
        name: "reconcile",
        summary: "compare what was counted in a day with the trail's files",
        load: async () => (await import("./run/reconcile.ts")).addReconcile,
      },
      {
        name: "redact",
        summary: "take a person's session name out of what is kept",
        load: async () => (await import("./findings/redact.ts")).addRedact,
      },
    ],
  ],
  [
    "Deploy and look after:",
    [
      {
        name: "init",
        summary: "write the file of parameters that a deployment needs",
        load: async () => (await import("./deploy/init.ts")).addInit,
      },
      {
        name: "deploy-check",
        summary: "what a deployment still needs, before and after it",
        load: async () => (await import("./deploy/deploy-check.ts")).addDeployCheck,
      },
      {
        name: "setup-sql",
        summary: "print the SQL and the IAM policy for the auditor's own role",
        load: async () => (await import("./run/setup-sql.ts")).addSetupSql,
      },
      {
        name: "doctor",
        summary: "check each link of the chain from a connection to a mail",
        load: async () => (await import("./run/doctor.ts")).addDoctor,
      },
      {
        name: "settings",
        summary: "show the settings that verdicts depend on, and where each comes from",
        load: async () => (await import("./findings/settings.ts")).addSettings,
      },
      {
        name: "clusters",
        summary: "the clusters that are known, and when each was last read and evaluated",
        load: async () => (await import("./ask/clusters.ts")).addClusters,
      },
    ],
  ],
  [
    "This command:",
    [
      {
        name: "demo",
        summary: "simulate 120 days of a company on this machine",
        load: async () => (await import("./run/demo.ts")).addDemo,
      },
      {
        name: "config",
        summary: "show the defaults in force, and where each comes from",
        load: async () => (await import("./run/config.ts")).addConfig,
      },
      {
        name: "completion",
        summary: "print the completion script of a shell",
        load: async () => (await import("./run/completion.ts")).addCompletion,
      },
      {
        name: "completion-server",
        summary: "answer a completion script",
        hidden: true,
        load: async () => (await import("./run/completion-server.ts")).addCompletionServer,
      },
    ],
  ],
];

export const commands: readonly (CommandEntry & { readonly heading: string })[] = groups.flatMap(
  ([heading, entries]) => entries.map((entry) => ({ heading, ...entry })),
);
