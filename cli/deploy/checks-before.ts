// What has to hold before a deployment: its file, this machine's tools, and what AWS shows of clusters, trail and bucket.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Params } from "../../deploy/params.ts";
import { EXAMPLE, fileOf, readFileOf } from "../../deploy/params-file.ts";
import { Cluster } from "../../lib/core/base/ids.ts";
import { bucketLink, digestsLink, identityLink, trailLink } from "../../lib/doctor/account-links.ts";
import { broken, type Link, ok, unanswered } from "../../lib/doctor/link.ts";
import { mergedNotification, mergedSelectors } from "../../lib/doctor/merges.ts";
import { placeLink, tableLink, watchedLink } from "../../lib/doctor/setup-links.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";
import type { Io } from "../io.ts";
import { type CheckItem, itemOf, withMerge } from "./check-item.ts";
import { accountOf, type Looked, notSignedIn, tells } from "./look.ts";
import { watchedBy, watchedOf } from "./watched.ts";

/** The stage's parameters, or the item that says what is wrong with their file. */
export const fileItem = (
  { cwd }: Pick<Io, "cwd">,
  stage: string,
): { readonly item: CheckItem; readonly params?: Params } => {
  const file = fileOf(stage);
  const init = `npx dsql-audit init --stage ${stage}`;
  const read = readFileOf(cwd, file);
  if (!read) return { item: itemOf("before", broken("parameters", `${file} is not there`, init)) };
  if ("problems" in read)
    return {
      item: itemOf(
        "before",
        broken(
          "parameters",
          `${file} cannot be used: ${read.problems.join("; ")}`,
          `Correct it; ${EXAMPLE} explains every parameter.`,
        ),
      ),
    };
  return { item: itemOf("before", ok("parameters", `${file} can be used`)), params: read.params };
};

type Manifest = {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
  readonly devDependencies?: Readonly<Record<string, string>>;
};

const manifest = (...path: readonly string[]): Manifest | undefined => {
  const file = join(...path, "package.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Manifest) : undefined;
};

/** Node.js and the framework of this machine. `node`: like 24.21.0. */
export const toolItems = ({ cwd }: Pick<Io, "cwd">, node: string): CheckItem[] => {
  const own = manifest(cwd);
  const least = Number(/\d+/.exec(own?.engines?.node ?? "")?.[0] ?? 20);
  const nodeLink: Link =
    Number.parseInt(node, 10) >= least
      ? ok("Node.js", node)
      : broken("Node.js", `${node} is too old`, `Install Node.js ${least} or later.`);
  const wanted = own?.devDependencies?.serverless?.replace(/^npm:.*@/, "");
  const there = manifest(cwd, "node_modules", "serverless")?.version;
  const framework: Link =
    there === undefined
      ? broken("framework", "serverless is not installed here", "npm ci")
      : wanted !== undefined && there !== wanted
        ? broken("framework", `serverless is ${there}, and this release was tested with ${wanted}`, "npm ci")
        : ok("framework", `serverless ${there}`);
  return [itemOf("before", nodeLink), itemOf("before", framework)];
};

/** Of each cluster: whether a trail takes its connects, and signs its files. */
const trailItems = (looked: Looked, params: Params): CheckItem[] => {
  const { trails } = looked;
  const watched = watchedOf(params, looked);
  if (!("value" in watched))
    return ["trail", "digests"].map((link) => itemOf("before", unanswered(link, watched)));
  const mergedFor = (cluster: Cluster) =>
    "value" in trails
      ? mergedSelectors(trails.value, placeOf(params), accountOf(looked), cluster)
      : undefined;
  return watched.value.flatMap((arn) => {
    const cluster = Cluster.parse(arn);
    return [
      withMerge(itemOf("before", trailLink(trails, cluster), { cluster }), mergedFor(cluster)),
      itemOf("before", digestsLink(trails, cluster), { cluster }),
    ];
  });
};

const placeOf = ({ region, trailBucket, trailPrefix, trailKeyArn }: Params) => ({
  ...{ region, bucket: trailBucket, prefix: trailPrefix, keyArn: trailKeyArn },
});

/** The items that AWS is asked about. */
export const accountItems = async (
  ports: SetupPorts,
  looked: Looked,
  params: Params,
  stage: string,
): Promise<CheckItem[]> => {
  const { region, trailBucket, existingTable } = params;
  const silent = notSignedIn(looked);
  const [told, table] = await Promise.all([
    trailBucket === "" ? undefined : (silent ?? ports.notification(trailBucket)),
    existingTable === "" ? undefined : (silent ?? ports.table(existingTable)),
  ]);
  const again = (options: string) => `npx dsql-audit init --stage ${stage} --force ${options}`;
  return [
    itemOf("before", identityLink(looked.identity)),
    itemOf("before", watchedLink(looked.clusters, watchedBy(params), region)),
    ...trailItems(looked, params),
    itemOf("before", placeLink(looked.trails, placeOf(params), again)),
    ...(told
      ? [
          withMerge(
            itemOf("before", bucketLink(trailBucket, tells(told))),
            "value" in told ? mergedNotification(trailBucket, told.value) : undefined,
          ),
        ]
      : []),
    ...(table ? [itemOf("before", tableLink(existingTable, table))] : []),
  ];
};
