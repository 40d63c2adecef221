// What is told of IAM between two snapshots, and what is not told because nobody can know it.
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import type { AccessKey, ClusterAccess, IamFacts } from "../../../lib/core/catalog/iam-facts.ts";
import { carryKnown, type KnownCatalog } from "../../../lib/core/catalog/known-catalog.ts";
import { recordChanges } from "../../../lib/core/history/change-log.ts";
import { diffCatalogs } from "../../../lib/core/history/diff.ts";
import { changeText } from "../../../lib/wording/change-text.ts";
import { catalog } from "../../support/catalogs.ts";
import { allow, CLUSTER_ARN, iamFacts, iamRole, iamUser, roleArn, userArn } from "../../support/iam.ts";

const withIam = (iam?: IamFacts): Catalog => ({ ...catalog({}), ...(iam && { iam }) });
const told = (a: KnownCatalog, b: KnownCatalog): string[] => diffCatalogs(a, b).map(changeText);
const between = (a?: IamFacts, b?: IamFacts): string[] => told(withIam(a), withIam(b));

const POLICY = "arn:aws:iam::111122223333:policy/Connect";
const cluster = (policy: string | null, over: Partial<ClusterAccess> = {}): ClusterAccess => ({
  arn: CLUSTER_ARN,
  region: "us-east-1",
  policy: { status: "read", rows: policy === null ? [] : [{ document: policy, version: "1" }] },
  tags: { status: "read", rows: [] },
  ...over,
});
const key = (id: string, active = true): AccessKey => ({
  id,
  active,
  createdAt: 1,
  lastUsedAt: null,
  lastUsedService: null,
});

