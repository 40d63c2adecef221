// What has to become of identities in IAM for a finding to end, where its remedy lies there.
import { ADMIN } from "../../activity/admin-logins.ts";
import { administrators } from "../../findings/administrators.ts";
import type { Observation } from "../../findings/finding.ts";
import type { IamView } from "../../findings/view-iam.ts";
import type { IamWish } from "./iam-plan.ts";

export type Remedy = {
  readonly wishes: readonly IamWish[];
  /** Nothing in the database has to change: the finding's own words are no step. */
  readonly inIamAlone: boolean;
  /** What has to be known, or chosen, before it is run. */
  readonly says: readonly string[];
};

const NONE: Remedy = { wishes: [], inIamAlone: false, says: [] };

/** Ids of the keys that a finding names in its evidence. */
const keysIn = (evidence: Observation["evidence"]): readonly string[] => {
  const { keys } = evidence;
  return Array.isArray(keys)
    ? keys.flatMap((key: unknown) =>
        typeof key === "object" && key !== null && "id" in key && typeof key.id === "string" ? [key.id] : [],
      )
    : [];
};

const nameIn = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

const shutFromAdmin = (principal: string): IamWish => ({
  ...{ wants: "shut-out", principal, action: "DbConnectAdmin" },
});

const onAdmin = (principal: string | undefined, iam: IamView, auditor: string | null): Remedy => {
  if (principal !== undefined) return { wishes: [shutFromAdmin(principal)], inIamAlone: true, says: [] };
  const { may, unknown } = administrators(iam, auditor) ?? { may: [], unknown: 1 };
  return {
    wishes: [...may.map(shutFromAdmin), ...(unknown ? [{ wants: "look", about: unknown } as const] : [])],
    inIamAlone: true,
    says: [
      "Afterwards the root user alone may connect as admin. Leave out the steps of whoever is to keep it for emergencies, and exempt the finding.",
    ],
  };
};

/** What a finding needs in IAM, from what the snapshot holds of IAM. `auditor`: the principal that is never shut out. */
export const remedyInIam = (
  {
    detector,
    subject,
    evidence,
    grants = [],
  }: Pick<Observation, "detector" | "subject" | "evidence" | "grants">,
  iam: IamView,
  auditor: string | null,
): Remedy => {
  const { principal } = subject;
  switch (detector) {
    case "permission-without-mapping":
      return principal === undefined
        ? NONE
        : {
            wishes: [{ wants: "shut-out", principal, action: "DbConnect" }],
            inIamAlone: true,
            says: ["Or map it to the role that it is meant to have: AWS IAM GRANT role TO 'arn'."],
          };
    case "undeclared-admin":
      // Where one policy makes many of them administrators, the finding counts them together.
      return {
        wishes: (principal === undefined ? grants : [principal]).map(shutFromAdmin),
        inIamAlone: principal !== undefined || grants.length > 0,
        says: ["Or declare who is to be admin in access.yml."],
      };
    case "dormant-role":
      return subject.role === ADMIN ? onAdmin(principal, iam, auditor) : NONE;
    case "long-lived-key":
      return {
        wishes:
          principal === undefined
            ? []
            : keysIn(evidence).map((id) => ({ wants: "key-off", user: nameIn(principal), id })),
        inIamAlone: true,
        says: ["Map an IAM role in its place where something still uses the key."],
      };
    case "orphan-mapping":
      return principal === undefined
        ? NONE
        : { wishes: [{ wants: "forget", principal }], inIamAlone: false, says: [] };
    case "mapping-without-permission":
      return {
        ...NONE,
        says: ["Or keep the mapping, and let IAM allow dsql:DbConnect: then the finding ends as well."],
      };
    case "rebound-role":
      return {
        ...NONE,
        says: [
          "The mapping is revoked and not granted again: a new AWS IAM GRANT would let in whoever made the identity anew. Grant it when you know who that was.",
        ],
      };
    default:
      return NONE;
  }
};
