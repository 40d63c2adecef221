// Who may connect as admin by IAM: it needs no mapping, so that the database does not know.
import { withoutPath } from "../base/ids.ts";
import type { IamView } from "./view-iam.ts";

export type Administrators = {
  /** ARNs of those who may, on conditions perhaps, in a Region of the cluster. */
  readonly may: readonly string[];
  /** Of how many it is not known; what could not be read at all counts as one. */
  readonly unknown: number;
};

/**
 * Users and roles that IAM lets connect as admin. The root user always may and is not among them, nor is the `auditor`.
 * null: the snapshot holds nothing to judge by.
 */
export const administrators = (iam: IamView, auditor: string | null): Administrators | null => {
  const who = iam.who();
  if (!who) return null;
  const spared = auditor === null ? null : withoutPath(auditor);
  const may: string[] = [];
  let unknown = who.unread.length ? 1 : 0;
  for (const principal of who.principals) {
    const rows = iam.mayOf(principal, "DbConnectAdmin");
    if (rows[0]?.kind === "root" || withoutPath(principal) === spared) continue;
    if (rows.some(({ verdict }) => verdict === "allowed" || verdict === "conditional")) may.push(principal);
    else if (rows.some(({ verdict }) => verdict === "unknown")) unknown += 1;
  }
  return { may, unknown };
};
