// The values of a new file of parameters: what was given, what is in the file that is there, what AWS shows.
import { unusableClusters } from "../../deploy/named-clusters.ts";
import { type ParameterName, parameterPlans } from "../../deploy/parameters.ts";
import { type Params, paramsText, readParams } from "../../deploy/params.ts";
import type { TrailState } from "../../lib/cloudtrail/trail-config.ts";
import { readSettings } from "../../lib/config.ts";
import type { Cluster } from "../../lib/core/base/ids.ts";
import { parseArn } from "../../lib/core/base/ids.ts";
import { connectsTaken } from "../../lib/core/coverage/trail-selectors.ts";
import { LIVE } from "../../lib/doctor/place-links.ts";
import { prefixOf, trailsOf } from "../../lib/doctor/setup-links.ts";
import { AuditError } from "../../lib/errors.ts";
import { accountOf, type Looked } from "./look.ts";

/** The option of each parameter that has one of its own; `--set` gives the others. */
export const optionOf: Readonly<Partial<Record<ParameterName, string>>> = {
  region: "--region",
  alertEmail: "--email",
  eventBus: "--event-bus",
  securityHub: "--security-hub",
  chatTopic: "--chat-topic",
  trailBucket: "--trail-bucket",
  createTrail: "--create-trail",
  trailPrefix: "--trail-prefix",
  trailKeyArn: "--trail-key",
  clusters: "--clusters",
  auditorUser: "--auditor-user",
  iam: "--iam",
  dormantDays: "--dormant-days",
  keepDays: "--keep-days",
  existingTable: "--existing-table",
  kmsKeyArn: "--kms-key",
  logLevel: "--log-level",
};

