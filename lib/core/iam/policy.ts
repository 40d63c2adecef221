// One policy document as statements. What cannot be understood stays in place as a problem: it may allow, it may deny.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
import { type Operator, operatorOf } from "./operator.ts";
import { readJson } from "./strict-json.ts";

/** Where a document is attached: an identity (or as its boundary), a resource, a role as its trust policy. */
export type PolicyKind = "identity" | "resource" | "trust";

/** `not`: everything but what matches. */
export type Element = { readonly not: boolean; readonly values: readonly string[] };
export type PrincipalKind = "AWS" | "Service" | "Federated" | "CanonicalUser";
export type PrincipalElement = {
  readonly not: boolean;
  readonly entries: readonly { readonly kind: PrincipalKind; readonly value: string }[];
};
/** One key under one operator. */
export type Condition = {
  readonly operator: Operator;
  readonly key: string;
  readonly values: readonly string[];
};

export type Statement = {
  readonly sid: string | null;
  /** null: neither Allow nor Deny can be told. */
  readonly effect: "Allow" | "Deny" | null;
  readonly actions: Element;
  readonly resources: Element;
  /** null: the identity that the policy is attached to. */
  readonly principals: PrincipalElement | null;
  readonly conditions: readonly Condition[];
  /** Why it is not known what it says; its other fields are empty then. */
  readonly problem: string | null;
};

export type Policy = {
  readonly statements: readonly Statement[];
  /** Whether ${…} is a variable: from version 2012-10-17 on. */
  readonly hasVariables: boolean;
  /** Why nothing of it is known. */
  readonly problem: string | null;
};

type Fields = { readonly [name: string]: unknown };

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Why a statement or a document is not understood; caught where it is read. */
class Misread extends Error {}

const fail = (why: string): never => {
  throw new Misread(why);
};

/** One value or several; numbers and booleans only where AWS takes them. */
const textsIn = (value: unknown, what: string, scalars = false): string[] => {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) return fail(`${what} is an empty list`);
  return list.map((one) => {
    if (typeof one === "string") return one;
    if (scalars && (typeof one === "number" || typeof one === "boolean")) return String(one);
    return fail(
      `${what} holds ${one === null ? "null" : Array.isArray(one) ? "a list" : `a ${typeof one}`} where a text belongs`,
    );
  });
};

const elementIn = (fields: Fields, name: "Action" | "Resource"): Element => {
  const [plain, negated] = [fields[name], fields[`Not${name}`]];
  if (plain !== undefined && negated !== undefined) return fail(`it has both ${name} and Not${name}`);
  if (plain === undefined && negated === undefined) return fail(`it has neither ${name} nor Not${name}`);
  return {
    not: plain === undefined,
    values: textsIn(plain ?? negated, plain === undefined ? `Not${name}` : name),
  };
};

const principalKinds: ReadonlySet<string> = new Set(["AWS", "Service", "Federated", "CanonicalUser"]);

const principalsIn = (fields: Fields, kind: PolicyKind): PrincipalElement | null => {
  const { Principal: plain, NotPrincipal: negated } = fields;
  if (kind === "identity") {
    return plain === undefined && negated === undefined
      ? null
      : fail("a policy of an identity cannot have a Principal");
  }
  if (plain !== undefined && negated !== undefined) return fail("it has both Principal and NotPrincipal");
  const given = plain ?? negated;
  if (given === undefined) return fail("it has neither Principal nor NotPrincipal");
  const isNot = plain === undefined;
  if (given === "*") return { not: isNot, entries: [{ kind: "AWS", value: "*" }] };
  if (!isObject(given)) return fail("its Principal is neither * nor an object");
  const entries = Object.entries(given).flatMap(([name, value]) =>
    principalKinds.has(name)
      ? textsIn(value, `Principal.${name}`).map((text) => ({ kind: name as PrincipalKind, value: text }))
      : fail(`Principal.${name} is no kind of principal`),
  );
  return entries.length ? { not: isNot, entries } : fail("its Principal is empty");
};

const conditionsIn = (given: unknown): Condition[] => {
  if (given === undefined) return [];
  if (!isObject(given)) return fail("its Condition is no object");
  return Object.entries(given).flatMap(([name, keys]) => {
    const operator = operatorOf(name) ?? fail(`${name} is no condition operator`);
    if (!isObject(keys)) return fail(`${name} is no object of condition keys`);
    const seen = new Set<string>();
    return Object.entries(keys).map(([key, values]) => {
      // Names of keys ignore case, so this is one key twice; whether both count or the last is not documented.
      if (seen.has(key.toLowerCase())) return fail(`${name} names the key ${key} twice`);
      seen.add(key.toLowerCase());
      return { operator, key, values: textsIn(values, `${name} of ${key}`, true) };
    });
  });
};

const known: ReadonlySet<string> = new Set([
  "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition",
]); // biome-ignore format: one glance

const nothing: Element = { not: false, values: [] };

const statementIn = (given: unknown, kind: PolicyKind): Statement => {
  const fields = isObject(given) ? given : {};
  const sid = typeof fields.Sid === "string" && fields.Sid !== "" ? fields.Sid : null;
  const effect = fields.Effect === "Allow" || fields.Effect === "Deny" ? fields.Effect : null;
  try {
    if (!isObject(given)) return fail("it is no object");
    // IAM refuses unknown elements; a misspelt Condition must not make a statement unconditional.
    const strange = Object.keys(fields).find((name) => !known.has(name));
    if (strange !== undefined) return fail(`${strange} is no element of a statement`);
    if (effect === null) return fail("its Effect is neither Allow nor Deny");
    const actions = elementIn(fields, "Action");
    // A trust policy is about its own role and names no resource.
    const resources = kind === "trust" ? { not: false, values: ["*"] } : elementIn(fields, "Resource");
    const principals = principalsIn(fields, kind);
    // "NotPrincipal must be used with Deny": UserGuide/reference_policies_elements_notprincipal.html
    if (principals?.not && effect === "Allow") return fail("NotPrincipal is not supported with Allow");
    return {
      sid,
      effect,
      actions,
      resources,
      principals,
      conditions: conditionsIn(fields.Condition),
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof Misread)) throw error;
    const { message: problem } = error;
    return { sid, effect, actions: nothing, resources: nothing, principals: null, conditions: [], problem };
  }
};

const VERSIONS: ReadonlySet<unknown> = new Set([undefined, "2008-10-17", "2012-10-17"]);
const unread = (problem: string): Policy => ({ statements: [], hasVariables: false, problem });

/** Reads a document; never throws. Without a Version it is of 2008-10-17: UserGuide/reference_policies_elements_version.html */
export const parsePolicy = (text: string, kind: PolicyKind): Policy => {
  const { value, problem } = readJson(text);
  if (problem !== null) return unread(problem);
  if (!isObject(value)) return unread("it is no object");
  const strange = Object.keys(value).find((name) => !["Version", "Id", "Statement"].includes(name));
  if (strange !== undefined) return unread(`${strange} is no element of a policy`);
  if (!VERSIONS.has(value.Version))
    return unread(`its Version ${JSON.stringify(value.Version)} is not known`);
  const { Statement: given } = value;
  if (!isObject(given) && !Array.isArray(given)) return unread("it has no Statement");
  return {
    statements: (Array.isArray(given) ? given : [given]).map((one) => statementIn(one, kind)),
    hasVariables: value.Version === "2012-10-17",
    problem: null,
  };
};
