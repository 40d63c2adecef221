// What a proposed policy would have made of connections that there were, by what a network tells of a request.
import { describe, expect, it } from "vitest";
import { noFacts, type PastUse, type Proposal, tryPolicy } from "../../../lib/core/iam/try-policy.ts";
import { allow, deny, everybody, IAM_CLUSTER, iamFacts, policy, roleArn } from "../../support/iam-facts.ts";

const use = (network: string, more: Partial<PastUse> = {}): PastUse => ({
  principal: roleArn("app"),
  action: "DbConnect",
  network,
  connections: 3,
  ...more,
});
const onCluster = (...statements: readonly unknown[]): Proposal => ({
  kind: "cluster",
  document: JSON.stringify(policy(...statements)),
});
const unless = (Condition: object): Proposal => onCluster(deny({ ...everybody, Sid: "Fence", Condition }));
const facts = iamFacts({ roles: { app: { policies: [policy(allow())] }, bare: {} } });
const verdicts = (proposal: Proposal, ...networks: readonly string[]) => {
  const { of } = tryPolicy(facts, IAM_CLUSTER, proposal);
  return networks.map((network) => of(use(network)).verdict);
};

const INTERNET = "203.0.113.0/24";
const ENDPOINT = "vpce-0a1b";
const PRIVATE = "10.1.2.0/24";

describe("a cluster policy that is tried", () => {
  it("refuses by VPC what came from the internet, and says where it cannot tell", () => {
    const vpcOnly = unless({ Null: { "aws:SourceVpc": "true" } });
    expect(verdicts(vpcOnly, INTERNET, "2001:db8:1::/48", ENDPOINT, PRIVATE, "unknown", "…")).toEqual([
      "denied",
      "denied",
      "allowed",
      "conditional",
      "conditional",
      "conditional",
    ]);
  });

  it("knows endpoints by their id, and of the VPC behind one only that there is one", () => {
    expect(verdicts(unless({ StringNotEquals: { "aws:SourceVpce": ENDPOINT } }), ENDPOINT, "vpce-9")).toEqual(
      ["allowed", "denied"],
    );
    expect(verdicts(unless({ StringNotEquals: { "aws:SourceVpc": "vpc-1" } }), ENDPOINT, INTERNET)).toEqual([
      "conditional",
      "denied",
    ]);
  });

  it("compares ranges with the network that is known: within, outside, or partly", () => {
    const from = (range: string) => unless({ NotIpAddress: { "aws:SourceIp": range } });
    expect(verdicts(from("203.0.0.0/16"), INTERNET)).toEqual(["allowed"]);
    expect(verdicts(from("198.51.100.0/24"), INTERNET)).toEqual(["denied"]);
    expect(verdicts(from("203.0.113.0/28"), INTERNET)).toEqual(["conditional"]);
    expect(verdicts(from("2001:db8:1::9"), "2001:db8:1::/48", "2001:db8:2::/48", "2001:db9::/48")).toEqual([
      "unknown",
      "unknown",
      "denied",
    ]);
    expect(verdicts(from("203.0.0.0/16"), ENDPOINT)).toEqual(["denied"]);
  });

  it("names the statement that refuses and counts what it would have refused", () => {
    const { of } = tryPolicy(facts, IAM_CLUSTER, unless({ Null: { "aws:SourceVpc": "true" } }));
    expect(of(use(INTERNET))).toMatchObject({
      connections: 3,
      verdict: "denied",
      because: [{ policy: "cluster policy", sid: "Fence", effect: "Deny" }],
    });
  });

  it("takes who connected and is not known any more for let in by IAM", () => {
    const { of } = tryPolicy(noFacts(IAM_CLUSTER), IAM_CLUSTER, onCluster());
    expect(of(use(INTERNET)).verdict).toBe("allowed");
    const gone = tryPolicy(facts, IAM_CLUSTER, unless({ Null: { "aws:SourceVpc": "true" } }));
    expect(gone.of(use(ENDPOINT, { principal: roleArn("deleted") })).verdict).toBe("allowed");
    expect(gone.of(use(INTERNET, { principal: roleArn("deleted") })).verdict).toBe("denied");
  });

  it("refuses whom nothing but the old cluster policy can have let in", () => {
    const old = iamFacts({ roles: { bare: {} }, clusterPolicy: policy(allow({ Principal: "*" })) });
    const { of } = tryPolicy(old, IAM_CLUSTER, onCluster());
    expect(of(use(INTERNET, { principal: roleArn("bare") }))).toMatchObject({
      verdict: "denied",
      because: [],
    });
  });

  it("does not lay it at the proposal's door where the principal's own policies have changed since", () => {
    const { of } = tryPolicy(facts, IAM_CLUSTER, onCluster());
    const { verdict, reasons } = of(use(INTERNET, { principal: roleArn("bare") }));
    expect(verdict).toBe("unknown");
    expect(reasons.join()).toContain("changed since");
  });

  it("says nothing of connections whose records name nobody", () => {
    const { of } = tryPolicy(facts, IAM_CLUSTER, unless({ ArnNotLike: { "aws:PrincipalArn": "*" } }));
    for (const principal of ["unknown:others", "unknown:AssumedRole/AROA"])
      expect(of(use(INTERNET, { principal }))).toMatchObject({ verdict: "unknown" });
  });

  it("leaves it open by which VPC and from which address within its network somebody came", () => {
    for (const Condition of [
      { StringNotEquals: { "aws:SourceVpc": "vpc-1" } },
      { NotIpAddress: { "aws:VpcSourceIp": "10.1.2.3/32" } },
      { NotIpAddress: { "aws:SourceIp": "10.1.2.3/32" } },
    ])
      expect(verdicts(unless(Condition), PRIVATE, "unknown")).toEqual(["conditional", "conditional"]);
  });

  it("knows that every connection came by TLS", () => {
    expect(verdicts(unless({ Bool: { "aws:SecureTransport": "false" } }), INTERNET, ENDPOINT)).toEqual([
      "allowed",
      "allowed",
    ]);
  });

  it("never allows by a text that is no policy", () => {
    const { of } = tryPolicy(facts, IAM_CLUSTER, { kind: "cluster", document: "{" });
    expect(of(use(ENDPOINT)).verdict).toBe("unknown");
  });
});

