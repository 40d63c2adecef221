// Logins to a DSQL cluster: signed token, verified TLS, the cluster's host kept whatever is dialled. Against the stand-in.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { regionOfEndpoint } from "../../lib/core/base/cluster-host.ts";
import type { DsqlTarget } from "../../lib/dsql/connect.ts";
import { readCatalog } from "../../lib/dsql/read-catalog.ts";
import { roleArn, roleSession, sharedStandIn, testCluster } from "../support/stand-in.ts";

const shared = sharedStandIn();
const ports = { random: () => 0, sleep: async () => {} };
const signAs = (accessKeyId: string, path: string): void => {
  const session = roleSession(path);
  shared.addKey(accessKeyId, session);
  vi.stubEnv("AWS_ACCESS_KEY_ID", accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", session.secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", session.sessionToken ?? "");
};
const target = (user: string, more: Partial<DsqlTarget> = {}): DsqlTarget => {
  const { host, dial } = shared.running();
  return { kind: "dsql", endpoint: host, user, dial, ...more };
};

beforeEach(() => signAs("ASIAAUDITOR", "Auditor"));
afterEach(() => vi.unstubAllEnvs());

describe("a DSQL cluster", () => {
  it("is read as admin and as a mapped role, mappings and all", async () => {
    await shared.asAdmin("create role auditor with login");
    await shared.asAdmin(`aws iam grant auditor to '${roleArn("Auditor")}'`);
    for (const user of ["admin", "auditor"]) {
      const { sections, cluster } = await readCatalog(target(user), ports);
      expect(sections.mappings).toMatchObject({
        status: "read",
        rows: [{ arn: roleArn("Auditor"), roleName: "auditor" }],
      });
      expect(Object.values(sections).map(({ status }) => status)).toEqual(
        Array.from({ length: 10 }, () => "read"),
      );
      expect(sections.schemas).toMatchObject({ rows: [{ name: "public" }] });
      expect(cluster).toContain(testCluster.clusterId);
    }
  });

  it("that refuses says why, by the server's hint, and is not asked again", async () => {
    const fault = await readCatalog(target("nobody"), ports).catch((e: unknown) => e);
    expect(fault).toMatchObject({ code: "connect", cause: { code: "08006" } });
    expect(String(fault)).toContain("Hint: ");
    expect(shared.attempts).toHaveLength(1);
  });

  it("is not believed without its certificate", async () => {
    const { dial } = shared.running();
    const fault = await readCatalog(
      target("admin", { dial: { host: dial.host, port: dial.port } }),
      ports,
    ).catch((e: unknown) => e);
    expect(fault).toMatchObject({ code: "connect", hint: expect.stringContaining("--ca FILE") });
  });

  it("is not believed under another name", async () => {
    const endpoint = "another.dsql.us-east-1.on.aws";
    await expect(readCatalog(target("admin", { endpoint }), ports)).rejects.toMatchObject({
      code: "connect",
    });
  });

  it("is reached through a name to dial, too, with the cluster's own SNI", async () => {
    const { dial } = shared.running();
    const named = { ...dial, host: "localhost" };
    expect((await readCatalog(target("admin", { dial: named }), ports)).sections.roles.status).toBe("read");
  });

  it("needs a Region that is told or can be read from its host", async () => {
    expect(regionOfEndpoint("abc.dsql.eu-west-1.on.aws")).toBe("eu-west-1");
    expect(regionOfEndpoint("abc.dsql-fnh4.us-east-2.on.aws")).toBe("us-east-2");
    const endpoint = "db.example.com";
    await expect(readCatalog(target("admin", { endpoint }), ports)).rejects.toMatchObject({ code: "usage" });
  });
});
