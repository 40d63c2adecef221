// Who may connect to a cluster by IAM: from a stored snapshot, or from a file with AWS's answers.
import { principalNamed } from "../core/activity/principal-named.ts";
import { iso } from "../core/base/time.ts";
import type { Mapping } from "../core/catalog/catalog.ts";
import type { IamFacts } from "../core/iam/facts.ts";
import type { AskedOpinion } from "../core/iam/kept-opinions.ts";
import type { KnownContext } from "../core/iam/known-context.ts";
import type { ConnectAction, MayConnect } from "../core/iam/may-connect.ts";
import type { Opinion } from "../core/iam/opinion.ts";
import { type OpinionsTold, opinionsTold } from "../core/iam/opinions-told.ts";
import { type WhoMayRow as Judged, whoMay, whoMayRows } from "../core/iam/who-may.ts";
import { AuditError } from "../errors.ts";
import type { Grounds } from "./grounds.ts";

/** What people call the two actions: DbConnect as a database role, DbConnectAdmin as admin. */
export const askableActions = { connect: "DbConnect", admin: "DbConnectAdmin" } as const satisfies Readonly<
  Record<string, ConnectAction>
>;
export type AskableAction = keyof typeof askableActions;
const actionNames = Object.keys(askableActions) as readonly AskableAction[];

/** "connect" or "admin"; undefined: both. AuditError("usage"). */
export const parseAction = (text: string | undefined): AskableAction | undefined => {
  if (text === undefined) return undefined;
  const found = actionNames.find(
    (name) => name === text.toLowerCase() || askableActions[name].toLowerCase() === text.toLowerCase(),
  );
  if (found) return found;
  throw new AuditError("usage", `there is no action ${JSON.stringify(text)}`, {
    hint: "Known are: connect (dsql:DbConnect) and admin (dsql:DbConnectAdmin).",
  });
};

/** What AWS's policy simulator said of the principal's own policies, beside what is said of them here. */
export type SecondOpinionAnswer = {
  /** By its own policies and boundary alone. */
  readonly own: MayConnect;
  /** null: it was asked and did not answer this. */
  readonly simulator: "allowed" | "denied" | null;
  /** Condition keys that were missing for its answer. */
  readonly missingKeys: readonly string[];
  /** `differs`: the verdict is unknown for that. */
  readonly state: Opinion["state"];
  readonly says: string | null;
  readonly askedAt: string;
};

/** `secondOpinion` missing: nobody asked about the policies that it has. */
export type WhoMayRow = Omit<Judged, "action" | "secondOpinion"> & {
  readonly action: AskableAction;
  readonly secondOpinion?: SecondOpinionAnswer;
};

const opinionAnswer = ({ own, aws, state, says, askedAt }: AskedOpinion): SecondOpinionAnswer => ({
  own,
  simulator: aws?.decision ?? null,
  missingKeys: aws?.missing ?? [],
  state,
  says,
  askedAt: iso(askedAt),
});

export type WhoMayAnswer = {
  readonly cluster: string;
  /** By principal, then connect before admin. */
  readonly rows: readonly WhoMayRow[];
  /** Parts that could not be read: there may be more principals than are listed. */
  readonly unread: readonly { readonly part: string; readonly reason: string }[];
  /** How far second opinions go; null: nobody asked for any. */
  readonly secondOpinions: OpinionsTold | null;
};

/** What every answer leaves open, in a sentence: it is part of the answer wherever it is given. */
export const AS_FAR_AS_IT_GOES =
  "As far as the policies of this account and cluster go. Organisation policies (SCP, RCP), session policies and VPC endpoint policies are not read; each of them can only take away.";

/** What to do where nothing of IAM was read: without it every way in is unknown. */
export const IAM_NOT_READ =
  "Nothing of IAM was read here, so what it allows is not known. Take a snapshot of the cluster with a role that may read IAM (dsql-audit setup-sql prints its policy), or ask dsql-audit who-may --iam FILE --cluster ARN.";

/** And where a part of it was not. */
export const IAM_READ_IN_PART =
  "A part of IAM is not known: dsql-audit who-may says for each principal what is missing, and dsql-audit setup-sql prints the policy that lets the auditor read it. The IAM of another account is never read.";

export type WhoMayAsked = {
  readonly action?: AskableAction | undefined;
  /** The ARN of a user, a role, the root user or one session, or a name that one principal is known by. */
  readonly principal?: string | undefined;
};

type Known = {
  readonly facts: IamFacts;
  readonly cluster: string;
  readonly context?: KnownContext;
  /** Mapped principals: they are rows whether or not the account has them. */
  readonly mapped?: readonly string[];
  readonly isCut?: boolean;
};

/** The verdict on one principal or on all, for one action or both. AuditError("usage"), and "not-found" for a name of nobody. */
export const whoMayOf = (
  { facts, cluster, context, mapped = [], isCut = false }: Known,
  { action, principal }: WhoMayAsked,
): WhoMayAnswer => {
  const found = whoMay({ facts, cluster, also: mapped, isCut, ...(context && { context }) });
  const actions = (action ? [action] : actionNames).map((name) => askableActions[name]);
  const judged =
    principal === undefined
      ? whoMayRows(found, actions)
      : actions.map((one) => found.verdictOf(principalNamed(principal, found.principals), one));
  const nameOf = (one: ConnectAction): AskableAction => (one === "DbConnect" ? "connect" : "admin");
  return {
    cluster,
    rows: judged.map(({ secondOpinion, ...row }) => ({
      ...row,
      action: nameOf(row.action),
      ...(secondOpinion && { secondOpinion: opinionAnswer(secondOpinion) }),
    })),
    unread: found.unread,
    secondOpinions: opinionsTold(facts),
  };
};

/** The same of a snapshot. AuditError("not-found") where it holds nothing of IAM: that is unknown, not "nobody". */
export const whoMayAt = ({ engine }: Grounds, asked: WhoMayAsked): WhoMayAnswer => {
  const { iam, cluster, sections } = engine.catalog;
  if (!iam) {
    throw new AuditError("not-found", "who may connect is unknown: the snapshot holds nothing of IAM", {
      hint: "Take one with a release and a role that read IAM, or name a file: --iam FILE --cluster ARN.",
    });
  }
  const mapped: readonly Mapping[] = sections.mappings.status === "read" ? sections.mappings.rows : [];
  return whoMayOf({ facts: iam, cluster, mapped: mapped.map(({ arn }) => arn) }, asked);
};
