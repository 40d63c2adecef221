// Who asks to connect: a role, one session of it, a user, the root user, or an identity of another account.
import { parseArn } from "../base/ids.ts";
import type { IamRole, IamUser } from "./facts.ts";

type Of = { readonly arn: string; readonly account: string; readonly partition: string };

export type Subject =
  | (Of & { readonly kind: "user"; readonly user: IamUser })
  /** `session` null: any session of the role, as mappings name roles. */
  | (Of & {
      readonly kind: "role" | "service-linked-role";
      readonly role: IamRole;
      readonly session: string | null;
    })
  | (Of & { readonly kind: "root" })
  /** Of another account: what it may there is not known here. */
  | (Of & { readonly kind: "other-account" })
  /** The facts do not have it: `gone` where they would if there were such an identity. */
  | (Of & { readonly kind: "gone" | "not-read" });
export type SubjectKind = Subject["kind"];

export const isRole = (subject: Subject): subject is Extract<Subject, { role: IamRole }> =>
  subject.kind === "role" || subject.kind === "service-linked-role";

/** Whether its policies, its id and its boundary are known: it is one of the users and roles that were read. */
export const isRead = (subject: Subject): boolean => subject.kind === "user" || isRole(subject);

/**
 * The role that asks, by what its ARN says where it was not read; null: it is none. `session` null: any, or one that the ARN
 * does not tell.
 */
export const roleNamed = (
  subject: Subject,
): { readonly name: string; readonly session: string | null } | null => {
  if (isRole(subject)) return { name: subject.role.name, session: subject.session };
  const { service, resource = "" } = parseArn(subject.arn) ?? {};
  const [, role] = /^role\/(?:.*\/)?([^/]+)$/s.exec(service === "iam" ? resource : "") ?? [];
  if (role !== undefined) return { name: role, session: null };
  const [, name, session] = /^assumed-role\/([^/]+)\/(.+)$/s.exec(service === "sts" ? resource : "") ?? [];
  return name === undefined ? null : { name, session: session ?? null };
};

/** "aws-service-role" is the path that IAM keeps for them: UserGuide/id_roles_create-service-linked-role.html */
export const roleKind = ({ path, arn }: Pick<IamRole, "path" | "arn">): "role" | "service-linked-role" =>
  path.startsWith("/aws-service-role/") || arn.includes(":role/aws-service-role/")
    ? "service-linked-role"
    : "role";

export const partsOf = (arn: string): Of => {
  const parts = parseArn(arn);
  return { arn, account: parts?.account ?? "", partition: parts?.partition ?? "" };
};

export const boundaryOf = (subject: Subject): string | null =>
  subject.kind === "user" ? subject.user.boundary : isRole(subject) ? subject.role.boundary : null;

/** RoleId or UserId; null where it is not known. */
export const uniqueIdOf = (subject: Subject): string | null =>
  (subject.kind === "user" ? subject.user.id : isRole(subject) ? subject.role.id : "") || null;
