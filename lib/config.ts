// What the Lambda functions are told by their environment: one schema, every problem listed at once.
import { ADMIN } from "./core/activity/admin-logins.ts";
import { FALSE_FINDINGS_PER_WEEK } from "./core/anomaly/constants.ts";
import { Cluster, Principal } from "./core/base/ids.ts";
import { issueText } from "./core/base/issue-text.ts";
import * as z from "./core/base/zod.ts";
import { DORMANT_DAYS } from "./core/findings/dormant-window.ts";
import { type RetentionName, retentionPlans, retentionProblem } from "./core/findings/retention-days.ts";
import { KEEP_DAYS } from "./core/history/retention.ts";
import { archetypes } from "./core/privileges/archetype.ts";
import { AuditError } from "./errors.ts";

/** JSON in an environment variable, parsed by `shape`. */
const json = <T extends z.ZodType>(shape: T) =>
  z.pipe(
    z.pipe(
      z.string(),
      z.transform((text, context) => {
        try {
          return JSON.parse(text) as unknown;
        } catch {
          context.issues.push({ code: "custom", input: text, message: "is not JSON" });
          return z.NEVER;
        }
      }),
    ),
    shape,
  );

/** Another way to the cluster than its own host name: PrivateLink, or a stand-in. SNI and token keep the host name. */
export const Dial = z.object({
  host: z.string(),
  port: z.int().check(z.positive()),
  ca: z.optional(z.string()),
});
export type Dial = z.infer<typeof Dial>;

/** A cluster to watch. `user` is the auditor's own database role; `dial` as above. */
export const WatchedCluster = z.object({
  cluster: Cluster,
  endpoint: z.string().check(z.minLength(1)),
  user: z.string().check(z.minLength(1)),
  dial: z.optional(Dial),
});
export type WatchedCluster = z.infer<typeof WatchedCluster>;

/** Where the parts of a deployment are, for whoever has to look at them: the plan function keeps it in the store. */
export const Deployment = z.object({
  /** CloudFormation's name of the stack; functions and log groups begin with it. */
  stack: z.string(),
  topic: z.string(),
  /** By function: the queue before it. */
  queues: z.record(z.string(), z.string()),
  /** By function: the queue of what it gave up on. */
  deadLetters: z.record(z.string(), z.string()),
  /** The trail's bucket and key prefix; empty: EventBridge alone. */
  bucket: z.string(),
  prefix: z.string(),
  /** The trail that the stack made, by its ARN; empty: none. Missing: an earlier release wrote it. */
  trail: z.optional(z.string()),
  /** The URL that the HTTP API's paths begin with; empty: there is none to be reached. */
  api: z.string(),
  /** Further Regions whose clusters are watched, with commas between; missing: an earlier release wrote it. */
  regions: z.optional(z.string()),
  /** Other accounts whose clusters are watched, with commas between; missing: an earlier release wrote it. */
  members: z.optional(z.string()),
  /** The tags by which the clusters are chosen; empty: all are. Missing: an earlier release wrote it. */
  clusterTags: z.optional(z.record(z.string(), z.string())),
  /** The clusters that the deployment names, by ARN; missing: all are watched, or an earlier release wrote it. */
  named: z.optional(z.array(z.string())),
  /** How long what is stored is kept, in days; missing: an earlier release wrote it. */
  retention: z.optional(z.record(z.string(), z.coerce.number())),
  /** The channels beside mail: the bus, the topic, or "on"; empty or "off": switched off. Missing: an earlier release wrote it. */
  channels: z.optional(z.object({ "event-bus": z.string(), "security-hub": z.string(), chat: z.string() })),
});
export type Deployment = z.infer<typeof Deployment>;

/** What a deployment has of a list with commas. */
export const listOf = (text = ""): readonly string[] => text.split(",").filter((one) => one !== "");

/** Days that what is kept of people stays; what is too short says why. */
const daysOf = (name: RetentionName) =>
  z._default(
    z.coerce.number().check((context) => {
      const message = retentionProblem(name, context.value);
      if (message) context.issues.push({ code: "custom", input: context.value, message });
    }),
    retentionPlans[name].default,
  );

