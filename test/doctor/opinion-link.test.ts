// doctor's link "second opinion": over a real store, and a simulator that says what the test lets it say.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withOpinions } from "../../lib/core/iam/asked-identities.ts";
import type { IamFacts, Simulated } from "../../lib/core/iam/facts.ts";
import type { ConnectAction } from "../../lib/core/iam/may-connect.ts";
import { opinionsOn, secondOpinion } from "../../lib/core/iam/second-opinion.ts";
import { opinionLink } from "../../lib/doctor/opinion-link.ts";
import type { Simulate } from "../../lib/iam/simulate.ts";
import { openStore } from "../../lib/store/open-store.ts";
import { catalog, cluster, role } from "../support/catalogs.ts";
import { allow, iamFacts, policy, roleArn } from "../support/iam-facts.ts";
import { fillStore } from "../support/table.ts";

const T = Date.parse("2026-11-02T09:00:00Z");
const folder = mkdtempSync(join(tmpdir(), "opinion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const APP = roleArn("app");
const facts = (action = "dsql:DbConnect"): IamFacts =>
  iamFacts({ roles: { app: { policies: [policy(allow({ Action: action }))] } } }, cluster);
const saying =
  (connect: Simulated["decision"], missing: readonly string[] = []): Simulate =>
  async () => ({
    value: new Map<ConnectAction, Simulated>([
      ["DbConnect", { decision: connect, missing, inOrganization: null }],
      ["DbConnectAdmin", { decision: "denied", missing: [], inOrganization: null }],
    ]),
  });

let files = 0;
const linkOf = (
  held: IamFacts | undefined,
  simulate: Simulate,
  live: () => Promise<IamFacts> = async () => facts(),
) =>
  fillStore(join(folder, `${files++}.db`), async (table) => {
    const store = openStore(table, { now: () => T });
    const taken = catalog({
      roles: [role(10, "admin"), role(100, "reader")],
      mappings: [{ iamOid: 1, arn: APP, role: 100, roleName: "reader", grantor: 10 }],
    });
    await store.snapshots.save(cluster, { ...taken, ...(held && { iam: held }) }, T);
    return opinionLink(store, { simulate, readIam: live }, cluster, T);
  });

describe("the second opinion in doctor", () => {
  it("is ok where AWS says the same, and says of how many", async () => {
    expect(await linkOf(facts(), saying("allowed"))).toMatchObject({
      state: "ok",
      says: expect.stringContaining(
        "AWS's policy simulator, asked just now, agrees with the auditor about 1 identity, by the policies of 2026-11-02 09:00",
      ),
    });
  });

  it("is broken where it differs still when IAM is read anew, with both answers", async () => {
    expect(await linkOf(facts(), saying("denied"))).toEqual({
      link: "second opinion",
      state: "broken",
      says: `${APP}, dsql:DbConnect: allowed here, and denied by AWS's policy simulator, so one of the two is wrong. The verdict is unknown`,
      next: `npx dsql-audit who-may --live --cluster ${cluster} --principal ${APP}`,
    });
  });

  it("is not broken by policies that changed since the snapshot", async () => {
    const link = await linkOf(facts(), saying("denied"), async () => facts("s3:GetObject"));
    expect(link).toMatchObject({ state: "ok" });
  });

  it("is unknown where it differs and IAM cannot be read anew", async () => {
    const refused = { status: "unreadable", reason: "access denied", code: "AccessDenied" } as const;
    const link = await linkOf(facts(), saying("denied"), async () => ({
      ...facts(),
      parts: { ...facts().parts, roles: refused },
    }));
    expect(link).toMatchObject({ state: "unknown", says: expect.stringContaining("access denied") });
  });

  it("is unknown without the permission, and names it", async () => {
    const why = "AWS refused the question";
    const link = await linkOf(facts(), async () => ({ why, permission: "iam:SimulatePrincipalPolicy" }));
    expect(link).toMatchObject({
      state: "unknown",
      next: "Allow iam:SimulatePrincipalPolicy to whoever runs this command.",
    });
  });

  it("says what the snapshots' own asking has come to, and why it came to no more", async () => {
    const refused = { why: "no", permission: "iam:SimulatePrincipalPolicy", since: T };
    const held: IamFacts = { ...facts(), opinions: { cluster, identities: [], refused, waiting: 2 } };
    expect(await linkOf(held, saying("allowed"))).toMatchObject({
      state: "ok",
      says: expect.stringContaining(
        ". Snapshots ask for themselves: the newest holds no second opinion of AWS, and 2 identities are still to be asked about. AWS has not answered since 2026-11-02 09:00 UTC: the snapshot function lacks iam:SimulatePrincipalPolicy",
      ),
    });
  });

  it("compares by its own reading of the policies, whatever an earlier answer made of the verdict", async () => {
    const second = secondOpinion(facts(), cluster);
    const denied = { decision: "denied", missing: [], inOrganization: null } as const;
    const doubted = withOpinions(
      facts(),
      cluster,
      opinionsOn(second, APP, new Map([["DbConnect", denied]])),
      T,
    );
    expect(await linkOf(doubted, saying("denied"))).toMatchObject({ state: "broken" });
    expect(await linkOf(doubted, saying("allowed"))).toMatchObject({ state: "ok" });
  });

  it("is unknown where the snapshot holds nothing of IAM, or nobody to ask about", async () => {
    expect(await linkOf(undefined, saying("allowed"))).toMatchObject({ state: "unknown" });
    expect(await linkOf(iamFacts({}, cluster), saying("allowed"))).toMatchObject({ state: "unknown" });
  });
});
