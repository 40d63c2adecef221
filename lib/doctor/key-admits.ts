// Whether a KMS key's policy admits whom it has to, and the policy with what is missing.
import { parseArn } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { applies } from "../core/iam/applies.ts";
import { contextKey, type KnownContext } from "../core/iam/known-context.ts";
import { type Policy, parsePolicy, type Statement } from "../core/iam/policy.ts";
import type { Request } from "../core/iam/request.ts";
import { every, some, type Truth, truthOf } from "../core/iam/truth.ts";
import type { Merged } from "./merges.ts";

/** One who has to be admitted: a service by its principal, or an account, so that policies of its roles count. */
export type Need = {
  /** In a sentence, and the same for nobody else. */
  readonly label: string;
  /** "logs.eu-central-1.amazonaws.com", or the ARN of an account's root. */
  readonly who: string;
  /** How the ARN of a role begins that is admitted by its own name; undefined: there is none. */
  readonly role?: string;
  /** What admits them; null: nothing is printed for it. */
  readonly statement: ({ readonly Sid: string } & Readonly<Record<string, unknown>>) | null;
  /** As a request names them: all have to be admitted. */
  readonly actions: readonly string[];
  /** What is known of its requests; each has to be admitted. */
  readonly contexts: readonly Readonly<Record<string, string>>[];
};

/** `dsql-access-auditor-prod` -> `DsqlAccessAuditorProd`: a Sid takes letters and digits alone. */
export const sidOf = (stack: string): string =>
  stack.replace(/(?:^|-)([a-z0-9]?)/gi, (_, first: string) => first.toUpperCase());

const CHINESE = /\.cn$/;

/** Whether the statement's principals are who asks. */
const isMeant = ({ principals }: Statement, { who, role }: Need): Truth => {
  if (principals === null || principals.not) return "unknown";
  const isService = !who.startsWith("arn:");
  return some(
    principals.entries.map(({ kind, value }): Truth => {
      // Whether a star means services too is not documented, and of an account whom it means the conditions say.
      if (kind === "AWS" && value === "*") return role === undefined ? "unknown" : "yes";
      if (!isService)
        return truthOf(
          kind === "AWS" &&
            (value === who || value === who.split(":")[4] || (role !== undefined && value.startsWith(role))),
        );
      if (kind !== "Service") return "no";
      if (value.replace(CHINESE, "") === who.replace(CHINESE, "")) return "yes";
      // AWS asks for the name with the Region; what the one without it does is not documented.
      return value.replace(CHINESE, "") === who.replace(/\..*(?=\.amazonaws)/, "").replace(CHINESE, "")
        ? "unknown"
        : "no";
    }),
  );
};

/** Keys that say who asks: of a service they are not documented, and of the account it is not known which of its roles. */
const ABOUT_WHO = /^(?:aws:(?:principal|user|sourceidentity|token)|kms:(?:calleraccount|viaservice|grant))/;

const requestOf = (key: string, action: string, context: Need["contexts"][number]): Request => {
  const { account = "", region = "" } = parseArn(key) ?? {};
  const known: KnownContext = new Map(
    Object.entries(context).map(([name, value]) => [contextKey(name), [value]]),
  );
  return {
    subject: { kind: "not-read", arn: "", account: "", partition: "" },
    ...{ action, cluster: key, region, account, context: known },
    ...{ clusterTags: null, unreadTags: "they are those of the key", maySessionTag: false },
  };
};

/** How the statements of one effect are about a request; what the request decides is not known beforehand. */
const weigh = (
  { statements, hasVariables }: Policy,
  effect: "Allow" | "Deny",
  need: Need,
  request: Request,
): Truth => {
  const isOpen = (key: string): boolean =>
    ABOUT_WHO.test(key.toLowerCase()) && !request.context.has(contextKey(key));
  return some(
    statements
      .filter((one) => one.effect === effect || one.effect === null)
      .map((statement) => {
        const conditions = statement.conditions.filter(({ key }) => !isOpen(key));
        const { truth } = applies(request, { ...statement, conditions }, hasVariables);
        const isSettled =
          truth === "no" || (truth === "yes" && conditions.length === statement.conditions.length);
        return every([
          statement.problem === null ? isMeant(statement, need) : "unknown",
          isSettled ? truth : "unknown",
        ]);
      }),
  );
};

export type Admitted = "yes" | "no" | "denied" | "unknown";

/** `key`: its ARN. */
export const admitted = (policy: Policy, key: string, need: Need): Admitted => {
  const { actions, contexts } = need;
  const requests = actions.flatMap((action) => contexts.map((context) => requestOf(key, action, context)));
  const denied = some(requests.map((request) => weigh(policy, "Deny", need, request)));
  if (denied === "yes") return "denied";
  const allowed = every(requests.map((request) => weigh(policy, "Allow", need, request)));
  if (allowed === "no") return "no";
  return allowed === "yes" && denied === "no" ? "yes" : "unknown";
};

/** By the needs' labels. `problem`: why nothing of the policy is known. */
export type Judged = {
  readonly problem: string | null;
  readonly missing: readonly string[];
  readonly denied: readonly string[];
  readonly unknown: readonly string[];
};

/** Who of these is admitted by the policy, whose text is as KMS gives it. */
export const judgeNeeds = (text: string, key: string, needs: readonly Need[]): Judged => {
  const policy = parsePolicy(text, "resource");
  const found = needs.map((need) => ({ label: need.label, is: admitted(policy, key, need) }));
  const who = (is: Admitted): string[] => found.filter((one) => one.is === is).map(({ label }) => label);
  return { problem: policy.problem, missing: who("no"), denied: who("denied"), unknown: who("unknown") };
};

/** `wanted`, or the first with a number that is not taken: a Sid stands once in a policy. */
const freeSid = (wanted: string, taken: ReadonlySet<unknown>): string => {
  let sid = wanted;
  for (let n = 2; taken.has(sid); n += 1) sid = `${wanted}${n}`;
  return sid;
};

type Document = { readonly Statement: unknown } & Readonly<Record<string, unknown>>;

/**
 * The policy as it is, with a statement for each need of `missing`: a call that replaces the whole of it. The text was read
 * without a problem.
 */
export const mergedNeeds = (
  text: string,
  key: string,
  needs: readonly Need[],
  missing: readonly string[],
): Merged => {
  // It was read strictly, and as a policy.
  const document = JSON.parse(text) as Document;
  const there = [document.Statement].flat();
  const taken = new Set(there.map((one) => (one as { Sid?: unknown } | null)?.Sid));
  const adds = needs
    .filter(({ label }) => missing.includes(label))
    .flatMap(({ statement }) => (statement ? [{ ...statement, Sid: freeSid(statement.Sid, taken) }] : []));
  const puts = { ...document, Statement: [...there, ...adds] };
  return {
    merge: { of: key, keeps: there.length, adds, puts, widened: [] },
    command: `aws kms put-key-policy --region ${parseArn(key)?.region ?? ""} --key-id ${shellWord(key)} --policy-name default --policy ${shellWord(JSON.stringify(puts))}`,
  };
};
