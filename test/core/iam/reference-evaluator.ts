// A second, plain evaluator: one request of which everything is known, yes or no, read straight off AWS's pages. It shares no
// code with the product and knows well-formed policies alone; the agreement of the two is what is tested.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

type Json = Readonly<Record<string, unknown>>;

/** A request: `context` by condition key in lower case, a key that is not in it is absent. */
export type ConcreteRequest = {
  readonly action: string;
  readonly resource: string;
  /** The ARN of the user or of the role, of the session where it is one, and the id of the account. */
  readonly principal: {
    readonly arn: string;
    readonly sessionArn: string | null;
    readonly uniqueId: string;
    readonly account: string;
  };
  readonly context: ReadonlyMap<string, readonly string[]>;
};
export type ConcretePolicies = {
  readonly identity: readonly Json[];
  readonly boundary: Json | null;
  readonly resource: Json | null;
};

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);
const statementsOf = (policy: Json): readonly Json[] => asList(policy.Statement as Json | readonly Json[]);

/** By the book: try every length for a star. */
const like = (pattern: string, text: string): boolean => {
  if (pattern === "") return text === "";
  const [head, tail] = [pattern.charAt(0), pattern.slice(1)];
  if (head === "*") {
    for (let skip = 0; skip <= text.length; skip++) if (like(tail, text.slice(skip))) return true;
    return false;
  }
  return text !== "" && (head === "?" || head === text.charAt(0)) && like(tail, text.slice(1));
};

/** The text with its variables replaced, its own wildcards kept apart by a mark; null where a variable has no value. */
const STAR = "\u0001";
const MARK = "\u0002";
const substitute = (text: string, request: ConcreteRequest, version: unknown): string | null => {
  if (version !== "2012-10-17") return text;
  let missing = false;
  const done = text.replace(/\$\{([^}]*)\}/g, (_, inner: string) => {
    if (inner === "*" || inner === "?" || inner === "$")
      return inner === "*" ? STAR : inner === "?" ? MARK : "$";
    const [name = "", fallback] = inner.split(/, ?'/);
    const values = request.context.get(name.trim().toLowerCase());
    const value = values?.[0] ?? fallback?.replace(/'$/, "");
    if (value === undefined) missing = true;
    return (value ?? "").replaceAll("*", STAR).replaceAll("?", MARK);
  });
  return missing ? null : done;
};
const plain = (text: string): string => text.replaceAll(STAR, "*").replaceAll(MARK, "?");
/** `like` where marked characters are only themselves. */
const likeMarked = (pattern: string, text: string): boolean =>
  like(pattern, text.replaceAll("*", STAR).replaceAll("?", MARK));

const arnLike = (pattern: string, arn: string): boolean => {
  const cut = (text: string): string[] => [
    ...text.split(":").slice(0, 5),
    text.split(":").slice(5).join(":"),
  ];
  const [want, have] = [cut(pattern), cut(arn)];
  return want.every((part, at) => likeMarked(part, have[at] ?? ""));
};

/** "AWS automatically completes the ARN by adding wildcard characters (*) to all missing fields": reference-arns.html */
const completed = (arn: string): string => {
  const fields = arn.split(":");
  return arn === "*" ? arn : [...fields, ...Array(Math.max(0, 6 - fields.length)).fill("*")].join(":");
};

const ipNumber = (text: string): { readonly bits: string } => {
  if (text.includes("."))
    return {
      bits: text
        .split(".")
        .map((part) => Number(part).toString(2).padStart(8, "0"))
        .join(""),
    };
  const [left = "", right] = text.split("::");
  const groups = (half: string): string[] => (half === "" ? [] : half.split(":"));
  const before = groups(left);
  const after = right === undefined ? [] : groups(right);
  const middle = Array(8 - before.length - after.length).fill("0") as string[];
  return {
    bits: [...before, ...middle, ...after]
      .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
      .join(""),
  };
};
const inCidr = (address: string, cidr: string): boolean => {
  const [base = "", length] = cidr.split("/");
  const [a, b] = [ipNumber(address).bits, ipNumber(base).bits];
  return a.length === b.length && a.startsWith(b.slice(0, length === undefined ? b.length : Number(length)));
};
const time = (text: string): number => (/^\d{5,}$/.test(text) ? Number(text) * 1000 : Date.parse(text));

type Test = (wanted: string, value: string) => boolean;
const positive: Readonly<Record<string, Test>> = {
  StringEquals: (wanted, value) => plain(wanted) === value,
  StringEqualsIgnoreCase: (wanted, value) => plain(wanted).toLowerCase() === value.toLowerCase(),
  StringLike: likeMarked,
  NumericEquals: (wanted, value) => Number(value) === Number(wanted),
  NumericLessThan: (wanted, value) => Number(value) < Number(wanted),
  NumericLessThanEquals: (wanted, value) => Number(value) <= Number(wanted),
  NumericGreaterThan: (wanted, value) => Number(value) > Number(wanted),
  NumericGreaterThanEquals: (wanted, value) => Number(value) >= Number(wanted),
  DateEquals: (wanted, value) => time(value) === time(wanted),
  DateLessThan: (wanted, value) => time(value) < time(wanted),
  DateLessThanEquals: (wanted, value) => time(value) <= time(wanted),
  DateGreaterThan: (wanted, value) => time(value) > time(wanted),
  DateGreaterThanEquals: (wanted, value) => time(value) >= time(wanted),
  Bool: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
  BinaryEquals: (wanted, value) => wanted === value,
  IpAddress: (wanted, value) => inCidr(value, wanted),
  ArnEquals: arnLike,
  ArnLike: arnLike,
};
const negations: Readonly<Record<string, string>> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  NumericNotEquals: "NumericEquals",
  DateNotEquals: "DateEquals",
  NotIpAddress: "IpAddress",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
};

