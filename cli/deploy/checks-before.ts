// What has to hold before a deployment: its file, this machine's tools, and what AWS shows of clusters, trail and bucket.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unusableClusters } from "../../deploy/named-clusters.ts";
import type { Params } from "../../deploy/params.ts";
import { EXAMPLE, fileOf, readFileOf } from "../../deploy/params-file.ts";
import { identityLink } from "../../lib/doctor/account-links.ts";
import { broken, type Link, ok } from "../../lib/doctor/link.ts";
import { tableLink, watchedLink } from "../../lib/doctor/setup-links.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";
import type { Io } from "../io.ts";
import { type CheckItem, itemOf } from "./check-item.ts";
import { keyItems, trailKeyItems } from "./checks-key.ts";
import { trailItems } from "./checks-trail.ts";
import { accountOf, type Looked, notSignedIn } from "./look.ts";
import { tagsWanted, watchedIn } from "./watched.ts";

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

/** The clusters of each Region, and those that the file names and no function would take. */
const clusterItems = (looked: Looked, params: Params, stage: string): CheckItem[] => {
  const account = accountOf(looked);
  const strange = account === undefined ? [] : unusableClusters(params, account);
  const regions = [
    ["clusters", params.region, looked.clusters] as const,
    ...[...looked.elsewhere].map(([region, answer]) => [`clusters in ${region}`, region, answer] as const),
  ];
  const links = regions.flatMap(([link, region, answer]): Link[] => {
    const watched = watchedIn(params, region, account);
    // Of those that are named none is here.
    if (watched?.length === 0) return [];
    return [{ ...watchedLink(answer, watched, region, tagsWanted(params)), link }];
  });
  const next = `Correct clusters in ${fileOf(stage)}, sign in to the account that is deployed to, or name the other account in memberAccounts. This command then prints what that account needs: first the auditor's role, then its login in each cluster.`;
  return [...(strange.length ? [broken("clusters", strange.join("; "), next)] : []), ...links].map((link) =>
    itemOf("before", link),
  );
};

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
    ...clusterItems(looked, params, stage),
    ...trail,
    ...trailKey,
    ...(table ? [itemOf("before", tableLink(existingTable, table, { region, kmsKeyArn }))] : []),
    ...key,
  ];
};
