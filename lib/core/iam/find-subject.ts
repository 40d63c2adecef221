// Which identity of the account an ARN means.
import { foldArn } from "../activity/principal.ts";
import { parseArn, withoutPath } from "../base/ids.ts";
import { type IamFacts, type IamRole, iamRows } from "./facts.ts";
import { partsOf, roleKind, type Subject } from "./subject.ts";

const NAMED = /^(role|user)\/(?:.*\/)?([^/]+)$/s;
const SESSION = /^assumed-role\/([^/]+)\/(.+)$/s;

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/**
 * Finds who a principal is; roles also by the ARN of a session, and by an ARN without its path. `isCut`: the lists go on
 * where they end, so that nobody is known to be gone.
 */
export const subjectFinder = (facts: IamFacts, isCut = false) => {
  const users = iamRows(facts, "users");
  const roles = iamRows(facts, "roles");
  const userByName = new Map((users.rows ?? []).map((user) => [lastPart(user.arn), user]));
  const roleByName = new Map((roles.rows ?? []).map((role) => [lastPart(role.arn), role]));
  const asked = new Map(
    (iamRows(facts, "identities").rows ?? []).map((one) => [withoutPath(one.arn), one.status]),
  );
  /** Lists may be a moment behind, so IAM's answer about one identity counts for more; a federated user is on none of them. */
  const isGone = (arn: string, resource: string): boolean => {
    // The pattern of a mapping: no list holds it, and it names whom it likes.
    if (/[*?]/.test(arn)) return false;
    const found = asked.get(withoutPath(foldArn(arn)));
    if (found !== undefined) return found === "gone";
    const isRole = /^(?:assumed-)?role\//.test(resource);
    const list = resource.startsWith("user/") ? users.rows : isRole ? roles.rows : null;
    return list !== null && !isCut;
  };
  const ofRole = (arn: string, role: IamRole, session: string | null): Subject => ({
    ...partsOf(arn),
    kind: roleKind(role),
    role,
    session,
  });
  return (arn: string): Subject => {
    const parts = partsOf(arn);
    const resource = parseArn(arn)?.resource ?? "";
    if (parts.account !== facts.account || parts.partition !== facts.partition)
      return { ...parts, kind: "other-account" };
    if (resource === "root") return { ...parts, kind: "root" };
    // Names are unique in an account whatever the path: UserGuide/reference_identifiers.html
    const [, kind, named] = NAMED.exec(resource) ?? [];
    const user = kind === "user" ? userByName.get(named ?? "") : undefined;
    if (user) return { ...parts, kind: "user", user };
    const role = kind === "role" ? roleByName.get(named ?? "") : undefined;
    if (role) return ofRole(arn, role, null);
    const [, name, session] = SESSION.exec(resource) ?? [];
    const ofSession = name === undefined ? undefined : roleByName.get(name);
    if (ofSession && session !== undefined) return ofRole(arn, ofSession, session);
    return { ...parts, kind: isGone(arn, resource) ? "gone" : "not-read" };
  };
};
