// What people are told of a cluster that nobody watches, and of what would change that.
import { counted } from "../core/base/counted.ts";
import { type Cluster, parseArn } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { minute } from "../core/base/time.ts";
import { type Tags, tagsText } from "../core/coverage/chosen.ts";
import type { NotWatched } from "../core/coverage/watched-places.ts";

/** A command that tags `arn` so that it is chosen; any value will do for a star. */
export const tagCommand = (arn: string, wanted: Tags): string => {
  const tags = Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => [key, value === "*" ? "VALUE" : value]),
  );
  return `aws dsql tag-resource --region ${shellWord(arn.split(":")[3] ?? "")} --resource-arn ${shellWord(arn)} --tags ${shellWord(JSON.stringify(tags))}`;
};

const whyText = (why: NotWatched): string => {
  switch (why.is) {
    case "account":
      return `its account ${why.account} is not in memberAccounts`;
    case "region":
      return `its Region ${why.region} is not in regions`;
    case "not-named":
      return "the parameter clusters does not name it";
    case "tags":
      return `it is not known to have the tags of clusterTags (${tagsText(why.wanted)})`;
    default:
      return why satisfies never;
  }
};

/** How many connections to it came in a week, and why nobody looks at them. `lastAt`: ISO 8601. */
export const unwatchedText = (
  cluster: Cluster,
  why: NotWatched,
  { connections, lastAt }: { readonly connections: number; readonly lastAt: string | null },
): string =>
  `${counted(connections, "connection")} in 7 days to a cluster that is not watched, ${cluster}${lastAt === null ? "" : `, the last at ${minute(Date.parse(lastAt))}`}: ${whyText(why)}, so what is unusual there is not looked for`;

const DEPLOY = "npx serverless deploy --stage STAGE";

/** The entry of the parameter `clusters` that names it. */
const entryOf = (cluster: Cluster): string => {
  const { region = "", resource = "" } = parseArn(cluster) ?? {};
  const endpoint = `${resource.replace(/^cluster\//, "")}.dsql.${region}.on.aws`;
  return `${JSON.stringify({ cluster, endpoint, user: "dsql_auditor" })} to clusters`;
};

/** All that has to be added at once, where one alone would still leave it out. */
const addText = (parts: readonly string[]): string => {
  const last = parts.at(-1);
  const list = parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${last}` : last;
  return `To watch it: add ${list} in deploy/params.STAGE.yml, then ${DEPLOY}`;
};

/** What would have it watched. */
export const watchStep = (cluster: Cluster, why: NotWatched): string => {
  const named = (unnamed: boolean): string[] => (unnamed ? [entryOf(cluster)] : []);
  switch (why.is) {
    case "account": {
      const { region, unnamed } = why.also;
      const parts = [
        `${why.account} to memberAccounts`,
        ...(region === null ? [] : [`${region} to regions`]),
        ...named(unnamed),
      ];
      return `${addText(parts)} and npx dsql-audit deploy-check --stage STAGE, which prints what that account needs: the auditor's role there, then its login in the cluster.`;
    }
    case "region": {
      const parts = [`${why.region} to regions`, ...named(why.also.unnamed)];
      return `${addText(parts)} and npx dsql-audit deploy-check --stage STAGE, which prints what that Region needs.`;
    }
    case "not-named":
      return addText(named(true));
    case "tags":
      return `To watch it: ${tagCommand(cluster, why.wanted)}`;
    default:
      return why satisfies never;
  }
};