describe("a policy of one principal that is tried", () => {
  const forApp = (...statements: readonly unknown[]): Proposal => ({
    kind: "identity",
    principal: roleArn("app"),
    document: JSON.stringify(policy(...statements)),
  });

  it("takes the place of all that it has", () => {
    const { of } = tryPolicy(facts, IAM_CLUSTER, forApp(allow({ Action: "dsql:DbConnect" })));
    expect(of(use(INTERNET)).verdict).toBe("allowed");
    expect(of(use(INTERNET, { action: "DbConnectAdmin" })).verdict).toBe("denied");
    expect(verdicts(forApp(), INTERNET)).toEqual(["denied"]);
  });

  it("stands beside what it has where it is added, and is tried on each where nobody is named", () => {
    const guard = policy(deny({ Action: "dsql:DbConnectAdmin" }));
    const added: Proposal = {
      kind: "identity",
      principal: null,
      document: JSON.stringify(guard),
      added: true,
    };
    const { of } = tryPolicy(facts, IAM_CLUSTER, added);
    expect(of(use(INTERNET)).verdict).toBe("allowed");
    expect(of(use(INTERNET, { action: "DbConnectAdmin" })).verdict).toBe("denied");
    expect(of(use(INTERNET, { principal: roleArn("bare") })).verdict).toBe("denied");
  });

  it("finds the principal whatever the path that it is named by", () => {
    const pathed = iamFacts({ roles: { app: { policies: [policy(allow())], path: "/service/" } } });
    const { of } = tryPolicy(pathed, IAM_CLUSTER, forApp());
    expect(of(use(INTERNET)).verdict).toBe("denied");
  });

  it("is unknown for who is not in the account, or not any more", () => {
    const anybody: Proposal = {
      kind: "identity",
      principal: null,
      document: JSON.stringify(policy(allow())),
    };
    for (const principal of [roleArn("deleted"), "arn:aws:iam::999900001111:role/app"])
      expect(tryPolicy(facts, IAM_CLUSTER, anybody).of(use(INTERNET, { principal })).verdict).toBe("unknown");
  });
});
