// Asks AWS for the clusters of each Region of the deployment, and the store for what was heard in other accounts.
import { listOf } from "../config.ts";
import { auditorIn } from "../core/base/auditor-in.ts";
import { Cluster, type Principal, parseArn } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import type { Running } from "../store/findings/deployments.ts";
import type { Link } from "./link.ts";
import { memberLink } from "./member-links.ts";
import { clustersLink, heardLink, namedLink } from "./place-links.ts";
import type { DoctorPorts } from "./ports.ts";

const DEPLOY_MEMBER =
  "In that account: deploy/member-account.yml. docs/operations.md says with which parameters.";

/** What the auditor's login in a cluster needs, as a command that prints it. */
export const setUpOf = (auditor: Principal | null | undefined, cluster: Cluster): string =>
  `npx dsql-audit setup-sql${auditor ? ` --principal ${shellWord(auditorIn(auditor, cluster))}` : ""} --cluster ${shellWord(cluster)}`;

/** The links of the clusters in each Region, and of the accounts whose clusters are watched too. */
export const placeLinks = async (
  { clusters }: Pick<DoctorPorts, "clusters">,
  known: readonly Cluster[],
  running: Running | undefined,
  auditor: Principal | null | undefined,
): Promise<Link[]> => {
  const deployment = running?.deployment;
  const regions = listOf(deployment?.regions);
  const members = listOf(deployment?.members);
  const wanted = deployment?.clusterTags ?? {};
  const setUp = (cluster: string) => setUpOf(auditor, Cluster.parse(cluster));
  const unheard = (running?.unlisted ?? []).filter(({ account }) => !members.includes(account));
  const linkOf = async (region?: string): Promise<Link> => {
    const answer = await clusters(region);
    const isHere = (one = ""): boolean => (region === undefined ? !regions.includes(one) : one === region);
    if (deployment?.named) {
      const own = parseArn(deployment.topic)?.account;
      const here = deployment.named.filter((arn) => {
        const parts = parseArn(arn);
        return parts?.account === own && isHere(parts?.region);
      });
      return namedLink(answer, here, known, setUp, region);
    }
    return heardLink(
      clustersLink(answer, known, setUp, { wanted, ...(region !== undefined && { region }) }),
      unheard.find((one) => isHere(one.region)),
    );
  };
  return [
    ...(await Promise.all([linkOf(), ...regions.map(linkOf)])),
    ...members.map((account) =>
      memberLink(account, running, known, { deploy: DEPLOY_MEMBER, setUp }, deployment?.named),
    ),
  ];
};