const holds = (
  written: string,
  key: string,
  given: unknown,
  request: ConcreteRequest,
  version: unknown,
): boolean => {
  const values = request.context.get(key.toLowerCase());
  const wanted = asList(given).map(String);
  if (written === "Null")
    return wanted.some((word) => (word.toLowerCase() === "true") === (values === undefined));
  const forAll = written.startsWith("ForAllValues:");
  const forAny = written.startsWith("ForAnyValue:");
  let name = written.replace(/^For\w+:/, "");
  if (name.endsWith("IfExists")) {
    if (values === undefined) return true;
    name = name.slice(0, -8);
  }
  const negated = negations[name];
  if (values === undefined) return forAll || (!forAny && negated !== undefined);
  const test = positive[negated ?? name];
  if (!test) throw new Error(`no operator ${written}`);
  const filled = wanted.map((text) => substitute(text, request, version));
  const one = (value: string): boolean => {
    const found = filled.some((text) => text !== null && test(text, value));
    return negated === undefined ? found : !found;
  };
  if (forAll) return values.filter((value) => value !== "").every(one);
  if (forAny) return values.filter((value) => value !== "").some(one);
  return one(values[0] ?? "");
};

/**
 * AWS says that a variable without a value may make the whole statement invalid, and not when it does: a statement with one in
 * its conditions, but where IfExists spares it, has two readings.
 */
const mayBeInvalid = (statement: Json, request: ConcreteRequest, version: unknown): boolean =>
  Object.entries((statement.Condition ?? {}) as Json).some(([operator, keys]) =>
    Object.entries(keys as Json).some(
      ([key, values]) =>
        !(operator.endsWith("IfExists") && request.context.get(key.toLowerCase()) === undefined) &&
        asList(values).some((text) => substitute(String(text), request, version) === null),
    ),
  );

/** Whether a statement that may be invalid still does what else it says. */
export type Reading = "counts" | "is invalid";

const applies = (statement: Json, request: ConcreteRequest, version: unknown, reading: Reading): boolean => {
  if (reading === "is invalid" && mayBeInvalid(statement, request, version)) return false;
  const acts = asList((statement.Action ?? statement.NotAction) as string | string[]);
  const isAction = acts.some((one) => like(one.toLowerCase(), request.action.toLowerCase()));
  if (isAction !== (statement.Action !== undefined)) return false;
  const isOfIdentity = statement.Principal === undefined && statement.NotPrincipal === undefined;
  const resources = asList((statement.Resource ?? statement.NotResource) as string | string[]);
  const isResource = resources.some((one) => {
    const text = substitute(one, request, version);
    return text !== null && likeMarked(isOfIdentity ? completed(text) : text, request.resource);
  });
  if (isResource !== (statement.Resource !== undefined)) return false;
  return Object.entries((statement.Condition ?? {}) as Json).every(([operator, keys]) =>
    Object.entries(keys as Json).every(([key, values]) => holds(operator, key, values, request, version)),
  );
};

type Names = "itself" | "role" | "account" | "none";
/** How a principal of a policy names the one who asks. */
const names = (principal: unknown, { principal: who }: ConcreteRequest): Names => {
  if (principal === "*") return "itself";
  const ways = asList((principal as Json).AWS as string | string[]).map((value): Names => {
    if (value === "*") return "itself";
    if (value === who.account || value === `arn:aws:iam::${who.account}:root`) return "account";
    if (who.sessionArn !== null && value === who.sessionArn) return "itself";
    if (value === who.arn || value === who.uniqueId) return who.sessionArn === null ? "itself" : "role";
    return "none";
  });
  return (["itself", "role", "account"] as const).find((way) => ways.includes(way)) ?? "none";
};

/** Whether some statement has two readings for this request. */
export const hasTwoReadings = (
  request: ConcreteRequest,
  { identity, boundary, resource }: ConcretePolicies,
): boolean =>
  [...identity, ...(boundary ? [boundary] : []), ...(resource ? [resource] : [])].some((policy) =>
    statementsOf(policy).some((one) => mayBeInvalid(one, request, policy.Version)),
  );

/** Whether AWS lets the request through, by the policies of one account. */
export const isAllowed = (
  request: ConcreteRequest,
  { identity, boundary, resource }: ConcretePolicies,
  reading: Reading = "counts",
): boolean => {
  const found = (
    policies: readonly Json[],
    effect: string,
    way: (statement: Json) => boolean = () => true,
  ): boolean =>
    policies.some((policy) =>
      statementsOf(policy).some(
        (one) => one.Effect === effect && way(one) && applies(one, request, policy.Version, reading),
      ),
    );
  const onResource = resource ? [resource] : [];
  const isNamed = (statement: Json): boolean => {
    if (statement.NotPrincipal !== undefined)
      return boundary !== null || names(statement.NotPrincipal, request) === "none";
    return names(statement.Principal, request) !== "none";
  };
  if (found([...identity, ...(boundary ? [boundary] : [])], "Deny") || found(onResource, "Deny", isNamed))
    return false;
  const by = (way: Names): boolean =>
    found(onResource, "Allow", (one) => one.Principal !== undefined && names(one.Principal, request) === way);
  if (by("itself")) return true;
  const inBoundary = boundary === null || found([boundary], "Allow");
  return inBoundary && (by("role") || found(identity, "Allow"));
};
