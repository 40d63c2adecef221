// init: the file that it writes, what it refuses, and what it shows of AWS.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { documents } from "../../../cli/schemas/index.ts";
import { readParams } from "../../../deploy/params.ts";
import { EXAMPLE } from "../../../deploy/params-file.ts";
import { CLUSTER, startInitAccount, trail, whole } from "../../support/init-account.ts";
import { ACCOUNT, REGION } from "../../support/setup-account.ts";

const { account, root, file, written, init, reset, stop } = await startInitAccount();
beforeEach(reset);
afterAll(stop);

describe("init", () => {
  it("writes a file that a deployment takes, from options alone", async () => {
    const done = await init(
      ...whole,
      "--offline",
      "--dormant-days",
      "30",
      "--set",
      'archetypes={"r": "read-only"}',
    );
    expect([done.code, done.err]).toEqual([0, ""]);
    expect(written()).toMatchObject({
      ...{ region: REGION, alertEmail: "team@example.com", trailBucket: "trail-files", clusters: "auto" },
      ...{ dormantDays: "30", archetypes: '{"r":"read-only"}' },
    });
    expect(done.out).toContain("not asked: --offline");
  });

  it("takes the other ways out as options, and keeps them", async () => {
    const topic = `arn:aws:sns:${REGION}:${ACCOUNT}:chat`;
    await init(...whole, "--offline", "--security-hub", "on", "--chat-topic", topic);
    expect(written()).toMatchObject({ eventBus: "", securityHub: "on", chatTopic: topic });
    await init("--offline", "--yes", "--force", "--chat-topic", "");
    expect(written()).toMatchObject({ securityHub: "on", chatTopic: "" });
  });

  it("takes the one trail that records connects, with its prefix, and says what it could not see", async () => {
    account.trails = [trail("other", "other-files"), trail("main", "trail-files", true)];
    account.notifications = { "trail-files": "" };
    const done = await init("--region", REGION, "--email", "", "--json");
    const document = done.json() as { seen: { item: string; state: string; next: string | null }[] };
    expect(documents.get("init")?.safeParse(document).error).toBeUndefined();
    expect(written()).toMatchObject({ trailBucket: "trail-files", trailPrefix: "main/" });
    expect(document.seen.map(({ item, state }) => [item, state])).toEqual([
      ...[
        ["identity", "ok"],
        ["clusters", "ok"],
        ["trail files", "ok"],
        ["bucket events", "missing"],
      ],
    ]);
    expect(document.seen[3]?.next).toBe("npx dsql-audit deploy-check --stage prod");
    account.denied = ["cloudtrail:ListTrails"];
    const again = (await init("--yes", "--json")).json() as typeof document;
    expect(again.seen[2]).toMatchObject({ item: "trail files", state: "unknown" });
  });

  it("leaves prefix and key of a trail behind with it", async () => {
    const key = "arn:aws:kms:us-east-1:111122223333:key/k";
    const quiet = ["--offline", "--yes", "--force"];
    const own = ["--trail-bucket", "", "--create-trail"];
    await init(...whole, "--offline", "--trail-prefix", "main/", "--trail-key", key);
    await init(...quiet, "--email", "");
    expect(written()).toMatchObject({ trailPrefix: "main/", trailKeyArn: key });
    await init(...quiet, "--trail-bucket", "other-files");
    expect(written()).toMatchObject({ trailBucket: "other-files", trailPrefix: "", trailKeyArn: "" });
    await init(...quiet, "--trail-prefix", "main/", "--trail-key", key);
    await init(...quiet, ...own, "on");
    expect(written()).toMatchObject({ createTrail: "on", trailPrefix: "", trailKeyArn: "" });
    await init(...quiet, "--trail-key", key.replace("us-east-1", REGION));
    await init(...quiet, "--create-trail", "connects");
    expect(written()).toMatchObject({
      createTrail: "connects",
      trailKeyArn: key.replace("us-east-1", REGION),
    });
    await init(...quiet, ...own, "off");
    expect(written()).toMatchObject({ createTrail: "off", trailBucket: "", trailKeyArn: "" });
  });

  it("has a key of one's own looked at before the deployment that it could fail", async () => {
    const id = "5e1f7e3c-0000-4000-8000-000000000001";
    const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;
    const nextWith = async (arn: string) => {
      const done = await init(...whole, "--offline", "--force", "--json", "--kms-key", arn);
      return (done.json() as { next: string[] }).next;
    };
    const [deploy, check] = [
      "npx serverless deploy --stage prod",
      "npx dsql-audit deploy-check --stage prod",
    ];
    expect(await nextWith("")).toEqual([deploy, check]);
    expect(await nextWith(key)).toEqual([check, deploy, check]);
  });

  it("does not guess among several trails, nor an address, nor a Region", async () => {
    account.trails = [trail("a", "a-files"), trail("b", "b-files")];
    const several = await init("--region", REGION, "--email", "");
    expect(several).toMatchObject({
      code: 64,
      err: expect.stringContaining("several buckets: a-files, b-files"),
    });
    expect((await init("--region", REGION)).err).toContain("--email");
    expect((await init("--email", "")).err).toContain("--region");
    expect(existsSync(file)).toBe(false);
  });

  it("goes on without credentials, and says what it could not look at", async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    process.env.AWS_EC2_METADATA_DISABLED = "true";
    process.env.AWS_CONFIG_FILE = join(root, "none");
    process.env.AWS_SHARED_CREDENTIALS_FILE = join(root, "none");
    const before = account.calls.length;
    const done = await init(...whole, "--json");
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    expect(done.code).toBe(0);
    const { seen } = done.json() as { seen: { state: string; says: string; next: string | null }[] };
    expect(seen.map(({ state }) => state)).toEqual(["unknown", "unknown", "unknown"]);
    expect(seen[0]).toMatchObject({
      says: "there are no AWS credentials to ask with",
      next: "Sign in, or set AWS_PROFILE.",
    });
    expect(account.calls).toHaveLength(before);
    expect(written().trailBucket).toBe("trail-files");
  });

  it("names the clusters with a tag, and refuses those that nobody could watch", async () => {
    expect((await init(...whole, "--tag", "audit=yes")).code).toBe(0);
    expect(JSON.parse(written().clusters)).toEqual([
      { cluster: CLUSTER, endpoint: `abc.dsql.${REGION}.on.aws`, user: "dsql_auditor" },
    ]);
    const refused = async (...words: string[]) => (await init(...whole, "--force", ...words)).err;
    expect(await refused("--tag", "audit=no")).toContain("no cluster of this Region has the tag");
    expect(await refused("--clusters", `${CLUSTER}x`)).toContain(`AWS lists no cluster ${CLUSTER}x`);
    const foreign = CLUSTER.replace(ACCOUNT, "999988887777");
    expect(await refused("--clusters", foreign)).toContain(`clusters of ${ACCOUNT} alone`);
    const away = CLUSTER.replace(REGION, "us-east-1");
    expect(await refused("--clusters", away)).toContain(`clusters in ${REGION} alone`);
    expect(await refused("--clusters", "arn:aws:s3:::b")).toContain("is not the ARN of a cluster");
    const wider = ["--set", "regions=us-east-1", "--set", "memberAccounts=999988887777"];
    const all = ["--clusters", [CLUSTER, away, foreign].join(), ...wider];
    expect((await init(...whole, "--force", ...all)).code).toBe(0);
    expect(JSON.parse(written().clusters)).toMatchObject([
      { cluster: CLUSTER },
      { cluster: away, endpoint: "abc.dsql.us-east-1.on.aws" },
      { cluster: foreign },
    ]);
    account.iam.deny("dsql:GetCluster");
    expect(await refused("--tag", "audit")).toContain("did not say which tags");
    account.iam.deny("dsql:ListClusters");
    expect(await refused("--tag", "audit")).toContain("they are not known");
  });

  it("leaves a file that is there as it is, shows what would change, and keeps what it said", async () => {
    await init(...whole, "--offline", "--keep-days", "30");
    const before = readFileSync(file, "utf8");
    const refused = await init("--offline", "--email", "new@example.com");
    expect(refused.code).toBe(64);
    expect(refused.err).toContain('- alertEmail: "team@example.com"\n  + alertEmail: "new@example.com"');
    expect(readFileSync(file, "utf8")).toBe(before);
    const forced = await init("--offline", "--email", "new@example.com", "--force");
    expect(forced).toMatchObject({ code: 0, err: expect.stringContaining("+ alertEmail") });
    expect(written()).toMatchObject({ alertEmail: "new@example.com", keepDays: "30" });
    expect((await init("--offline", "--yes")).out).toContain("nothing was written");
  });

  it("leaves a file that cannot be used as it is, also with --force: what it says would be lost", async () => {
    await init(...whole, "--offline", "--set", 'archetypes={"reporting":"read-only"}');
    const text = readFileSync(file, "utf8").replace("dormantDays: 90", "dormantDays: ninety");
    writeFileSync(file, text);
    for (const more of [["--force"], ["--force", "--yes"], ["--dry-run"]])
      expect(await init(...whole, "--offline", "--dormant-days", "90", ...more)).toMatchObject({
        ...{ code: 1, out: "" },
        err: expect.stringMatching(/params\.\w+\.yml cannot be used: dormantDays .*\n.*would be lost/),
      });
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("prints the file where it is only to be looked at", async () => {
    const done = await init(...whole, "--offline", "--dry-run");
    expect(readParams(done.out)).toHaveProperty("params.trailBucket", "trail-files");
    expect(existsSync(file)).toBe(false);
    rmSync(join(root, EXAMPLE));
    expect((await init(...whole, "--offline")).err).toContain("a deployment is made from a checkout");
  });

  it.each([
    [
      ["--email", "a@example.com\nkeepDays: 1"],
      "alertEmail holds a character that cannot be seen, or a line break",
    ],
    [["--email", "a b@example.com"], "alertEmail is empty or one email address"],
    [["--email", 'a"@example.com'], "alertEmail is empty or one email address"],
    [["--email", "a@example.com,b@example.com"], "alertEmail is empty or one email address"],
    [["--trail-bucket", "arn:aws:s3:::b"], "trailBucket is empty or the name of a bucket, not its ARN"],
    [["--trail-prefix", "a\u2028b/"], "trailPrefix holds a character that cannot be seen, or a line break"],
    [["--trail-key", "key"], "trailKeyArn is empty or the ARN of a KMS key"],
    [["--auditor-user", "admin"], "auditorUser is a database role of the auditor's own, never admin"],
    [["--auditor-user", "x".repeat(64)], "auditorUser is longer than 63 bytes"],
    [["--keep-days", "1 # x"], "keepDays is a number from 1 on"],
    [["--event-bus", "findings"], "eventBus is empty or the ARN of an event bus"],
    [["--chat-topic", "findings"], "chatTopic is empty or the ARN of an SNS topic"],
    [["--security-hub", "yes"], "Allowed choices are on, off"],
    [["--log-level", "debug"], "Allowed choices are DEBUG, INFO, WARN, ERROR"],
    [["--set", "keepDays=0x1F"], "keepDays"],
    [["--set", "nothing=1"], "sets no parameter"],
    [["--set", "__proto__=1"], "sets no parameter"],
    [["--set", "detectorOptions={]"], "detectorOptions is not JSON"],
    [
      ["--existing-table", "arn:aws:dynamodb:x"],
      "existingTable is empty or the name of a table, not its ARN",
    ],
    [["--kms-key", "alias/audit"], "with its id: neither an alias nor the id alone\n  Correct --kms-key."],
    [
      ["--kms-key", "arn:aws:kms:ap-south-1:111122223333:key/5e1f7e3c-0000-4000-8000-000000000001"],
      "kmsKeyArn is a key in ap-south-1, and the auditor runs in",
    ],
    [["--region", "eu-central-1\n"], "region"],
    [["--stage", "../../x"], "is no stage of a deployment"],
  ])("refuses %j by name, and writes nothing", async (words, says) => {
    const done = await init(...whole, "--offline", ...words);
    expect(done).toMatchObject({ code: 64, err: expect.stringContaining(says) });
    expect(existsSync(file)).toBe(false);
  });
});
