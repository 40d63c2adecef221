// Which sub-commands there are. Only the one that is asked for is loaded: help and version wait for nothing else.
import type { AddCommand } from "./command.ts";

/** `summary` stands in the list of commands; a test holds it against the command's own. */
export type CommandEntry = {
  readonly name: string;
  readonly summary: string;
  readonly aliases?: readonly string[];
  /** It has sub-commands. */
  readonly hasCommands?: true;
  /** Not for people: it stands in no list. */
  readonly hidden?: true;
  readonly load: () => Promise<AddCommand>;
};

/** In the order that help lists them. */
export const commands: readonly CommandEntry[] = [
  {
    name: "ack",
    summary: "acknowledge a finding: it stays listed, and is not mailed again",
    load: async () => (await import("./findings/ack.ts")).addAck,
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
  {
    name: "config",
    summary: "show what holds where no option says otherwise",
    load: async () => (await import("./run/config.ts")).addConfig,
  },
  {
    name: "activity",
    summary: "who connected when and from where, and last use",
    load: async () => (await import("./ask/activity.ts")).addActivity,
  },
  {
    name: "baseline",
    summary: "the access that is wanted, as a file, and what differs from it",
    hasCommands: true,
    load: async () => (await import("./ask/baseline.ts")).addBaseline,
  },
  {
    name: "demo",
    summary: "simulate 120 days of a company on this machine",
    load: async () => (await import("./run/demo.ts")).addDemo,
  },
  {
    name: "default-privileges",
    summary: "what default privileges will grant on objects created later",
    aliases: ["tomorrow"],
    load: async () => (await import("./ask/default-privileges.ts")).addDefaultPrivileges,
  },
  {
    name: "detect",
    summary: "judge what is stored and update the findings",
    load: async () => (await import("./findings/detect.ts")).addDetect,
  },
  {
    name: "escalations",
    summary: "escalation paths: what a role could become or take beyond what it holds",
    load: async () => (await import("./ask/escalations.ts")).addEscalations,
  },
  {
    name: "exempt",
    summary: "accept a finding until an end",
    load: async () => (await import("./findings/exempt.ts")).addExempt,
  },
  {
    name: "explain",
    summary: "the path to a privilege, or the first broken link and what would complete it",
    load: async () => (await import("./ask/explain.ts")).addExplain,
  },
  {
    name: "finding",
    summary: "show one finding with its evidence",
    load: async () => (await import("./findings/finding.ts")).addFinding,
  },
  {
    name: "findings",
    summary: "list what was found",
    load: async () => (await import("./findings/findings.ts")).addFindings,
  },
  {
    name: "history",
    hasCommands: true,
    summary: "what was true when, and what changed",
    load: async () => (await import("./history/history.ts")).addHistory,
  },
  {
    name: "ingest",
    summary: "count connections from trail files, S3 or a dead-letter queue",
    load: async () => (await import("./run/ingest.ts")).addIngest,
  },
  {
    name: "privileges",
    summary: "effective privileges: who holds what, by which path",
    load: async () => (await import("./ask/privileges.ts")).addPrivileges,
  },
  {
    name: "reconcile",
    summary: "hold what was counted in a day against the trail's files",
    load: async () => (await import("./run/reconcile.ts")).addReconcile,
  },
  {
    name: "replay",
    summary: "judge a recorded stretch offline, storing nothing",
    load: async () => (await import("./run/replay.ts")).addReplay,
  },
  {
    name: "report",
    summary: "write one self-contained HTML page",
    load: async () => (await import("./run/report.ts")).addReport,
  },
  {
    name: "scan",
    summary: "snapshot and detect in one go",
    load: async () => (await import("./findings/scan.ts")).addScan,
  },
  {
    name: "settings",
    summary: "what verdicts depend on, and where each value comes from",
    load: async () => (await import("./findings/settings.ts")).addSettings,
  },
  {
    name: "setup-sql",
    summary: "print the SQL and the IAM policy for the auditor's own role",
    load: async () => (await import("./run/setup-sql.ts")).addSetupSql,
  },
  {
    name: "snapshot",
    summary: "read a catalog and store it as the next snapshot",
    load: async () => (await import("./history/snapshot.ts")).addSnapshot,
  },
  {
    name: "unexempt",
    summary: "take an exemption back",
    load: async () => (await import("./findings/exempt.ts")).addUnexempt,
  },
  {
    name: "who-can",
    summary: "the roles that hold a privilege on an object",
    load: async () => (await import("./ask/who-can.ts")).addWhoCan,
  },
];
