// `who-may --live`: IAM as it is now by the real clients, and AWS's second opinion on it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { WhoMayRow } from "../../../lib/queries/who-may.ts";
import { type LocalIam, startIam } from "../../../local/aws/iam-api.ts";
import { cliIn } from "../../support/cli.ts";
import { ACCOUNT, allow, IAM_CLUSTER, policy, roleArn } from "../../support/iam-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "who-may-live-"));
const cli = cliIn(
  () => folder,
  () => Date.UTC(2026, 10, 28),
);
const live = ["who-may", "--live", "--cluster", IAM_CLUSTER];
let iam: LocalIam;

beforeAll(async () => {
  iam = await startIam({ account: ACCOUNT });
  const document = policy(allow()) as object;
  iam.put({ kind: "role", name: "ops", id: "AROAOPS", createdAt: 0, inline: [{ name: "all", document }] });
  iam.putCluster({ arn: IAM_CLUSTER });
  vi.stubEnv("AWS_ENDPOINT_URL_IAM", iam.endpoint);
  vi.stubEnv("AWS_ENDPOINT_URL_DSQL", iam.endpoint);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
});
afterEach(() => iam.deny());
afterAll(async () => {
  vi.unstubAllEnvs();
  await iam.stop();
  rmSync(folder, { recursive: true, force: true });
});

const simulate = (connect: "allowed" | "implicitDeny"): void =>
  iam.putSimulations(
    { principal: roleArn("ops"), action: "dsql:DbConnect", decision: connect },
    { principal: roleArn("ops"), action: "dsql:DbConnectAdmin", decision: "allowed" },
  );
const verdicts = (rows: unknown): string[] =>
  (rows as WhoMayRow[]).flatMap(({ principal, action, verdict }) =>
    principal === roleArn("ops") ? [`${action} ${verdict}`] : [],
  );

describe("who-may --live", () => {
  it("needs no store beside the cluster's ARN, and says who was asked about", async () => {
    simulate("allowed");
    const { code, out } = await cli(live);
    expect(code).toBe(0);
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      "IAM as it is now, read as you. AWS's policy simulator was asked about 1 identity.",
    );
    expect(verdicts((await cli([...live, "--json"])).json())).toEqual(["connect allowed", "admin allowed"]);
  });

  it("knows nothing of a principal where AWS's simulator says something else", async () => {
    simulate("implicitDeny");
    const rows = (await cli([...live, "--principal", roleArn("ops"), "--json"])).json();
    expect(verdicts(rows)).toEqual(["connect unknown", "admin allowed"]);
    expect((rows as WhoMayRow[])[0]).toMatchObject({
      because: [],
      reasons: [
        "its own policies: allowed here, and denied by AWS's policy simulator, so one of the two is wrong",
      ],
      secondOpinion: { own: "allowed", simulator: "denied", state: "differs" },
    });
  });

  it("says beside its own verdict that the organisation refuses it", async () => {
    const inOrganization = false;
    for (const action of ["dsql:DbConnect", "dsql:DbConnectAdmin"])
      iam.putSimulations({ principal: roleArn("ops"), action, decision: "implicitDeny", inOrganization });
    const rows = (await cli([...live, "--principal", roleArn("ops"), "--json"])).json() as WhoMayRow[];
    expect(verdicts(rows)).toEqual(["connect allowed", "admin allowed"]);
    expect(rows[0]?.reasons).toEqual([
      "By AWS's policy simulator an organisation policy (SCP) refuses it, which the auditor does not read.",
    ]);
  });

  it("keeps its own verdict without the permission, and names what is missing", async () => {
    iam.deny("iam:SimulatePrincipalPolicy");
    const { out, err } = await cli([...live, "--json"]);
    expect(verdicts(JSON.parse(out))).toEqual(["connect allowed", "admin allowed"]);
    expect(err).toContain("There is no second opinion: whoever runs this lacks iam:SimulatePrincipalPolicy.");
  });

  it("says that there may be more ways in where nobody can tell its peers in other Regions", async () => {
    iam.deny("dsql:GetCluster");
    const { err } = await cli(live);
    expect(err).toContain(
      "unknown: peers in other Regions could not be read: access denied: the auditor's role lacks dsql:GetCluster",
    );
  });

  it("is refused beside a time or a file", async () => {
    for (const more of [
      ["--at", "24h"],
      ["--iam", "f.json"],
    ])
      expect(await cli([...live, ...more])).toMatchObject({ code: 64 });
  });
});
