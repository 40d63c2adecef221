// What detectors may see of IAM: the identities behind mappings, who may connect by policy, and what could not be read.
import { lazily } from "../base/lazily.ts";
import type { Instant } from "../base/time.ts";
import {
  type ClusterAccess,
  type IamFacts,
  type IamPartName,
  type IamRowOf,
  iamPartNames,
  iamRows,
  type MappedIdentity,
} from "../catalog/iam-facts.ts";
import { type AskedOpinion, keptOpinions, outdatedOpinions } from "../iam/kept-opinions.ts";
import type { ConnectAction } from "../iam/may-connect.ts";
import { type WhoMay, type WhoMayRow, whoMay } from "../iam/who-may.ts";
import type { Facts } from "./facts.ts";

export type IamView = {
  /** undefined: the snapshot has none. */
  readonly facts: IamFacts | undefined;
  /** When it was read. */
  readonly takenAt: Instant | undefined;
  /** Why a part cannot be looked at, or without one anything of IAM; undefined: it can. */
  readonly missing: (part?: IamPartName) => string | undefined;
  /** Rows of a part; none where it could not be read: ask `missing` first. */
  readonly rows: <N extends IamPartName>(part: N) => readonly IamRowOf<N>[];
  /** What IAM said of a mapped ARN; undefined: it was not asked about it. */
  readonly identityOf: (arn: string) => MappedIdentity | undefined;
  /** The cluster of the snapshot first, then its peers in other Regions. */
  readonly clusters: readonly ClusterAccess[];
  /** Who may connect to the cluster of the snapshot; undefined: there is nothing to judge by. */
  readonly who: () => WhoMay | undefined;
  /** The verdicts on a principal, one for each Region of the cluster; none where there is nothing to judge by. */
  readonly mayOf: (principal: string, action: ConnectAction) => readonly WhoMayRow[];
  /** Second opinions of AWS's simulator on policies as they are now, and who waits for one since its policies changed. */
  readonly opinions: () => { readonly asked: readonly AskedOpinion[]; readonly changed: readonly string[] };
};

/** Made once for all moments of the same facts: the snapshot is the same at all of them. */
export const iamView = ({ cluster, snapshot }: Pick<Facts, "cluster" | "snapshot">): IamView => {
  const facts = snapshot?.catalog.iam;
  const none = snapshot ? "IAM was not read with the snapshot" : "there is no snapshot";
  const rows = <N extends IamPartName>(part: N): readonly IamRowOf<N>[] =>
    (facts && iamRows(facts, part).rows) || [];
  const identities = new Map(rows("identities").map((row) => [row.arn, row]));
  const whoAt = lazily((arn: string) => (facts ? whoMay({ facts, cluster: arn }) : undefined));
  const clusters = rows("clusters");
  const verdicts = lazily((action: ConnectAction) =>
    lazily((principal: string) =>
      clusters.flatMap(({ arn }) => whoAt(arn)?.verdictOf(principal, action) ?? []),
    ),
  );
  return {
    facts,
    takenAt: facts && snapshot?.takenAt,
    missing: (part) => {
      if (!facts) return none;
      const found = part && facts.parts[part];
      return found?.status === "unreadable" ? `IAM ${part}: ${found.reason}` : undefined;
    },
    rows,
    identityOf: (arn) => identities.get(arn),
    clusters,
    who: () => (clusters.some(({ arn }) => arn === cluster) ? whoAt(cluster) : undefined),
    mayOf: (principal, action) => verdicts(action)(principal),
    opinions: () =>
      facts ? { asked: keptOpinions(facts), changed: outdatedOpinions(facts) } : { asked: [], changed: [] },
  };
};

/** What a detector may need of IAM: all of it, or one part. */
export type IamNeed = "iam" | `iam.${IamPartName}`;

export const isIamNeed = (need: string): need is IamNeed =>
  need === "iam" || iamPartNames.some((part) => need === `iam.${part}`);

export const partOf = (need: IamNeed): IamPartName | undefined =>
  iamPartNames.find((part) => need === `iam.${part}`);
