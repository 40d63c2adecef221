// Who may connect to a cluster, by IAM: a verdict for each principal of the account, with the statements that decide it.

import { foldArn } from "../activity/principal.ts";
import { parseArn, withoutPath } from "../base/ids.ts";
import { evaluator } from "./evaluator.ts";
import { type ClusterAccess, type IamFacts, iamRows } from "./facts.ts";
import { clusterParts } from "./iam-file.ts";
import type { AskedOpinion } from "./kept-opinions.ts";
import type { KnownContext } from "./known-context.ts";
import {
  type Because,
  type ConnectAction,
  connectActions,
  type MayConnect,
  NOTHING_OPEN,
  weigh,
} from "./may-connect.ts";
import { isRefusedByScp } from "./opinion.ts";
import type { SubjectKind } from "./subject.ts";
import { openOf, settled, settledSides, toldOf, type Wall, type WallSide, weighedSides } from "./wall.ts";
import type { Reader } from "./weigh-policies.ts";

export type WhoMayRow = {
  readonly principal: string;
  readonly kind: SubjectKind;
  readonly action: ConnectAction;
  readonly verdict: MayConnect;
  readonly because: readonly Because[];
  /** What the request must be like, each a sentence's end: "only if …", "not if …". Empty but where it is conditional. */
  readonly conditions: readonly string[];
  /** Why it is unknown, or what else is to be said. */
  readonly reasons: readonly string[];
  /** What AWS's policy simulator says of its own policies; missing: it was not asked about these. */
  readonly secondOpinion?: AskedOpinion;
};

export type WhoMay = {
  /** One principal: its row for an action. A session's ARN is judged as that session. */
  readonly verdictOf: (principal: string, action: ConnectAction) => WhoMayRow;
  /** The same, with the sides told apart. */
  readonly wallOf: (principal: string, action: ConnectAction) => Wall;
  /** Every user and role of the account, the root user, and whom the cluster policy names beside them; sorted by ARN. */
  readonly principals: readonly string[];
  /** What could not be read, so that there may be principals that are not listed, or Regions that they come in through. */
  readonly unread: readonly { readonly part: string; readonly reason: string }[];
};

/** Identities that the cluster policy names and the account does not have: of other accounts, or gone. */
const namedByPolicy = (reader: Reader, policy: ClusterAccess["policy"]): string[] =>
  policy.status === "unreadable"
    ? []
    : policy.rows.flatMap(({ document }) =>
        reader.read(document, "resource").statements.flatMap(({ principals }) =>
          (principals?.entries ?? []).flatMap(({ kind, value }) => {
            const arn =
              kind === "AWS"
                ? parseArn(/^\d{12}$/.test(value) ? `arn:aws:iam::${value}:root` : value)
                : undefined;
            // A policy can name a federated user and one session of a role as well.
            const isOne =
              arn?.service === "iam" ||
              (arn?.service === "sts" && /^(?:federated-user|assumed-role)\//.test(arn.resource));
            return isOne && arn.account && !/[*?]/.test(value)
              ? [/^\d{12}$/.test(value) ? `arn:aws:iam::${value}:root` : value]
              : [];
          }),
        ),
      );

/** Those that are none of the account's under another path: a name is one identity, whatever path it is written with. */
const beside = (others: readonly string[], own: readonly string[]): string[] => {
  const known = new Set(own.map(withoutPath));
  return others.filter((arn) => !known.has(withoutPath(arn)));
};

/** Peers in other Regions are one database with the cluster: where nobody could tell them, there may be more ways in. */
const unreadPeers = (facts: IamFacts, cluster: string): WhoMay["unread"] => {
  const reason = iamRows(facts, "clusters").rows?.find(({ arn }) => arn === cluster)?.peersUnread;
  return reason === undefined ? [] : [{ part: "peers in other Regions", reason }];
};

const sorted = (texts: Iterable<string>): string[] =>
  [...new Set(texts)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** With the opinion beside it; what the organisation refuses is told, as it is not looked at here. */
const withOpinion = (told: Omit<WallSide, "open">, opinion: AskedOpinion | undefined) => {
  if (!opinion) return told;
  const reasons = isRefusedByScp(opinion)
    ? [...told.reasons, `By AWS's policy simulator ${opinion.says}.`]
    : told.reasons;
  return { ...told, reasons, secondOpinion: opinion };
};

export type WhoMayQuestion = {
  readonly facts: IamFacts;
  /** One of the ARNs in the part `clusters`. */
  readonly cluster: string;
  readonly context?: KnownContext;
  /** Principals to list beside the account's, such as those that are mapped. */
  readonly also?: readonly string[];
  /** The lists of identities end too early: who is not on them may exist. */
  readonly isCut?: boolean;
};

/** Judges offline who may connect. The same facts give the same rows, in the order of the ARNs. */
export const whoMay = ({
  facts,
  cluster,
  context = new Map(),
  also = [],
  isCut = false,
}: WhoMayQuestion): WhoMay => {
  const { account, partition } = clusterParts(cluster);
  const { reader, policy, subjectOf, weightOf, opinionOn } = evaluator(facts, cluster, isCut);

  const judge = (principal: string, action: ConnectAction) => {
    const subject = subjectOf(principal);
    const weight = weightOf(subject, action, context);
    const of = { principal, kind: subject.kind, action };
    const plain = settled(subject, () => weight.cluster);
    const found = plain ? { ...plain, open: NOTHING_OPEN } : weigh(weight);
    const opinion = plain ? undefined : opinionOn(subject, action);
    const row: WhoMayRow = { ...of, ...withOpinion(toldOf(found), opinion) };
    return { row, found, weight, plain };
  };

  const wallOf = (principal: string, action: ConnectAction): Wall => {
    const { row, found, weight, plain } = judge(principal, action);
    const sides = plain ? settledSides(row.kind, plain, () => weight.cluster) : weighedSides(weight);
    return { row, open: openOf(found), ...sides };
  };

  const own = (["users", "roles"] as const).flatMap((part) =>
    (iamRows(facts, part).rows ?? []).map(({ arn }) => arn),
  );
  const unread = (["users", "roles", "groups", "managedPolicies"] as const).flatMap((part) => {
    const found = iamRows(facts, part);
    return found.rows ? [] : [{ part, reason: found.reason }];
  });
  const root = `arn:${partition}:iam::${account}:root`;
  return {
    verdictOf: (principal, action) => judge(principal, action).row,
    wallOf,
    principals: sorted([
      ...own,
      root,
      ...beside([...namedByPolicy(reader, policy), ...also.map(foldArn)], own),
    ]),
    unread: [...unread, ...unreadPeers(facts, cluster)],
  };
};

/** The rows of all principals, each with one row for an action. */
export const whoMayRows = (found: WhoMay, actions: readonly ConnectAction[] = connectActions): WhoMayRow[] =>
  found.principals.flatMap((principal) => actions.map((action) => found.verdictOf(principal, action)));
