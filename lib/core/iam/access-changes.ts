// Whose way in changed from one snapshot to the next: the verdicts at both, compared for the principals that a change concerns.
import { withoutPath } from "../base/ids.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { iamRows } from "../catalog/iam-facts.ts";
import type { IamChange } from "../history/iam-change.ts";
import type { ConnectAction } from "./may-connect.ts";
import { type WaysIn, waysIn } from "./ways-in.ts";

type Facts = Pick<Catalog, "iam" | "cluster">;

/** What an identity holds of others: managed policies, its boundary, its groups. */
type Held = { readonly policies: ReadonlySet<string>; readonly groups: ReadonlySet<string> };

const heldBy = ({ iam }: Facts, principal: string): Held => {
  const bare = withoutPath(principal);
  const rows = iam
    ? [...(iamRows(iam, "users").rows ?? []), ...(iamRows(iam, "roles").rows ?? [])].filter(
        ({ arn }) => withoutPath(arn) === bare,
      )
    : [];
  const names = rows.flatMap((row) => ("groups" in row ? row.groups : []));
  const groups = ((iam && iamRows(iam, "groups").rows) || []).filter(({ name }) => names.includes(name));
  return {
    policies: new Set([
      ...rows.flatMap(({ attached, boundary }) => [...attached, ...(boundary === null ? [] : [boundary])]),
      ...groups.flatMap(({ attached }) => attached),
    ]),
    groups: new Set(groups.map(({ arn }) => arn)),
  };
};

/**
 * Whether a change between the two bears on the principal: on itself, on a policy or a group that it has or had, on the
 * policy of the cluster, or on what can be read at all.
 */
export const concernsPrincipal = (
  before: Facts,
  after: Facts,
  principal: string,
): ((change: IamChange) => boolean) => {
  const bare = withoutPath(principal);
  const held = [heldBy(before, principal), heldBy(after, principal)];
  return ({ what, arn }) => {
    if (arn === null || what === "cluster-policy" || what === "unreadable" || what === "readable")
      return true;
    if (what === "managed") return held.some(({ policies }) => policies.has(arn));
    return withoutPath(arn) === bare || held.some(({ groups }) => groups.has(arn));
  };
};

/** Whether it can bear on somebody whom it does not name. */
const isOfMany = ({ what, part, arn }: IamChange): boolean =>
  arn === null ||
  part === "clusters" ||
  part === "groups" ||
  part === "managedPolicies" ||
  what === "managed";

/** The principals whose verdicts the changes can have moved, of all that there were before or are now. */
const movedBy = (changes: readonly IamChange[], ways: readonly WaysIn[]): string[] =>
  changes.some(isOfMany)
    ? [...new Set(ways.flatMap((one) => one.principals()))].sort()
    : [...new Set(changes.flatMap(({ arn }) => (arn === null ? [] : [arn])))].sort();

/**
 * Changes of what IAM and the cluster's policy say, one for each principal and action. What could not be read is "unknown"
 * and never "denied". `of`: these principals; undefined: all that the changes can have moved.
 */
export const accessChanges = (
  before: Facts,
  after: Facts,
  changes: readonly IamChange[],
  { of, actions }: { readonly of?: readonly string[]; readonly actions: readonly ConnectAction[] },
): IamChange[] => {
  const [was, is] = [waysIn(before, null), waysIn(after, null)];
  return (of ?? movedBy(changes, [was, is])).flatMap((arn) =>
    actions.flatMap((action): IamChange[] => {
      const [old, now] = [was, is].map((ways) => ways.of(arn, action)?.row.verdict ?? "unknown");
      if (old === undefined || now === undefined || old === now) return [];
      const name = `dsql:${action}`;
      return [{ kind: "iam", what: "access", part: null, arn, name, before: old, after: now }];
    }),
  );
};
