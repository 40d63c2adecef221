// An Aurora DSQL cluster that is asked by its endpoint alone, without its ARN, as one begins: it is Aurora DSQL all the same.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { cliIn } from "../../support/cli.ts";
import { adminKey, roleArn, roleSession, sharedStandIn, testCluster } from "../../support/stand-in.ts";

const standIn = sharedStandIn();
let folder: string;
const cli = cliIn(
  () => folder,
  () => Date.now(),
);

const estate = [
  "create role app_owner", "create role x_readonly with login", "create role team", "create schema app",
  "grant app_owner to admin", "grant usage, create on schema app to app_owner", "grant usage on schema app to x_readonly",
  "begin", "set local role app_owner", "create table app.t (id int)", "commit",
  "begin", "set local role app_owner", "grant delete on app.t to x_readonly with grant option", "commit",
  "begin", "set local role app_owner", "alter default privileges in schema app grant insert on tables to x_readonly", "commit",
  "grant team to x_readonly", `aws iam grant x_readonly to '${roleArn("Reader")}'`,
]; // biome-ignore format: one glance

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "endpoint-"));
  writeFileSync(join(folder, "ca.pem"), standIn.running().dial.ca);
  const { secretAccessKey, sessionToken = "" } = roleSession("Admin");
  vi.stubEnv("AWS_ACCESS_KEY_ID", adminKey);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it("prints nothing that Aurora DSQL refuses, and takes admin for what it is there", async () => {
  const { host, dial } = standIn.running();
  const admin = await standIn.connect({ user: "admin", accessKeyId: adminKey });
  for (const sql of estate) await admin.query(sql);
  const at = ["--endpoint", host, "--user", "admin", "--dial", `${dial.host}:${dial.port}`, "--ca", "ca.pem"];
  const source = [...at, "--region", testCluster.region, "--no-iam"];
  for (const object of ["database postgres", "schema public"]) {
    const { out } = await cli(["explain", "team", "CREATE", object, ...source]);
    expect(out, object).toContain("-- Aurora DSQL grants nothing on");
    expect(out, object).not.toMatch(/^ *GRANT/m);
  }
  const scanned = await cli(["scan", ...source]);
  expect(scanned.code, scanned.err).toBe(0);
  const found = (await cli("findings --json")).json() as { title: string; fix?: string }[];
  expect(found.filter(({ title }) => title.startsWith("admin"))).toEqual([]);
  const fixes = found.flatMap(({ title, fix }) => (fix ? [{ title, fix }] : []));
  expect(fixes.length).toBeGreaterThan(2);
  for (const { title, fix } of fixes)
    for (const line of fix.split("\n").filter((one) => !one.startsWith("--")))
      await admin.query(line).catch((error: Error) => {
        throw new Error(`${title}\n${line}: ${error.message}`);
      });
  await cli(["scan", ...source]);
  const left = (await cli("findings --json")).json() as { title: string; status: string }[];
  const open = left.filter(({ status }) => status === "open");
  expect(open.filter(({ title }) => fixes.some((one) => one.title === title))).toEqual([]);
});
