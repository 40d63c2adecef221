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

/** What would have it watched. */
export const watchStep = (cluster: Cluster, why: NotWatched): string => {
  const { region = "", resource = "" } = parseArn(cluster) ?? {};
  const add = (what: string, parameter: string): string =>
    `To watch it: add ${what} to ${parameter} in deploy/params.STAGE.yml, then ${DEPLOY}`;
  switch (why.is) {
    case "account":
      return `${add(why.account, "memberAccounts")} and npx dsql-audit deploy-check --stage STAGE, which prints what that account needs.`;
    case "region":
      return `${add(why.region, "regions")} and npx dsql-audit deploy-check --stage STAGE, which prints what that Region needs.`;
    case "not-named": {
      const endpoint = `${resource.replace(/^cluster\//, "")}.dsql.${region}.on.aws`;
      return `${add(JSON.stringify({ cluster, endpoint, user: "dsql_auditor" }), "clusters")}`;
    }
    case "tags":
      return `To watch it: ${tagCommand(cluster, why.wanted)}`;
    default:
      return why satisfies never;
  }
};
