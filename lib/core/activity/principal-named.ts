// Whom a person means by a principal's name, as people and our own tables write it.

import { AuditError } from "../../errors.ts";
import { parseArn } from "../base/arn.ts";
import { withoutPath } from "../base/ids.ts";
import { byText } from "../base/sorted.ts";
import { principalName } from "../base/visible-text.ts";

const MOST_SHOWN = 5;

/** Whether somebody is written by an ARN, which names one principal whoever is known. */
export const isArn = (text: string): boolean => parseArn(text) !== undefined;

/** A user, a role, the root user, one session of a role, a federated user; names hold no wildcard and no space. */
const IAM_PRINCIPAL = /^arn:[\w-]+:iam::\d{12}:(?:root|(?:role|user)\/(?:[^\s*?]*\/)?[^\s*?/]+)$/;
const STS_PRINCIPAL =
  /^arn:[\w-]+:sts::\d{12}:(?:assumed-role\/[^\s*?/]+\/[^\s*?/]+|federated-user\/[^\s*?/]+)$/;

/**
 * The ARN of an IAM principal as it was given. AuditError("usage") for what can be none and is none of `known`: nobody has
 * such an ARN, so that every answer about it would be a sure "no".
 */
export const checkedPrincipal = (principal: string, known: readonly string[] = []): string => {
  if (IAM_PRINCIPAL.test(principal) || STS_PRINCIPAL.test(principal) || known.includes(principal))
    return principal;
  throw new AuditError(
    "usage",
    `${JSON.stringify(principal.slice(0, 200))} is not the ARN of an IAM principal`,
    {
      hint: "Write arn:aws:iam::ACCOUNT:role/NAME, …:user/NAME, …:root, or arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION.",
    },
  );
};

/** "OrdersApi", "role/service/OrdersApi" and what tables show of it; of a session's ARN nothing but itself. */
const isCalled = (principal: string, name: string): boolean => {
  if (principal === name || principalName(principal) === name) return true;
  const { service, resource = "" } = parseArn(principal) ?? {};
  return service === "iam" && (resource === name || resource.endsWith(`/${name}`));
};

/** Those among `known` that are called so, each once: an ARN and the same without its path are one. */
export const principalsNamed = (name: string, known: Iterable<string>): string[] => {
  const found = new Map<string, string>();
  for (const principal of known)
    if (isCalled(principal, name)) {
      const key = withoutPath(principal);
      const before = found.get(key);
      // The one with its path says more.
      if (before === undefined || before.length < principal.length) found.set(key, principal);
    }
  return [...found.values()].sort(byText);
};

/** What one among `known` is called who would be meant in another case; undefined: nobody. */
export const principalAlike = (name: string, known: Iterable<string>): string | undefined => {
  const wanted = name.toLowerCase();
  for (const principal of known) {
    const shown = principalName(principal);
    if (shown.toLowerCase() === wanted) return shown;
  }
  return undefined;
};

/**
 * An ARN as it is; else the one principal among `known` that is called so. AuditError("not-found") where none is, "usage" where
 * several are, and as `checkedPrincipal`.
 */
export const principalNamed = (asked: string, known: readonly string[]): string => {
  if (isArn(asked)) return checkedPrincipal(asked, known);
  const found = principalsNamed(asked, known);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const name = JSON.stringify(asked.slice(0, 200));
  if (only === undefined) {
    const alike = principalAlike(asked, known);
    throw new AuditError("not-found", `no principal is known by the name ${name}`, {
      hint: alike
        ? `There is ${alike}: names keep their case.`
        : "Give its IAM ARN, or its name as it is listed: arn:aws:iam::ACCOUNT:role/NAME, or NAME.",
    });
  }
  const more = found.length > MOST_SHOWN ? `, and ${found.length - MOST_SHOWN} more` : "";
  throw new AuditError("usage", `${found.length} principals are called ${name}`, {
    hint: `Give the ARN of one: ${found.slice(0, MOST_SHOWN).join(", ")}${more}`,
  });
};