/** Characters that nobody sees, line breaks among them, and halves of characters. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const asCompact = (value: string): string => {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" ? JSON.stringify(parsed) : value;
  } catch {
    return value;
  }
};

/** What is wrong with a value as somebody gave it; undefined: nothing that the file's own rules would not find. */
const problemOf = (name: ParameterName, value: string): string | undefined => {
  if (HIDDEN.test(value)) return `${name} holds a character that cannot be seen, or a line break`;
  if (name !== "clusters") return undefined;
  try {
    readSettings({ CLUSTERS: value }, "CLUSTERS");
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message.replace(/^environment: CLUSTERS: /, "") : String(error)}`;
  }
  return undefined;
};

/**
 * The whole of a file's parameters; what is not given has its default. AuditError("usage") names each that is wrong. What
 * would not come back from the file as it went in is refused as well.
 */
export const checkedParams = (given: Partial<Params>): Params => {
  const values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      "json" in parameterPlans[name as ParameterName] ? asCompact(value) : value,
    ]),
  ) as Partial<Params>;
  const hidden = Object.entries(values).flatMap(
    ([name, value]) => problemOf(name as ParameterName, value) ?? [],
  );
  const read = readParams(paramsText(values));
  const problems = [
    ...hidden,
    ...("problems" in read ? read.problems : []).filter(
      (problem) => !hidden.some((one) => one.split(/[ :]/)[0] === problem.split(/[ :]/)[0]),
    ),
  ];
  if (!problems.length && "params" in read) {
    const { params } = read;
    const changed = Object.entries(values).filter(([name, value]) => params[name as ParameterName] !== value);
    if (!changed.length) return params;
    problems.push(...changed.map(([name]) => `${name} would not come back from the file as it was given`));
  }
  const options = problems.flatMap((problem) => {
    const option = optionOf[(problem.split(/[ :]/)[0] ?? "") as ParameterName];
    return option ? [option] : [];
  });
  throw new AuditError("usage", problems.join("; "), {
    hint: options.length
      ? `Correct ${[...new Set(options)].join(", ")}.`
      : "Correct what was given with --set.",
  });
};

/** `arn`s as the parameter takes them, each with the endpoint that AWS names, or has by its documented form. */
const clusterList = (arns: readonly string[], user: string, looked: Looked): string => {
  const known = [looked.clusters, ...looked.elsewhere.values()].flatMap((answer) =>
    "value" in answer ? answer.value : [],
  );
  return JSON.stringify(
    arns.map((cluster) => {
      const { region = "", resource = "" } = parseArn(cluster) ?? {};
      const host = `${resource.slice("cluster/".length)}.dsql.${region}.on.aws`;
      return { cluster, endpoint: known.find(({ arn }) => arn === cluster)?.endpoint ?? host, user };
    }),
  );
};

const usage = (message: string, hint: string): AuditError => new AuditError("usage", message, { hint });

/** Where the deployment is, and where else it watches clusters. */
export type Place = Pick<Params, "region" | "regions" | "memberAccounts">;

/** AuditError("usage") for clusters that this deployment could not watch, or that AWS does not list. */
const refuseStrangers = (clusters: string, arns: readonly string[], place: Place, looked: Looked): void => {
  const account = accountOf(looked);
  const problems = unusableClusters({ clusters, ...place }, account);
  if (problems.length)
    throw usage(
      `--clusters: ${problems.join("; ")}`,
      "Write auto, or whole ARNs, as `aws dsql list-clusters` shows them. Other Regions: --set regions=REGION, other accounts: --set memberAccounts=ACCOUNT; deploy-check then prints what each of them needs: first the auditor's role, then its login in each cluster.",
    );
  const listed = new Map([[place.region, looked.clusters], ...looked.elsewhere]);
  for (const arn of arns) {
    const { region = "", account: owner } = parseArn(arn) ?? {};
    const answer = owner === account ? listed.get(region) : undefined;
    if (answer && "value" in answer && !answer.value.some((one) => one.arn === arn))
      throw usage(`--clusters: AWS lists no cluster ${arn}`, "`aws dsql list-clusters` shows them.");
  }
};

/** `--clusters`: auto, or ARNs with commas. */
export const clustersOf = (text: string, user: string, place: Place, looked: Looked): string => {
  if (text.trim() === "auto") return "auto";
  const arns = [
    ...new Set(
      text
        .split(",")
        .map((arn) => arn.trim())
        .filter(Boolean),
    ),
  ];
  if (!arns.length) throw usage("--clusters names none", "Write auto for all of them.");
  const list = clusterList(arns, user, looked);
  refuseStrangers(list, arns, place, looked);
  return list;
};

/** `--tag`: the clusters that have this tag now. AuditError("usage") where AWS did not say it of each. */
export const clustersTagged = (tag: string, user: string, looked: Looked): string => {
  const at = tag.indexOf("=");
  const [key, value] = at < 0 ? [tag, undefined] : [tag.slice(0, at), tag.slice(at + 1)];
  if (!key) throw usage(`--tag ${JSON.stringify(tag)} has no key`, "Write --tag KEY or --tag KEY=VALUE.");
  if (!("value" in looked.clusters))
    throw usage(
      `--tag needs the clusters' tags, and they are not known: ${looked.clusters.why}`,
      "Name the clusters with --clusters.",
    );
  const live = looked.clusters.value.filter(({ status }) => status === null || LIVE.test(status));
  const dark = live.filter(({ tags }) => !tags).map(({ arn }) => arn);
  if (dark.length)
    throw usage(
      `AWS did not say which tags these clusters have: ${dark.join(", ")}`,
      "Allow dsql:GetCluster to whoever runs this command, or name the clusters with --clusters.",
    );
  const tagged = live.filter(
    ({ tags }) => Object.hasOwn(tags ?? {}, key) && (value === undefined || tags?.[key] === value),
  );
  if (!tagged.length)
    throw usage(
      `no cluster of this Region has the tag ${JSON.stringify(tag)}`,
      "`aws dsql list-clusters` shows the clusters.",
    );
  return clusterList(
    tagged.map(({ arn }) => arn),
    user,
    looked,
  );
};

/** What a trail would give the parameters. */
export const ofTrail = (trail: TrailState): Pick<Params, "trailBucket" | "trailPrefix" | "trailKeyArn"> => ({
  trailBucket: trail.bucket ?? "",
  trailPrefix: prefixOf(trail),
  trailKeyArn: trail.keyArn ?? "",
});

/** Whether a trail surely records the connects of every cluster that is known; of any, where none is. */
export const takesConnects = ({ selectors }: TrailState, { clusters }: Looked, region: string): boolean => {
  const known = "value" in clusters ? clusters.value.map(({ arn }) => arn) : [];
  const any = `arn:aws:dsql:${region}:000000000000:cluster/any`;
  return (known.length ? known : [any]).every(
    (arn) => connectsTaken(selectors, arn as Cluster).taken === "yes",
  );
};

/** Trails of the Region that log into a bucket: those that take connects alone, where there are any. */
export const candidates = (looked: Looked, region: string): readonly TrailState[] => {
  const { trails } = looked;
  if (!("value" in trails)) return [];
  const logging = trailsOf(trails.value, region).filter(({ logging, bucket }) => logging && bucket);
  const taking = logging.filter((trail) => takesConnects(trail, looked, region));
  return taking.length ? taking : logging;
};
