// What a deployment can be told: each parameter with its meaning, its default and what CloudFormation holds it to.

import { daysOf, type ParameterPlan } from "./parameter-plan.ts";

const BUCKET = "^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";
const BUCKET_NAME = "is empty or the name of a bucket, not its ARN";
const KEY_ARN = String.raw`^$|^arn:[^:*]+:kms:[^:*]+:\d{12}:key/[^*]+$`;

/** By name, in the file's order. `region` is where it is deployed to, and no parameter of the stack. */
export const parameterPlans = {
  region: {
    says: ["The Region that the auditor runs in: the one of the clusters."],
    default: "us-east-1",
    stated: true,
    pattern: String.raw`^[a-z]{2,4}(-[a-z]+)+-\d$`,
    constraint: "is a Region, like eu-central-1",
  },
  alertEmail: {
    says: ['Who gets the mails. "": nobody; the topic is there to subscribe to.'],
    default: "",
    stated: true,
    // What SNS subscribes by email: ASCII, without quotes.
    pattern: "^$|^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+$",
    constraint: "is empty or one email address",
  },
  eventBus: {
    says: [
      "The ARN of an EventBridge bus that gets an event for every finding that opens, changes or is over:",
      'docs/schema/finding-event.schema.json. "": none. What is open already is told when it changes next.',
    ],
    default: "",
    pattern: String.raw`^$|^arn:[^:*]+:events:[^:*]+:\d{12}:event-bus/[^:*?]+$`,
    constraint: "is empty or the ARN of an event bus",
  },
  securityHub: {
    says: [
      "Whether findings are imported into Security Hub, which has to be switched on in this account and Region. What is",
      "open already is imported when it changes next; `dsql-audit findings --format asff` has it at once.",
    ],
    default: "off",
    values: ["on", "off"],
  },
  chatTopic: {
    says: [
      "The ARN of an SNS topic of its own, which Amazon Q Developer in chat applications takes to Slack or Microsoft Teams.",
      '"": none. It is told as people by mail: high and critical at once in a thread for each incident, then summaries.',
    ],
    default: "",
    pattern: String.raw`^$|^arn:[^:*]+:sns:[^:*]+:\d{12}:[A-Za-z0-9_-]{1,256}$`,
    constraint: "is empty or the ARN of an SNS topic",
  },
  chatTopicKeyArn: {
    says: [
      "The KMS key of that topic, if it has one of its own. Its key policy must admit the role of notify as well. (A bus needs",
      "none here: EventBridge uses the key of a bus itself, and the key policy admits events.amazonaws.com.)",
    ],
    default: "",
    pattern: KEY_ARN,
    constraint: "is empty or the ARN of a KMS key",
  },
  trailBucket: {
    says: [
      "The bucket of the trail that records DSQL's data events, with EventBridge switched on.",
      '"": EventBridge alone, which is best effort, so that no mapping is ever proven dormant.',
    ],
    default: "",
    stated: true,
    pattern: BUCKET,
    constraint: BUCKET_NAME,
  },
  createTrail: {
    says: [
      "Whether the stack makes a trail for the connects, with a bucket of its own; trailBucket is empty then. on: a trail that",
      "records management events as well, in all Regions. connects: the connects alone, of this Region unless `regions` names more,",
      "where another trail records management events, of which AWS charges every further copy. Connects are charged in each",
      "trail: docs/cost.md.",
    ],
    default: "off",
    values: ["off", "on", "connects"],
  },
  existingTrailBucket: {
    says: [
      "With createTrail: the bucket that a deployment before made, in this Region, for its trail: the new one writes to it again.",
      '"": the stack makes one. Removing the stack leaves it, as it leaves the table.',
    ],
    default: "",
    pattern: BUCKET,
    constraint: BUCKET_NAME,
  },
  trailDays: {
    says: [
      "With createTrail: how many days the trail's files are kept. What they hold can be counted again for so long, as after a",
      "restore of the table.",
    ],
    default: "400",
    type: "Number",
    min: 35,
    max: 3650,
  },
  trailPrefix: {
    says: ["The trail's key prefix with its slash at the end, if it has one."],
    default: "",
    pattern: String.raw`^$|^[^*?"\\]*/$`,
    constraint: "is empty or ends in a slash, and has no wildcard, quote or backslash",
  },
  trailKeyArn: {
    says: [
      "The KMS key of the trail's files, if it has one. Its policy must admit the role of ingestFiles as well, and CloudTrail, which",
      "encrypts with it, also where createTrail makes the trail.",
    ],
    default: "",
    pattern: KEY_ARN,
    constraint: "is empty or the ARN of a KMS key",
  },
  clusters: {
    says: [
      "auto: every cluster of this account and of `memberAccounts`, in this Region and those of `regions`. Or a list of",
      "{cluster, endpoint, user, dial?}, of these accounts and Regions as well.",
    ],
    default: "auto",
    json: true,
  },
  clusterTags: {
    says: [
      'With clusters: auto, only those that have all of these tags: {audit: "true"}. "*" stands for any value. A cluster that',
      "loses its tag is no longer read, and a finding says so. {}: all of them.",
    ],
    default: "{}",
    json: true,
  },
  regions: {
    says: [
      'More Regions whose clusters are watched, with commas between. "": none. In each of them deploy',
      "deploy/forward-region.yml, which hands over connects and changes; the trail has to record them too.",
    ],
    default: "",
    pattern: String.raw`^$|^[a-z]{2,4}(-[a-z]+)+-\d(,[a-z]{2,4}(-[a-z]+)+-\d){0,31}$`,
    constraint: "is empty or Regions with commas between, like eu-west-1,us-east-2",
  },
  memberAccounts: {
    says: [
      'Other accounts whose clusters are watched too, with commas between. "": none. Each of them deploys',
      "deploy/member-account.yml, which gives the auditor a role; docs/operations.md says how.",
    ],
    default: "",
    pattern: String.raw`^$|^\d{12}(,\d{12}){0,199}$`,
    constraint: "is empty or the numbers of accounts with commas between",
  },
  auditorUser: {
    says: ["The database role that the auditor connects as, with auto; `dsql-audit setup-sql` makes it."],
    default: "dsql_auditor",
    pattern: "^(?!admin$).+$",
    constraint: "is a database role of the auditor's own, never admin",
  },
  auditAsAdmin: {
    says: [
      "on: where that role may not read the mappings, the auditor reads them as admin, and nothing else. Its IAM role may then",
      "connect as admin to every cluster here, so a finding about the auditor itself stays open. Try a grant on the view first:",
      "docs/operations.md.",
    ],
    default: "off",
    values: ["on", "off"],
  },
  idleHours: {
    says: [
      "How many hours at most a cluster that AWS calls idle or inactive is left asleep, with clusters: auto, while it is",
      "proven that nobody else has connected since its last snapshot. 0: it is read every hour, which wakes it.",
    ],
    default: "24",
    type: "Number",
    min: 0,
    max: 24,
  },
  iam: {
    says: [
      "Whether IAM is read with every snapshot, for who may connect. ignore: it is not, and who may connect is unknown.",
      "Aurora DSQL is still asked for the cluster's peers in other Regions: who connects there uses the same mappings.",
    ],
    default: "read",
    values: ["read", "ignore"],
  },
  archetypes: {
    says: ["What a database role is for, where its name does not say so: {reporting: read-only}."],
    default: "{}",
    json: true,
  },
  dormantDays: {
    says: [
      "How many days a mapping must be silent to be called dormant, where capture is proven for as long.",
    ],
    default: "90",
    type: "Number",
    min: 1,
    max: 390,
  },
  falseFindingsPerWeek: {
    says: [
      "How many false findings of unusual connections a week you accept, for people and for machines each.",
    ],
    default: "1",
    type: "Number",
    min: 0.1,
    max: 100,
  },
  keepDays: {
    says: ["How many days every snapshot is kept; before them, the first of each day."],
    default: "400",
    type: "Number",
    min: 1,
  },
  activityDays: {
    says: [
      "How many days it is kept who connected, when and from where (by the minute 402 at most, by the hour 403). Hours of which",
      "nothing is kept count as unknown.",
    ],
    ...daysOf("activityDays"),
  },
  findingDays: {
    says: ["How many days findings are kept after they are closed."],
    ...daysOf("findingDays"),
  },
  noticeDays: {
    says: ["How many days it is kept what was mailed when."],
    ...daysOf("noticeDays"),
  },
  actDays: {
    says: [
      "How many days it is kept who acknowledged, exempted or retired something, and why. Exemptions are kept for so long after",
      "they end. 0: as long as the table.",
    ],
    ...daysOf("actDays"),
  },
  detectorOptions: {
    says: ["Options by detector id: {dormant-mapping: {days: 60}}."],
    default: "{}",
    json: true,
  },
  subnets: {
    says: [
      "Subnets of a VPC, with commas between, for the function that connects to the clusters: for those that only let in",
      'what comes from there. "": it runs outside any VPC. docs/operations.md says what the subnets need.',
    ],
    default: "",
    pattern: "^$|^subnet-[0-9a-f]+(,subnet-[0-9a-f]+){0,15}$",
    constraint: "is empty or the ids of subnets with commas between",
    with: "securityGroups",
  },
  securityGroups: {
    says: [
      "The security groups of that function, with commas between. Out to port 5432 and to 443 has to be open.",
    ],
    default: "",
    pattern: "^$|^sg-[0-9a-f]+(,sg-[0-9a-f]+){0,4}$",
    constraint: "is empty or the ids of at most five security groups with commas between",
    with: "subnets",
  },
  existingTable: {
    says: [
      'The name of a table that is there already, of a deployment before. "": the stack makes one. Removing the stack',
      "leaves the table: name it here, and the next deployment goes on where the last one stopped.",
    ],
    default: "",
    pattern: "^$|^[a-zA-Z0-9_.-]{3,255}$",
    constraint: "is empty or the name of a table, not its ARN",
  },
  kmsKeyArn: {
    says: [
      "The ARN of a symmetric KMS key of your own, of this account and Region, for all that the stack keeps: table, topic, queues,",
      'logs and settings of the functions. "": AWS\'s own keys. Its policy must admit the services that docs/operations.md names.',
    ],
    default: "",
    pattern: String.raw`^$|^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`,
    constraint: "is empty or the whole ARN of a KMS key, with its id: neither an alias nor the id alone",
  },
  logLevel: {
    says: ["How much the functions log."],
    default: "INFO",
    values: ["DEBUG", "INFO", "WARN", "ERROR"],
  },
} as const satisfies Readonly<Record<string, ParameterPlan>>;

export type ParameterName = keyof typeof parameterPlans;

export const parameters = Object.entries(parameterPlans) as readonly (readonly [
  ParameterName,
  ParameterPlan,
])[];
