// Where each value of a new file of parameters comes from: an option, an answer, the file that is there, or what AWS shows.
import type { ParameterName } from "../../deploy/parameters.ts";
import { parameterPlans } from "../../deploy/parameters.ts";
import type { Params } from "../../deploy/params.ts";
import { AuditError } from "../../lib/errors.ts";
import { printable } from "../output.ts";
import { type Asking, asked, askedOrNone, checkedOne } from "./asked.ts";
import { checkedParams, clustersOf, clustersTagged, optionOf } from "./init-values.ts";
import type { Looked } from "./look.ts";
import { trailAnswers } from "./trail-answers.ts";

/** As commander gives them. */
export type InitOptions = {
  readonly stage?: string;
  readonly region?: string;
  readonly email?: string;
  readonly eventBus?: string;
  readonly securityHub?: string;
  readonly chatTopic?: string;
  readonly trailBucket?: string;
  readonly createTrail?: string;
  readonly trailPrefix?: string;
  readonly trailKey?: string;
  readonly clusters?: string;
  readonly tag?: string;
  readonly auditorUser?: string;
  readonly iam?: string;
  readonly dormantDays?: string;
  readonly keepDays?: string;
  readonly existingTable?: string;
  readonly kmsKey?: string;
  readonly logLevel?: string;
  readonly set?: readonly string[];
};

const usage = (message: string, hint: string): AuditError => new AuditError("usage", message, { hint });

const isParameter = (name: string): name is ParameterName => Object.hasOwn(parameterPlans, name);

/** `--set name=value`, any number of times. */
const setValues = (set: readonly string[]): Partial<Params> =>
  Object.fromEntries(
    set.map((word) => {
      const at = word.indexOf("=");
      const name = word.slice(0, Math.max(at, 0));
      if (at < 0 || !isParameter(name))
        throw usage(
          `--set ${JSON.stringify(word)} sets no parameter`,
          `Write name=value, with one of ${Object.keys(parameterPlans).join(", ")}.`,
        );
      if (name === "region" || name === "clusters")
        throw usage(`--set does not take ${name}`, `Use ${optionOf[name]}.`);
      return [name, word.slice(at + 1)];
    }),
  );

/** Everything that options say, but for the clusters. */
const optionValues = (options: InitOptions): Partial<Params> => {
  const { email, trailBucket, createTrail, trailPrefix, trailKey, auditorUser, iam } = options;
  const {
    eventBus,
    securityHub,
    chatTopic,
    dormantDays,
    keepDays,
    existingTable,
    kmsKey,
    logLevel,
    set = [],
  } = options;
  const named = {
    ...{ alertEmail: email, trailBucket, createTrail, trailPrefix, trailKeyArn: trailKey, auditorUser, iam },
    ...{
      eventBus,
      securityHub,
      chatTopic,
      dormantDays,
      keepDays,
      existingTable,
      kmsKeyArn: kmsKey,
      logLevel,
    },
  };
  return {
    ...setValues(set),
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
  };
};

export const askRegion = (asking: Asking, suggested: string): Promise<string> =>
  asked(asking, "Region of the clusters", suggested, checkedOne("region"));

export type Sources = {
  readonly options: InitOptions;
  /** What the file that is there says; empty: there is none. */
  readonly old: Partial<Params>;
  readonly looked: Looked;
  readonly region: string;
  /** undefined: nobody is asked. */
  readonly asking: Asking | undefined;
};

const email = async ({ old, asking }: Sources, given: Partial<Params>): Promise<string> => {
  if (given.alertEmail !== undefined) return given.alertEmail;
  if (asking)
    return askedOrNone(asking, "alertEmail", "Email address for the notices (none: nobody)", old.alertEmail);
  if (old.alertEmail !== undefined) return old.alertEmail;
  throw usage("it is not said who gets the notices", "Give --email ADDRESS, or --email '' for nobody yet.");
};

const clusters = async (sources: Sources, user: string, given: Partial<Params>): Promise<string> => {
  const { options, old, looked, region, asking } = sources;
  const { regions = "", memberAccounts = "" } = { ...old, ...given };
  const place = { region, regions, memberAccounts };
  if (options.tag !== undefined) return clustersTagged(options.tag, user, looked);
  if (options.clusters !== undefined) return clustersOf(options.clusters, user, place, looked);
  if (!asking || old.clusters !== undefined) return old.clusters ?? "auto";
  const known = "value" in looked.clusters ? looked.clusters.value : [];
  if (known.length)
    asking.stderr.write(
      `Clusters in ${region}:\n${known.map(({ arn }) => `  ${printable(arn)}\n`).join("")}`,
    );
  return asked(asking, "Clusters to watch (auto: all, new ones too; or ARNs with commas)", "auto", (text) =>
    clustersOf(text, user, place, looked),
  );
};

/** Where findings go beside mails: asked last, because nobody has to answer. */
const channels = async ({ old, asking }: Sources, given: Partial<Params>): Promise<Partial<Params>> => {
  if (!asking) return {};
  const orNone = (name: "eventBus" | "chatTopic", question: string) =>
    given[name] ?? askedOrNone(asking, name, question, old[name]);
  const eventBus = await orNone(
    "eventBus",
    "EventBridge bus that gets an event for each finding (none, or its ARN)",
  );
  const securityHub =
    given.securityHub ??
    (await asked(
      asking,
      "Import findings into Security Hub (on, off)",
      old.securityHub ?? parameterPlans.securityHub.default,
      checkedOne("securityHub"),
    ));
  const chatTopic = await orNone(
    "chatTopic",
    "SNS topic that goes to Slack or Microsoft Teams (none, or its ARN)",
  );
  return { eventBus, securityHub, chatTopic };
};

/** Every parameter of the file. AuditError("usage") names what is wrong, or not said. */
export const paramsFrom = async (sources: Sources): Promise<Params> => {
  const { options, old, region } = sources;
  if (options.tag !== undefined && options.clusters !== undefined)
    throw usage("--tag and --clusters both name the clusters", "Leave one of them out.");
  const given = optionValues(options);
  const user = given.auditorUser ?? old.auditorUser ?? parameterPlans.auditorUser.default;
  const alertEmail = await email(sources, given);
  const trail = await trailAnswers(sources, given);
  const watched = await clusters(sources, user, given);
  const others = await channels(sources, given);
  return checkedParams({ ...old, ...trail, ...others, ...given, region, alertEmail, clusters: watched });
};
