// A policy that somebody proposes, out of a file: a cluster's or an identity's, or a clear word of what is wrong with it.
import { AuditError } from "../../errors.ts";
import { counted } from "../base/counted.ts";
import { visible } from "../base/visible-text.ts";
import { type Policy, type PolicyKind, parsePolicy } from "./policy.ts";
import { readJson } from "./strict-json.ts";

export type ProposedPolicy = {
  /** By who is named in it: a cluster's policy says whom it is about, a policy of an identity never does. */
  readonly kind: "cluster" | "identity";
  /** As it was read, but that each statement has a Sid: its own, or its number, `statement 2`. */
  readonly document: string;
};

/** AWS takes at most 20 kB as a resource-based policy, and less as any other. */
const MAX_TEXT = 100_000;
const MAX_PROBLEMS = 5;

type Fields = { readonly [name: string]: unknown };
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const kindText = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;

const hint =
  "It holds one policy as JSON, {Version, Statement}, or the answer of `aws dsql get-cluster-policy`. Statements of a cluster policy have a Principal, those of an IAM policy have none.";

const wrong = (name: string, what: string): AuditError =>
  new AuditError("bad-file", `${name}: ${what}`, { hint });

const read = (name: string, where: string, text: string): unknown => {
  if (text.length > MAX_TEXT)
    throw wrong(name, `${where}is larger than any policy that AWS takes (${text.length} characters)`);
  const { value, problem } = readJson(text);
  if (problem !== null) throw wrong(name, `${where}${visible(problem, 200)}`);
  return value;
};

/** The document itself, or the one in an answer of GetClusterPolicy, which holds it as a text. */
const documentIn = (name: string, value: unknown): Fields => {
  if (!isObject(value)) throw wrong(name, `the document is ${kindText(value)} where an object belongs`);
  if ("Statement" in value || !("policy" in value)) return value;
  const inner = typeof value.policy === "string" ? read(name, "policy: ", value.policy) : value.policy;
  if (!isObject(inner)) throw wrong(name, `policy is ${kindText(inner)} where an object belongs`);
  return inner;
};

const isNamed = (statement: Fields): boolean => "Principal" in statement || "NotPrincipal" in statement;

/** Sid and number, as people find it in the file. */
const called = (statement: unknown, at: number): string => {
  const sid = isObject(statement) && typeof statement.Sid === "string" ? statement.Sid : "";
  return `statement ${at + 1}${sid ? ` (${visible(sid, 80)})` : ""}`;
};

const kindOf = (name: string, statements: readonly Fields[]): ProposedPolicy["kind"] => {
  const named = statements.findIndex(isNamed);
  const nameless = statements.findIndex((one) => !isNamed(one));
  if (named < 0) return "identity";
  if (nameless < 0) return "cluster";
  throw wrong(
    name,
    `${called(statements[named], named)} names a Principal and ${called(statements[nameless], nameless)} does not: a cluster policy needs one in each statement, an IAM policy has none`,
  );
};

const check = (name: string, statements: readonly Fields[], policy: Policy): void => {
  if (policy.problem !== null) throw wrong(name, visible(policy.problem, 200));
  const problems = policy.statements.flatMap(({ problem }, at) =>
    problem === null ? [] : [`${called(statements[at], at)}: ${visible(problem, 200)}`],
  );
  if (problems.length === 0) return;
  const more = problems.length - MAX_PROBLEMS;
  throw wrong(
    name,
    `${problems.slice(0, MAX_PROBLEMS).join("; ")}${more > 0 ? `; and ${counted(more, "more statement")}` : ""}`,
  );
};

/**
 * Reads the text of a policy file; `name` is what people call it. AuditError("bad-file") says what is wrong and where: IAM
 * would take no policy of which a statement cannot be understood, so none is tried.
 */
export const parseProposal = (text: string, name: string): ProposedPolicy => {
  const document = documentIn(name, read(name, "", text));
  const { Statement: given } = document;
  if (given === undefined) throw wrong(name, "it has no Statement");
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw wrong(name, "Statement is an empty list");
  const statements = list.map((one, at) => {
    if (isObject(one)) return one;
    throw wrong(name, `statement ${at + 1} is ${kindText(one)} where an object belongs`);
  });
  const kind = kindOf(name, statements);
  const parsedAs: PolicyKind = kind === "cluster" ? "resource" : "identity";
  check(name, statements, parsePolicy(JSON.stringify(document), parsedAs));
  const withSids = statements.map((one, at) => ({
    ...one,
    Sid: typeof one.Sid === "string" && one.Sid !== "" ? one.Sid : `statement ${at + 1}`,
  }));
  return { kind, document: JSON.stringify({ ...document, Statement: withSids }) };
};
