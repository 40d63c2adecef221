// IAM read by the real clients from the local IAM: whole, page by page, throttled, and with each call refused in turn.
import { describe, expect, it } from "vitest";
import { DAY } from "../../lib/core/base/time.ts";
import type { IamFacts } from "../../lib/core/catalog/iam-facts.ts";
import { whoMay } from "../../lib/core/iam/who-may.ts";
import { readIam } from "../../lib/iam/read-iam.ts";
import {
  ACCOUNT,
  allow,
  CLUSTER,
  CREATED,
  fill,
  role,
  rowsOf,
  start,
  USED,
} from "../support/read-iam-account.ts";

describe("reading IAM", () => {
  it("reads identities, policies, keys and the cluster's policy", async () => {
    const { iam, read } = await start();
    fill(iam);
    const kim = `arn:aws:iam::${ACCOUNT}:user/people/kim`;
    const facts = await read(role("service/OrdersApi"), kim);
    expect(rowsOf(facts, "identities")).toMatchObject([
      { arn: role("service/OrdersApi"), status: "exists", id: "AROAORDERS", lastUsedAt: USED - (USED % DAY) },
      { arn: kim, status: "exists", kind: "user", id: "AIDAKIM", tags: [{ key: "team", value: "data" }] },
    ]);
    expect(rowsOf(facts, "accessKeys")).toEqual([
      {
        arn: kim,
        keys: {
          status: "read",
          rows: [
            {
              id: "AKIAOLD",
              active: true,
              createdAt: CREATED,
              lastUsedAt: USED - (USED % DAY),
              lastUsedService: "dsql",
            },
            { id: "AKIANEW", active: false, createdAt: CREATED, lastUsedAt: null, lastUsedService: null },
          ],
        },
      },
    ]);
    expect(rowsOf(facts, "clusters")).toEqual([
      {
        arn: CLUSTER,
        region: "us-east-1",
        policy: {
          status: "read",
          rows: [{ document: JSON.stringify(allow("dsql:DbConnect")), version: "3" }],
        },
        tags: { status: "read", rows: [{ key: "env", value: "prod" }] },
      },
    ]);
    const judged = whoMay({ facts, cluster: CLUSTER });
    expect(judged.verdictOf(kim, "DbConnect").verdict).toBe("allowed");
    expect(judged.verdictOf(role("Builder"), "DbConnect").verdict).toBe("denied");
  });

  it("keeps the policies that bear on connecting, denials by NotAction too, and counts what it left out", async () => {
    const { iam, read } = await start();
    fill(iam);
    const facts = await read();
    expect(facts.leftOut).toEqual({ inline: 1, managed: 1 });
    expect(rowsOf(facts, "managedPolicies").map(({ name }) => name)).toEqual(["Connect"]);
    const [builder, orders] = rowsOf(facts, "roles");
    expect(builder?.inline.map(({ name }) => name)).toEqual(["all-but"]);
    expect(orders?.attached).toEqual([`arn:aws:iam::${ACCOUNT}:policy/Connect`]);
  });

  it("tells an identity that is gone, one that was made again, and those that cannot be asked for", async () => {
    const { iam, read } = await start();
    fill(iam);
    const other = "arn:aws:iam::999999999999:role/Other";
    const facts = await read(role("external/Gone"), other, "arn:aws:iam::111122223333:role/*", "nobody");
    expect(rowsOf(facts, "identities")).toEqual([
      expect.objectContaining({ arn: role("*"), status: "unreadable" }),
      { arn: role("external/Gone"), status: "gone" },
      expect.objectContaining({ arn: other, reason: expect.stringMatching(/^another account/) }),
      expect.objectContaining({ arn: "nobody", status: "unreadable" }),
    ]);
    // What the lists have is not asked for again; what they lack is, once.
    expect(iam.calls.filter((call) => call === "iam:GetRole")).toHaveLength(1);
  });

  it("puts the pages of a large account together", async () => {
    const { iam, read } = await start(7);
    fill(iam);
    for (let n = 0; n < 40; n += 1)
      iam.put({ kind: "role", name: `r${n}`, id: `AROA${n}`, createdAt: CREATED });
    const facts = await read();
    expect(rowsOf(facts, "roles")).toHaveLength(42);
    expect(rowsOf(facts, "managedPolicies")).toHaveLength(1);
    expect(iam.calls.filter((call) => call.startsWith("iam:GetAccount"))).toHaveLength(7);
  });

  it("goes on after a throttled call, and is content with what it has after too many", async () => {
    const { iam, read } = await start();
    fill(iam);
    iam.throttleNext("iam:GetAccountAuthorizationDetails", 2);
    expect((await read()).parts.roles.status).toBe("read");
    iam.throttleNext("iam:GetAccountAuthorizationDetails", 4);
    const facts = await read(role("service/OrdersApi"));
    expect(facts.parts.roles).toMatchObject({
      status: "unreadable",
      reason: expect.stringMatching(/throttled iam:GetAccountAuthorizationDetails/),
    });
    expect(rowsOf(facts, "identities")).toMatchObject([{ status: "exists", id: "AROAORDERS" }]);
  });

  it.for([
    ["iam:GetAccountAuthorizationDetails", (facts: IamFacts) => facts.parts.roles],
    ["iam:GetRole", (facts: IamFacts) => rowsOf(facts, "identities").find(({ arn }) => arn === role("Gone"))],
    ["iam:ListAccessKeys", (facts: IamFacts) => rowsOf(facts, "accessKeys")[0]?.keys],
    ["iam:GetAccessKeyLastUsed", (facts: IamFacts) => rowsOf(facts, "accessKeys")[0]?.keys],
    ["dsql:GetClusterPolicy", (facts: IamFacts) => rowsOf(facts, "clusters")[0]?.policy],
  ] as const)("without %s says so, and reads the rest", async ([action, part]) => {
    const { iam, read } = await start();
    fill(iam);
    iam.deny(action);
    const facts = await read(role("Gone"), `arn:aws:iam::${ACCOUNT}:user/people/kim`);
    expect(part(facts)).toMatchObject({
      status: "unreadable",
      reason: `access denied: the auditor's role lacks ${action}`,
      code: expect.stringMatching(/^AccessDenied/),
    });
    expect(JSON.stringify(facts).match(/lacks/g)).toHaveLength(
      action === "iam:GetAccountAuthorizationDetails" ? 5 : 1,
    );
  });

  it("reads nothing and says why where nothing may be read", async () => {
    const { iam, read } = await start();
    iam.deny(
      ...["GetAccountAuthorizationDetails", "GetRole", "GetUser", "ListAccessKeys"].map(
        (name) => `iam:${name}`,
      ),
      ...["GetCluster", "GetClusterPolicy", "ListTagsForResource"].map((name) => `dsql:${name}`),
    );
    const facts = await read(role("App"));
    expect(facts.parts.users.status).toBe("unreadable");
    expect(rowsOf(facts, "identities")).toMatchObject([{ status: "unreadable" }]);
    expect(whoMay({ facts, cluster: CLUSTER }).verdictOf(role("App"), "DbConnect").verdict).toBe("unknown");
  });

  it("says of identities and keys that they are not known where the mappings are not", async () => {
    const { clients } = await start();
    const facts = await readIam(clients, { cluster: CLUSTER, arns: null, now: () => 0 });
    expect(facts.parts.identities).toMatchObject({ status: "unreadable" });
    expect(facts.parts.accessKeys).toMatchObject({ status: "unreadable" });
  });

  it("stops asking when its time is over", async () => {
    const { iam, clients } = await start();
    fill(iam);
    let at = 0;
    const now = (): number => {
      at += 100_000;
      return at;
    };
    const facts = await readIam(clients, { cluster: CLUSTER, arns: [role("Gone")], now });
    expect(rowsOf(facts, "identities")).toMatchObject([{ reason: "iam:GetRole was not answered in time" }]);
  });
});