describe("changes in IAM", () => {
  it("tells what came, went and was made again under its old name", () => {
    expect(
      between(
        iamFacts({ roles: [iamRole("Gone"), iamRole("Same")], users: [iamUser("Kim")] }),
        iamFacts({ roles: [iamRole("New"), iamRole("Same", { id: "AROA2" })], users: [iamUser("Kim")] }),
      ),
    ).toEqual([
      "IAM role Gone was deleted (AROAGONE)",
      "IAM role New was created (AROANEW)",
      "IAM role Same was deleted and made again: its unique ID went from AROASAME to AROA2",
    ]);
  });

  it("tells policies, groups, boundaries, tags and trust of an identity that stayed", () => {
    const before = iamFacts({
      roles: [iamRole("App", { attached: [POLICY], trust: "a", inline: [{ name: "x", document: "1" }] })],
      users: [iamUser("Kim", { groups: ["Readers"], tags: [{ key: "team", value: "a" }] })],
    });
    const after = iamFacts({
      roles: [
        iamRole("App", {
          trust: "b",
          boundary: POLICY,
          inline: [
            { name: "x", document: "2" },
            { name: "y", document: "1" },
          ],
        }),
      ],
      users: [iamUser("Kim", { groups: ["Writers"], tags: [{ key: "team", value: "b" }] })],
    });
    expect(between(before, after)).toEqual([
      "IAM user Kim left group Readers",
      "IAM user Kim joined group Writers",
      'IAM user Kim: tag team went from "a" to "b"',
      "policy Connect was detached from IAM role App",
      "inline policy x was changed in IAM role App",
      "inline policy y was added to IAM role App",
      "IAM role App: its permissions boundary is policy Connect",
      "IAM role App: its trust policy, which says who may assume it, was changed",
    ]);
  });

  it("tells a managed policy's new text, a cluster's policy and tags, and keys", () => {
    const managed = (document: string) => [{ arn: POLICY, name: "Connect", version: "v1", document }];
    const keys = (...rows: AccessKey[]) => [{ arn: userArn("Kim"), keys: { status: "read" as const, rows } }];
    const before = iamFacts({
      managedPolicies: managed(allow("dsql:*")),
      clusters: [cluster(null)],
      accessKeys: keys(key("AKIA1")),
    });
    const after = iamFacts({
      managedPolicies: managed(allow("s3:*")),
      clusters: [cluster("{}", { tags: { status: "read", rows: [{ key: "env", value: "prod" }] } })],
      accessKeys: keys(key("AKIA1", false), key("AKIA2")),
    });
    expect(between(before, after)).toEqual([
      "policy Connect has another text",
      "access key AKIA1 of IAM user Kim is inactive",
      "access key AKIA2 of IAM user Kim was created",
      `the cluster ${CLUSTER_ARN} was given a policy`,
      `${CLUSTER_ARN}: tag env went from not set to "prod"`,
    ]);
  });

  it("takes a policy whose text was not read between two reads neither for lost nor for gained", () => {
    const managed = (document: string | null) =>
      iamFacts({ managedPolicies: [{ arn: POLICY, name: "Connect", version: "v1", document }] });
    expect(between(managed(allow("dsql:*")), managed(null))).toEqual([
      `the text of ${POLICY} could no longer be read: its text was not in the answer`,
    ]);
    expect(between(managed(null), managed(allow("dsql:*")))).toEqual([
      `the text of ${POLICY} could be read again; whether it changed meanwhile is not known`,
    ]);
    const refused = cluster(null, { policy: { status: "unreadable", reason: "access denied", code: null } });
    const [readable, blind] = [cluster("{}"), refused].map((one) => iamFacts({ clusters: [one] }));
    expect(between(readable, blind)).toEqual([
      `the policy of ${CLUSTER_ARN} could no longer be read: access denied`,
    ]);
    expect(between(blind, readable)).toEqual([
      `the policy of ${CLUSTER_ARN} could be read again; whether it changed meanwhile is not known`,
    ]);
  });

  it("tells that the peers of a cluster could no longer be read, or again", () => {
    const [known, blind] = [{}, { peersUnread: "access denied" }].map((more) =>
      iamFacts({ clusters: [cluster("{}", more)] }),
    );
    expect(between(known, blind)).toEqual([
      `the peers of ${CLUSTER_ARN} could no longer be read: access denied`,
    ]);
    expect(between(blind, known)).toEqual([
      `the peers of ${CLUSTER_ARN} could be read again; whether it changed meanwhile is not known`,
    ]);
  });

  it("says nothing of last uses", () => {
    const used = (lastUsedAt: number) =>
      iamFacts({ roleUses: [{ arn: roleArn("App"), lastUsedAt, region: null }] });
    expect(between(used(1), used(2))).toEqual([]);
  });

  it("says nothing of what was there before IAM was read", () => {
    expect(between(undefined, iamFacts({ roles: [iamRole("App")] }))).toEqual([
      "IAM was read for the first time",
    ]);
    expect(between(iamFacts({ roles: [iamRole("App")] }), undefined)).toEqual([
      "IAM could no longer be read: it was not asked",
    ]);
  });

  it("bridges a stretch in which a part could not be read, and dates what changed from its beginning", () => {
    const first = withIam(iamFacts({ roles: [iamRole("App")] }));
    const blind = carryKnown(first, { at: 10, seq: 1 }, withIam(iamFacts({ roles: "access denied" })));
    const seeing = withIam(iamFacts({ roles: [] }));
    expect(told(first, blind)).toEqual(["the IAM roles could no longer be read: access denied"]);
    expect(told(blind, seeing)).toEqual([
      "the IAM roles could be read again",
      "IAM role App was deleted (AROAAPP)",
    ]);
    const recorded = recordChanges(
      diffCatalogs(blind, seeing),
      blind,
      { at: 20, seq: 2 },
      { at: 30, seq: 3 },
    );
    expect(recorded.map(({ fromSeq }) => fromSeq)).toEqual([2, 1]);
  });

  it("tells an identity behind a mapping only where the account's own lists do not", () => {
    const identities = (id: string | null) => [
      id === null
        ? { arn: roleArn("App"), status: "gone" as const }
        : {
            arn: roleArn("App"),
            status: "exists" as const,
            kind: "role" as const,
            id,
            actualArn: roleArn("App"),
            createdAt: 1,
            lastUsedAt: null,
            boundary: null,
            tags: [],
          },
    ];
    expect(
      between(
        iamFacts({ roles: "access denied", identities: identities("AROA1") }),
        iamFacts({ roles: "access denied", identities: identities(null) }),
      ),
    ).toEqual(["IAM role App was deleted (AROA1)"]);
    expect(
      between(
        iamFacts({ roles: [iamRole("App")], identities: identities("AROAAPP") }),
        iamFacts({ roles: [], identities: identities(null) }),
      ),
    ).toEqual(["IAM role App was deleted (AROAAPP)"]);
  });

  it("does not take a policy that could not be read for one that is gone", () => {
    const unread = { status: "unreadable" as const, reason: "access denied", code: "AccessDenied" };
    expect(
      between(
        iamFacts({ clusters: [cluster("{}")] }),
        iamFacts({ clusters: [cluster(null, { policy: unread })] }),
      ),
    ).toEqual([`the policy of ${CLUSTER_ARN} could no longer be read: access denied`]);
  });
});
