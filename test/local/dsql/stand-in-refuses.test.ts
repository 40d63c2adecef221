import { describe, expect, it, vi } from "vitest";
import { roleArn, roleSession, testCluster } from "../../support/stand-in.ts";
import { admin, deniedWith, orders, standInWithOrders } from "../../support/stand-in-orders.ts";

const shared = standInWithOrders();

describe("a client that may not come in is refused for", () => {
  const refusals: [string, Parameters<typeof shared.connect>[0], string | RegExp][] = [
    [
      "a wrong signature",
      { ...orders, secretAccessKey: "guessed" },
      /signature we calculated does not match/,
    ],
    [
      "an unknown key",
      { ...orders, accessKeyId: "ASIANOBODY" },
      "The security token included in the request is invalid.",
    ],
    [
      "another session token",
      { ...orders, sessionToken: "other" },
      "The security token included in the request is invalid.",
    ],
    [
      "a token for another host",
      { ...orders, signedHost: "zzz.dsql.us-east-1.on.aws" },
      /signature we calculated does not match/,
    ],
    ["a token for another Region", { ...orders, signedRegion: "eu-west-1" }, /scoped to a valid region/],
    ["a plain password", { ...orders, config: { password: "hunter2" } }, "Missing Authentication Token"],
    [
      "DbConnectAdmin as a role",
      { ...orders, action: "DbConnectAdmin" },
      "Wrong user to action mapping. user: orders, action: DbConnectAdmin",
    ],
    [
      "DbConnect as admin",
      { ...admin, action: "DbConnect" },
      "Wrong user to action mapping. user: admin, action: DbConnect",
    ],
    [
      "an action that IAM does not allow",
      { ...orders, user: "admin" },
      `User: arn:aws:sts::111122223333:assumed-role/Orders/test is not authorized to perform: dsql:DbConnectAdmin on resource: arn:aws:dsql:us-east-1:111122223333:cluster/${testCluster.clusterId}`,
    ],
    [
      "a role that it is not mapped to",
      { ...admin, user: "orders" },
      'IAM authentication failed for user "orders"',
    ],
    [
      "a role that does not exist",
      { ...orders, user: "nobody" },
      'IAM authentication failed for user "nobody"',
    ],
  ];
  it.each(refusals)("%s", async (_name, login, hint) => {
    await expect(shared.connect(login)).rejects.toMatchObject(deniedWith(hint));
    expect(shared.attempts).toHaveLength(1);
    const record = shared.attempts[0]?.record;
    expect(shared.attempts[0]?.allowed).toBe(false);
    expect(record).toMatchObject({
      errorCode: expect.any(String),
      errorMessage: typeof hint === "string" ? hint : expect.stringMatching(hint),
    });
  });

  it("an expired token, by the real clock", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 20 * 60_000 });
    const password = await shared.token(orders).finally(() => vi.useRealTimers());
    const login = { ...orders, config: { password } };
    await expect(shared.connect(login)).rejects.toMatchObject(
      deniedWith(/^Signature expired: \d{8}T\d{6}Z is now earlier than /),
    );
  });

  it("a token of the future", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 20 * 60_000 });
    const password = await shared.token(orders).finally(() => vi.useRealTimers());
    await expect(shared.connect({ ...orders, config: { password } })).rejects.toMatchObject(
      deniedWith(/^Signature not yet current/),
    );
  });

  it("credentials that expired before the token", async () => {
    shared.addKey("ASIAOLD", { ...roleSession("service/Orders"), expiresAt: Date.now() - 1000 });
    await expect(shared.connect({ ...orders, accessKeyId: "ASIAOLD" })).rejects.toMatchObject(
      deniedWith(/is expired$/),
    );
  });

  it("credentials that were taken away", async () => {
    shared.addKey("ASIAGONE", roleSession("service/Orders"));
    const login = { ...orders, accessKeyId: "ASIAGONE" };
    await (await shared.connect(login)).query("select 1");
    shared.running().removeCredential("ASIAGONE");
    await expect(shared.connect(login)).rejects.toMatchObject(
      deniedWith(/token included in the request is invalid/),
    );
  });

  it("having no SNI", async () => {
    const { ca } = shared.running().dial;
    const login = { ...orders, config: { ssl: { ca, checkServerIdentity: () => undefined } } };
    await expect(shared.connect(login)).rejects.toMatchObject({
      severity: "FATAL",
      code: "08006",
      message: "unable to accept connection, sni was not received",
    });
    expect(shared.attempts).toMatchObject([
      { allowed: false, record: { userIdentity: { type: "Unknown" } } },
    ]);
  });

  it("asking for another cluster by SNI", async () => {
    const { ca } = shared.running().dial;
    const ssl = { ca, servername: "zzz.dsql.us-east-1.on.aws", checkServerIdentity: () => undefined };
    await expect(shared.connect({ ...orders, config: { ssl } })).rejects.toMatchObject(
      deniedWith(/no cluster answers/),
    );
  });

  it("speaking no TLS", async () => {
    await expect(shared.connect({ ...orders, config: { ssl: false } })).rejects.toMatchObject({
      code: "08006",
      message: "unable to accept connection, SSL is required",
    });
    expect(shared.attempts).toMatchObject([{ allowed: false, record: { eventName: "DbConnect" } }]);
  });

  it("a startup parameter that DSQL does not know", async () => {
    const refused = {
      severity: "FATAL",
      code: "0A000",
      message: 'setting configuration parameter "statement_timeout" not supported',
    };
    await expect(shared.connect({ ...orders, config: { statement_timeout: 1000 } })).rejects.toMatchObject(
      refused,
    );
    await expect(
      shared.connect({ ...orders, config: { options: "-c statement_timeout=1000" } }),
    ).rejects.toMatchObject(refused);
    const client = await shared.connect({
      ...orders,
      config: { options: `-c amzn-cluster-id=${testCluster.clusterId} -c search_path=x` },
    });
    expect((await client.query("show search_path")).rows).toEqual([{ search_path: "x" }]);
  });

  it("an IAM role that was replaced under its name, until the mapping is made again", async () => {
    const arn = roleArn("Replaced");
    shared.addKey("ASIAREPLACED", roleSession("Replaced"));
    const login = { user: "replaced", accessKeyId: "ASIAREPLACED" };
    await shared.asAdmin("CREATE ROLE replaced WITH LOGIN");
    await shared.asAdmin(`AWS IAM GRANT replaced TO '${arn}'`);
    await (await shared.connect(login)).query("select 1");
    shared.addKey("ASIAREPLACED", roleSession("Replaced", { principalId: "AROANEW" }));
    await expect(shared.connect(login)).rejects.toMatchObject(deniedWith(/IAM authentication failed/));
    await shared.asAdmin(`AWS IAM REVOKE replaced FROM '${arn}'`);
    await expect(shared.connect(login)).rejects.toMatchObject(deniedWith(/IAM authentication failed/));
    await shared.asAdmin(`AWS IAM GRANT replaced TO '${arn}'`);
    await (await shared.connect(login)).query("select 1");
    await shared.asAdmin("ALTER ROLE replaced NOLOGIN");
    await expect(shared.connect(login)).rejects.toMatchObject(deniedWith(/IAM authentication failed/));
  });

  it("a certificate that it does not trust, by itself", async () => {
    await expect(
      shared.connect({ ...orders, config: { ssl: { servername: shared.running().host } } }),
    ).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    expect(shared.attempts).toEqual([]);
  });
});
