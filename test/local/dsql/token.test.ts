import { DsqlSigner } from "@aws-sdk/dsql-signer";
import fc from "fast-check";
import { expect, it } from "vitest";
import { verifyToken } from "../../../local/dsql/token.ts";
import { roleSession } from "../../support/stand-in.ts";

const credential = { ...roleSession("App"), secretAccessKey: "wJalr/XUtn+FEMI K7MDENG" };
const host = "abcdefghij1234567890klmnop.dsql.us-east-1.on.aws";
const rules = (now = Date.now()) => ({
  ...{ user: "app", hosts: [host], region: "us-east-1", now },
  credentialOf: (id: string) => (id === "ASIAAPP" ? credential : undefined),
});
const sign = (sessionToken = "session token of App") =>
  new DsqlSigner({
    hostname: host,
    region: "us-east-1",
    credentials: { accessKeyId: "ASIAAPP", secretAccessKey: credential.secretAccessKey, sessionToken },
  }).getDbConnectAuthToken();

it("takes what the official signer makes, until its very last second", async () => {
  const token = await sign();
  const signedAt = Math.floor(Date.now() / 1000) * 1000;
  expect(verifyToken(token, rules())).toMatchObject({
    ok: true,
    action: "DbConnect",
    claim: { accessKeyId: "ASIAAPP", host },
  });
  expect(verifyToken(token, rules(signedAt + 899_000)).ok).toBe(true);
  expect(verifyToken(token, rules(signedAt + 902_000))).toMatchObject({
    ok: false,
    errorCode: "ExpiredTokenException",
  });
});

it("takes the parameters in any order", async () => {
  const [start = "", query = ""] = (await sign()).split("?");
  expect(verifyToken(`${start}?${query.split("&").reverse().join("&")}`, rules()).ok).toBe(true);
});

it("refuses a token in which any one character was changed", async () => {
  const token = await sign();
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom("a", "0", "Z", "&", "=", "/"), (at, char) => {
      const changed = token.slice(0, at) + char + token.slice(at + 1);
      const same = new URL(`https://${changed}`).href === new URL(`https://${token}`).href; // a host's case does not count
      expect(verifyToken(changed, rules()).ok).toBe(same);
    }),
    { numRuns: 500 },
  );
});

it("never throws, whatever it is given", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
      expect(verifyToken(text, rules())).toMatchObject({ ok: false, hint: "Missing Authentication Token" });
    }),
    { numRuns: 30 },
  );
});
