// What has to hold in the other accounts whose clusters are watched. Nobody but the auditor's functions is let in there: so it goes by
// what they heard, and of what they do not hear it says that it is not known, with the command.
import type { Params } from "../../deploy/params.ts";
import { stackNameOf } from "../../deploy/params-file.ts";
import { type Cluster, parseArn } from "../../lib/core/base/ids.ts";
import { iamRegionOf } from "../../lib/core/base/partition.ts";
import { nobodyKnowsIamRegion } from "../../lib/doctor/deployed-links.ts";
import { type Link, unknown } from "../../lib/doctor/link.ts";
import { memberLink } from "../../lib/doctor/member-links.ts";
import type { Running } from "../../lib/store/findings/deployments.ts";
import { withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { type CheckItem, itemOf } from "./check-item.ts";
import { FORWARD_REGION_STACK, FORWARD_STACK, MEMBER_STACK } from "./forward-stacks.ts";
import { accountOf, type Looked, regionsOf } from "./look.ts";
import { watchedBy } from "./watched.ts";

/** What the deployed functions left in the table; undefined: there is none, or it could not be read. */
type Heard = { readonly running: Running | undefined; readonly known: readonly Cluster[] };

const heardIn = async (io: Io, table: string | null, region: string): Promise<Heard | undefined> => {
  if (table === null) return undefined;
  const read = withStore(io, { table, region }, { mustExist: true }, async (store) => ({
    running: await store.deployments.read(),
    known: await store.clusters.list(),
  }));
  // Another item says why.
  return read.catch(() => undefined);
};

type Deploy = { readonly name: string; readonly template: string; readonly capabilities: string };

const MEMBER: Deploy = {
  ...{ name: MEMBER_STACK, template: "member-account.yml", capabilities: "CAPABILITY_NAMED_IAM" },
};
const REGION: Deploy = {
  ...{ name: FORWARD_REGION_STACK, template: "forward-region.yml", capabilities: "CAPABILITY_IAM" },
};
const IAM: Deploy = {
  ...{ name: FORWARD_STACK, template: "forward-iam.yml", capabilities: "CAPABILITY_IAM" },
};

/** `table` null: there is no stack yet. `role`: of the snapshot function, as the stack names it; undefined: by its name. */
export const memberItems = async (
  io: Io,
  looked: Looked,
  params: Params,
  { stage, table, role }: { readonly stage: string; readonly table: string | null; readonly role?: string },
): Promise<CheckItem[]> => {
  const { region, memberAccounts } = params;
  const accounts = [...new Set(memberAccounts.split(","))].filter((account) => account !== "");
  if (!accounts.length) return [];
  const heard = await heardIn(io, table, region);
  const own = accountOf(looked) ?? parseArn(role ?? "")?.account ?? "ACCOUNT";
  const stack = stackNameOf(stage);
  const partition = parseArn(role ?? "")?.partition ?? identityPartition(looked);
  const command = (account: string, from: string, { name, template, capabilities }: Deploy, more = "") =>
    `As account ${account}: aws cloudformation deploy --region ${from} --stack-name ${name} --template-file deploy/${template} --capabilities ${capabilities} --parameter-overrides AuditorRegion=${region} AuditorAccount=${own}${more}`;
  const regions = [region, ...regionsOf(params)];
  const iamHome = iamRegionOf(region);
  const unseen = (what: string, next: string): Link =>
    unknown(what, "stacks of another account cannot be seen from here", `If it is not there yet: ${next}`);
  const iamEvents = (account: string): Link => {
    const link = `IAM events of ${account}`;
    return iamHome === undefined
      ? unknown(
          link,
          nobodyKnowsIamRegion(region),
          `Deploy deploy/${IAM.template} there, as account ${account}.`,
        )
      : unseen(link, command(account, iamHome, IAM));
  };
  return accounts.flatMap((account) => {
    const name = `${stack}-snapshot-${region}`;
    const principal = `arn:${partition}:iam::${account}:role/${name}`;
    const steps = {
      deploy: command(account, region, MEMBER, ` AuditorStack=${stack}`),
      setUp: (cluster: string) =>
        `As admin, in the cluster: npx dsql-audit setup-sql --principal ${principal} --cluster ${cluster}`,
    };
    const link = memberLink(account, heard?.running, heard?.known ?? [], steps, heard && watchedBy(params));
    return [
      itemOf("after", link),
      ...regions.map((from) =>
        itemOf("after", unseen(`events of ${account} in ${from}`, command(account, from, REGION)), {
          optional: true,
        }),
      ),
      itemOf("after", iamEvents(account), { optional: true }),
    ];
  });
};

const identityPartition = ({ identity }: Looked): string =>
  ("value" in identity && parseArn(identity.value)?.partition) || "aws";
