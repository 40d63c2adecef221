// What has to hold before a deployment: its file, this machine's tools, and what AWS shows of clusters, trail and bucket.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Params } from "../../deploy/params.ts";
import { EXAMPLE, fileOf, readFileOf } from "../../deploy/params-file.ts";
import { parseArn } from "../../lib/core/base/ids.ts";
import { identityLink } from "../../lib/doctor/account-links.ts";
import { broken, type Link, ok } from "../../lib/doctor/link.ts";
import { tableLink, watchedLink } from "../../lib/doctor/setup-links.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";
import type { Io } from "../io.ts";
import { type CheckItem, itemOf } from "./check-item.ts";
import { keyItems, trailKeyItems } from "./checks-key.ts";
import { trailItems } from "./checks-trail.ts";
import { type Looked, notSignedIn } from "./look.ts";
import { tagsWanted, watchedAtHome, watchedBy } from "./watched.ts";

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

/** The clusters of each further Region. */
const furtherItems = ({ elsewhere }: Looked, params: Params): CheckItem[] =>
  [...elsewhere].map(([region, answer]) => {
    const watched = watchedBy(params)?.filter((arn) => parseArn(arn)?.region === region);
    return itemOf("before", {
      ...watchedLink(answer, watched, region, tagsWanted(params)),
      link: `clusters in ${region}`,
    });
  });

/** The items that AWS is asked about. */
export const accountItems = async (
  ports: SetupPorts,
  looked: Looked,
  params: Params,
  stage: string,
): Promise<CheckItem[]> => {
  const { region, existingTable, kmsKeyArn } = params;
  const again = (options: string) => `npx dsql-audit init --stage ${stage} --force ${options}`;
  const [trail, trailKey, table, key] = await Promise.all([
    trailItems(ports, looked, params, { stage, again }),
    trailKeyItems(ports, looked, params, stage),
    existingTable === "" ? undefined : (notSignedIn(looked) ?? ports.table(existingTable)),
    keyItems(ports, looked, kmsKeyArn, stage),
  ]);
  return [
    itemOf("before", identityLink(looked.identity)),
    itemOf("before", watchedLink(looked.clusters, watchedAtHome(params), region, tagsWanted(params))),
    ...furtherItems(looked, params),
    ...trail,
    ...trailKey,
    ...(table ? [itemOf("before", tableLink(existingTable, table, { region, kmsKeyArn }))] : []),
    ...key,
  ];
};
