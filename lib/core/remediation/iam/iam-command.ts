// The AWS CLI command of a change in IAM, as it is pasted. What no command can hold safely gets none.
// https://docs.aws.amazon.com/cli/latest/reference/iam/ and …/dsql/
import { parseArn } from "../../base/ids.ts";
import { shellOption, shellWord } from "../../base/shell-word.ts";
import { readJson } from "../../iam/strict-json.ts";
import type { Holder, IamChange } from "./iam-change.ts";

/** What IAM takes as the name of a user, role or policy: IAM/latest/APIReference/API_PutRolePolicy.html */
const NAME = /^[\w+=,.@-]{1,128}$/;
const POLICY_ARN = /^arn:[\w-]+:iam::(?:\d{12}|aws):policy\/[\x21-\x7e]{1,512}$/;
const KEY_ID = /^\w{1,128}$/;
const VERSION = /^[\w-]{1,64}$/;
const CLUSTER_ID = /^[a-z0-9]{1,64}$/i;
const REGION = /^[a-z0-9-]{1,32}$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

/** JSON of nothing but printable ASCII, on one line: nothing in it can hide, and a shell reads it back byte for byte. */
const plainJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** The document as it was written where that can be pasted, else the same said otherwise; undefined: it is no JSON. */
const documentWord = (document: string): string | undefined => {
  const { value, problem } = readJson(document);
  if (problem !== null || typeof value !== "object") return undefined;
  return shellWord(PRINTABLE.test(document) ? document : plainJson(value));
};

const ofHolder = ({ kind, name }: Holder): string | undefined =>
  NAME.test(name) ? shellOption(`--${kind}-name`, name) : undefined;

const joined = (...parts: readonly (string | undefined)[]): string | undefined =>
  parts.includes(undefined) ? undefined : parts.filter((part) => part !== "").join(" ");

const namedPolicy = (policy: string): string | undefined =>
  NAME.test(policy) ? shellOption("--policy-name", policy) : undefined;

const ofCluster = (cluster: string, version: string | null): string | undefined => {
  const { region = "", resource = "" } = parseArn(cluster) ?? {};
  const id = resource.slice(resource.lastIndexOf("/") + 1);
  if (!REGION.test(region) || !CLUSTER_ID.test(id)) return undefined;
  const expected =
    version !== null && VERSION.test(version) ? ` ${shellOption("--expected-policy-version", version)}` : "";
  return `--region ${region} --identifier ${id}${expected}`;
};

/** One command; undefined: a name or a document there cannot stand in one. */
export const iamCommand = (change: IamChange): string | undefined => {
  switch (change.does) {
    case "put-inline": {
      const { holder, policy } = change;
      const document = documentWord(change.document);
      return joined(
        `aws iam put-${holder.kind}-policy`,
        ofHolder(holder),
        namedPolicy(policy),
        document && `--policy-document ${document}`,
      );
    }
    case "delete-inline":
      return joined(
        `aws iam delete-${change.holder.kind}-policy`,
        ofHolder(change.holder),
        namedPolicy(change.policy),
      );
    case "attach":
    case "detach":
      return joined(
        `aws iam ${change.does}-${change.holder.kind}-policy`,
        ofHolder(change.holder),
        POLICY_ARN.test(change.policyArn) ? shellOption("--policy-arn", change.policyArn) : undefined,
      );
    case "key":
      return joined(
        "aws iam update-access-key",
        ofHolder({ kind: "user", name: change.user }),
        KEY_ID.test(change.id) ? `--access-key-id ${change.id}` : undefined,
        `--status ${change.active ? "Active" : "Inactive"}`,
      );
    case "put-cluster-policy": {
      const document = documentWord(change.document);
      return joined(
        "aws dsql put-cluster-policy",
        ofCluster(change.cluster, change.version),
        document && `--policy ${document}`,
      );
    }
    case "delete-cluster-policy":
      return joined("aws dsql delete-cluster-policy", ofCluster(change.cluster, change.version));
    default:
      return change satisfies never;
  }
};
