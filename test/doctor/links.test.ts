// What doctor says of any link that AWS refused or did not answer about, and of what is gone.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { bucketLink, digestsLink, identityLink, trailLink } from "../../lib/doctor/account-links.ts";
import { awsPorts, type DoctorClients } from "../../lib/doctor/aws-ports.ts";
import { clustersLink } from "../../lib/doctor/place-links.ts";
import {
  apiLink,
  deadLettersLink,
  listenersLink,
  queuesLink,
  tableLink,
} from "../../lib/doctor/stack-links.ts";

const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
const refused = { why: "AWS refused the question (AccessDenied)", permission: "x:Y" };
const silent = { why: "AWS did not answer: TimeoutError" };
const gone = { why: "AWS knows no such thing", missing: true as const };

const setUp = (arn: string) => `set up ${arn}`;

describe("a question that AWS refused or did not answer", () => {
  it("is unknown, and names the permission that is missing", () => {
    const links = [
      identityLink(refused),
      clustersLink(refused, [], setUp),
      trailLink(refused, cluster),
      digestsLink(refused, cluster),
      bucketLink("b", refused),
      queuesLink({ detect: refused }),
      deadLettersLink({ detect: { url: "u", answer: refused } }, "--table t"),
      listenersLink("topic", refused),
      apiLink("https://api", refused),
      tableLink("t", refused),
    ];
    expect(links.map(({ state }) => state)).toEqual(links.map(() => "unknown"));
    for (const { next } of links.slice(1)) expect(next).toBe("Allow x:Y to whoever runs this command.");
  });

  it.each([
    ["ExpiredToken", "", "Sign in again"],
    ["ExpiredTokenException", "", "Sign in again"],
    [
      "CredentialsProviderError",
      "Token is expired. To refresh this SSO session run aws sso login",
      "Sign in again",
    ],
    ["CredentialsProviderError", "Could not load credentials from any providers", "Sign in, or"],
    ["InvalidClientTokenId", "", "Check AWS_PROFILE"],
    ["SignatureDoesNotMatch", "", "this machine's clock"],
  ])("is mended by the caller's credentials and by nothing else after %s %s", async (name, message, next) => {
    const sts = { send: () => Promise.reject(Object.assign(new Error(message), { name })) };
    const link = identityLink(await awsPorts({ sts } as unknown as DoctorClients).identity());
    expect(link).toMatchObject({ state: "unknown", next: expect.stringContaining(next) });
  });

  it("is no fault of the link where nobody answered", () => {
    expect(queuesLink({ detect: silent })).toMatchObject({
      state: "unknown",
      next: "Run this command again in a minute.",
    });
  });
});

describe("what is gone", () => {
  it("is broken", () => {
    expect(bucketLink("b", gone)).toMatchObject({ state: "broken", says: "there is no bucket b" });
    expect(queuesLink({ detect: gone })).toMatchObject({
      state: "broken",
      says: "the queue of detect is gone",
    });
    expect(listenersLink("t", gone).state).toBe("broken");
    expect(deadLettersLink({ plan: { url: "u", answer: gone } }, "").state).toBe("broken");
  });
});
