// The policies that an identity has: its own, its managed ones, those of its groups, its permissions boundary.
import { type IamFacts, iamRows } from "./facts.ts";
import { isRole, type Subject } from "./subject.ts";

/** Where a policy of the verdict comes from. */
export type PolicySource = "inline" | "managed" | "group" | "boundary" | "cluster policy";

export type AttachedPolicy = {
  /** The name of an inline policy, the ARN of a managed one. */
  readonly name: string;
  readonly source: PolicySource;
  /** null: it could not be read, for `reason`. */
  readonly document: string | null;
  readonly reason: string;
};

export type Attached = {
  readonly identity: readonly AttachedPolicy[];
  readonly boundary: AttachedPolicy | null;
};

/** Finds the policies of identities in the facts. What an identity has and the facts lack is a policy that could not be read. */
export const attachedPolicies = (facts: IamFacts): ((subject: Subject) => Attached) => {
  const managed = iamRows(facts, "managedPolicies");
  const byArn = new Map((managed.rows ?? []).map((policy) => [policy.arn, policy]));
  const groups = iamRows(facts, "groups");
  const byName = new Map((groups.rows ?? []).map((group) => [group.name, group]));

  const ofArn = (arn: string, source: PolicySource): AttachedPolicy => {
    const document = byArn.get(arn)?.document ?? null;
    const reason = managed.rows ? "its text was not in the answer" : managed.reason;
    return { name: arn, source, document, reason };
  };

  const ofGroup = (name: string): AttachedPolicy[] => {
    const group = byName.get(name);
    if (!group) {
      const reason = groups.rows ? "the group was not in the answer" : groups.reason;
      return [{ name: `group ${name}`, source: "group", document: null, reason }];
    }
    return [
      ...group.inline.map((policy) => ({ ...policy, source: "group" as const, reason: "" })),
      ...group.attached.map((arn) => ofArn(arn, "group")),
    ];
  };

  return (subject) => {
    const own = subject.kind === "user" ? subject.user : isRole(subject) ? subject.role : null;
    if (!own) return { identity: [], boundary: null };
    return {
      identity: [
        ...own.inline.map((policy) => ({ ...policy, source: "inline" as const, reason: "" })),
        ...own.attached.map((arn) => ofArn(arn, "managed")),
        ...(subject.kind === "user" ? subject.user.groups.flatMap(ofGroup) : []),
      ],
      boundary: own.boundary === null ? null : ofArn(own.boundary, "boundary"),
    };
  };
};
