// What the policies of the facts say on one cluster, ready to be weighed: policies parsed once, identities found by ARN.
import { sha256 } from "../history/chunk.ts";
import { relevantStatements } from "./applies.ts";
import { attachedPolicies } from "./attached.ts";
import { type ClusterAccess, type IamFacts, iamRows } from "./facts.ts";
import { subjectFinder } from "./find-subject.ts";
import { clusterParts } from "./iam-file.ts";
import type { KnownContext } from "./known-context.ts";
import type { ConnectAction, Weight } from "./may-connect.ts";
import { type KeyValue, keyValue, type Request } from "./request.ts";
import { isRole, type Subject } from "./subject.ts";
import { policyReader, type Reader, weighCluster, weighPolicy } from "./weigh-policies.ts";

/** Whether a session of the role may bring tags: any Allow of sts:TagSession, or a trust policy that is not understood. */
const mayTag = (reader: Reader, subject: Subject): boolean => {
  if (!isRole(subject)) return false;
  const trust = reader.read(subject.role.trust, "trust");
  return (
    trust.problem !== null ||
    relevantStatements(trust, "sts:tagsession", "*").some(({ effect }) => effect !== "Deny")
  );
};

/** What is asked for: connecting, or changing what policies may decide by. */
type Action = ConnectAction | "TagResource" | "UntagResource";

export type PlainEvaluator = {
  readonly reader: Reader;
  /** The cluster's own policy. */
  readonly policy: ClusterAccess["policy"];
  readonly subjectOf: (arn: string) => Subject;
  /** The statements that may be about the request, of each wall. */
  readonly weightOf: (subject: Subject, action: Action, context: KnownContext) => Weight;
  /** What the facts tell of a condition key in a request of the subject's. */
  readonly keyOf: (subject: Subject, key: string) => KeyValue;
  /** Names all that the verdict on the subject's own policies rests on: the same digest, the same verdict. */
  readonly digestOf: (subject: Subject) => string;
};

const DIGEST_CHARS = 16;

/** The order in which lists were read counts for nothing, as it does where they are stored. */
const digest = (...lists: readonly (readonly unknown[])[]): string =>
  sha256(JSON.stringify(lists.map((list) => list.map((one) => JSON.stringify(one)).sort()))).slice(
    0,
    DIGEST_CHARS,
  );

/**
 * `cluster`: one of the ARNs in the part `clusters`. `isCut`: the lists of identities end too early. Pure; the same facts
 * weigh the same. AuditError("usage") as clusterParts.
 */
export const plainEvaluator = (facts: IamFacts, cluster: string, isCut = false): PlainEvaluator => {
  const { account, region } = clusterParts(cluster);
  const clusters = iamRows(facts, "clusters");
  const access = clusters.rows?.find(({ arn }) => arn === cluster);
  const why = clusters.rows ? "the cluster is not among what was read" : clusters.reason;
  const unread = { status: "unreadable", reason: why, code: null } as const;
  const policy = access?.policy ?? unread;
  const tags = access?.tags ?? unread;
  const reader = policyReader(cluster);
  const policiesOf = attachedPolicies(facts);
  const requestOf = (subject: Subject, action: Action, context: KnownContext): Request => ({
    subject,
    action: `dsql:${action.toLowerCase()}`,
    cluster,
    region,
    account,
    clusterTags: tags.status === "read" ? tags.rows : null,
    unreadTags: tags.status === "read" ? "" : tags.reason,
    maySessionTag: mayTag(reader, subject),
    context,
  });
  return {
    reader,
    policy,
    subjectOf: subjectFinder(facts, isCut),
    digestOf: (subject) => {
      const { identity, boundary } = policiesOf(subject);
      const own = subject.kind === "user" ? subject.user : isRole(subject) ? subject.role : null;
      return digest(
        [cluster, own?.id, isRole(subject) ? subject.role.trust : ""],
        identity.map(({ name, source, document }) => [name, source, document]),
        boundary ? [[boundary.name, boundary.document]] : [],
        (own?.tags ?? []).map(({ key, value }) => [key, value]),
        tags.status === "read" ? tags.rows.map(({ key, value }) => [key, value]) : ["not read"],
      );
    },
    keyOf: (subject, key) => keyValue(requestOf(subject, "DbConnect", new Map()), key),
    weightOf: (subject, action, context) => {
      const request = requestOf(subject, action, context);
      const { identity, boundary } = policiesOf(subject);
      return {
        identity: identity.flatMap((one) => weighPolicy(reader, request, one)),
        boundary: boundary && { policy: boundary.name, statements: weighPolicy(reader, request, boundary) },
        cluster: weighCluster(reader, request, policy),
      };
    },
  };
};