const shapes = {
  /** The DynamoDB table. */
  TABLE_NAME: () => z.string().check(z.minLength(1)),
  /** The SNS topic that notices go to. */
  TOPIC_ARN: () => z.string().check(z.minLength(1)),
  SNAPSHOT_QUEUE_URL: () => z.url(),
  DETECT_QUEUE_URL: () => z.url(),
  NOTIFY_QUEUE_URL: () => z.url(),
  /** `auto`: all clusters of this account and Region; or a JSON array of WatchedCluster. */
  CLUSTERS: () =>
    z.pipe(
      z.string(),
      z.transform((text, context) => {
        if (text === "auto") return "auto" as const;
        const found = json(z.array(WatchedCluster).check(z.minLength(1))).safeParse(text);
        if (found.success) return found.data;
        for (const { path, message } of found.error.issues)
          context.issues.push({
            code: "custom",
            input: text,
            path: [...path],
            message: message === "is not JSON" ? "is neither auto nor JSON" : message,
          });
        return z.NEVER;
      }),
    ),
  /** How the ARN of every cluster begins that this deployment may connect to: of its own account and Region. */
  CLUSTER_ARN_PREFIX: () => z.string().check(z.regex(/^arn:[^:]+:dsql:[^:]+:\d{12}:cluster\/$/)),
  /** Further Regions of the account whose clusters are watched, with commas between. */
  REGIONS: () =>
    z._default(
      z.pipe(
        z.string().check(z.regex(/^$|^[a-z0-9-]+(,[a-z0-9-]+)*$/)),
        z.transform((text): readonly string[] => (text === "" ? [] : text.split(","))),
      ),
      [],
    ),
  /** Other accounts whose clusters are watched too, with commas between. */
  MEMBER_ACCOUNTS: () =>
    z._default(
      z.pipe(
        z.string().check(z.regex(/^$|^\d{12}(,\d{12})*$/)),
        z.transform((text): readonly string[] => (text === "" ? [] : text.split(","))),
      ),
      [],
    ),
  /** With `auto`: only clusters that have these tags. YAML makes a number or a boolean of a value that is to be text. */
  CLUSTER_TAGS: () =>
    z._default(
      json(z.record(z.string(), z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String)))),
      {},
    ),
  /** The database role that the auditor connects as, with `auto`. */
  AUDITOR_USER: () =>
    z._default(
      z.string().check(
        z.minLength(1),
        z.refine((user) => user !== ADMIN, `is ${ADMIN}, which the auditor never connects as`),
      ),
      "dsql_auditor",
    ),
  /** The IAM role of the snapshot function: its logins are the auditor's own. */
  AUDITOR_PRINCIPAL: () => z.optional(Principal),
  /** For how many hours an idle cluster is left asleep at most; 0: it is read every hour. */
  IDLE_HOURS: () => z._default(z.coerce.number().check(z.gte(0), z.lte(24)), 24),
  /** Whether the mappings are read as admin where the auditor's database role may not read them. */
  AUDIT_AS_ADMIN: () => z._default(z.enum(["on", "off"]), "off"),
  /** Whether IAM is read with every snapshot. */
  IAM: () => z._default(z.enum(["read", "ignore"]), "read"),
  /** What a role is declared to be for, by role name: `{"reporting": "read-only"}`. */
  ARCHETYPES: () => z._default(json(z.record(z.string(), z.enum(archetypes))), {}),
  /** How long a mapping must be silent to be called dormant, where capture is proven for as long. */
  DORMANT_DAYS: () => z._default(z.coerce.number().check(z.int(), z.positive(), z.lte(390)), DORMANT_DAYS),
  /** How many false findings of unusual connections a week are accepted, for people and for machines each. */
  FALSE_FINDINGS_PER_WEEK: () =>
    z._default(z.coerce.number().check(z.positive(), z.lte(100)), FALSE_FINDINGS_PER_WEEK),
  /** How many days every snapshot is kept; before them, the first of each day. */
  KEEP_DAYS: () => z._default(z.coerce.number().check(z.int(), z.positive()), KEEP_DAYS),
  /** For how long what is kept of people stays. */
  ACTIVITY_DAYS: () => daysOf("activityDays"),
  FINDING_DAYS: () => daysOf("findingDays"),
  NOTICE_DAYS: () => daysOf("noticeDays"),
  ACT_DAYS: () => daysOf("actDays"),
  /** What the deployment is made of, as JSON. */
  DEPLOYMENT: () => z.optional(json(Deployment)),
  /** The name or ARN of an EventBridge bus that events on findings go to; empty: none. */
  EVENT_BUS: () => z._default(z.string(), ""),
  /** Whether findings are imported into Security Hub. */
  SECURITY_HUB: () => z._default(z.enum(["on", "off"]), "off"),
  /** The SNS topic that Amazon Q Developer in chat applications reads; empty: none. */
  CHAT_TOPIC: () => z._default(z.string(), ""),
  /** Detector options by detector id. */
  DETECTOR_OPTIONS: () => z._default(json(z.record(z.string(), z.record(z.string(), z.unknown()))), {}),
} as const;

export type Setting = keyof typeof shapes;
export type Settings<K extends Setting> = { readonly [N in K]: z.output<ReturnType<(typeof shapes)[N]>> };

/** The named settings out of `env`. AuditError("config") lists every variable that is missing or wrong. */
export const readSettings = <K extends Setting>(
  env: Readonly<Record<string, string | undefined>>,
  ...names: readonly K[]
): Settings<K> => {
  const values: Partial<Record<Setting, unknown>> = {};
  const problems: string[] = [];
  for (const name of names) {
    const parsed = shapes[name]().safeParse(env[name]);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues.map(issueText).join("; ")}`);
  }
  if (problems.length) {
    throw new AuditError("config", `environment: ${problems.join(" | ")}`, {
      hint: "Correct the parameters of the deployment (deploy/params.STAGE.yml), and deploy again.",
    });
  }
  return values as Settings<K>;
};
