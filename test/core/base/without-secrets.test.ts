// What opens something stays out of a log, however it is written; what helps to mend stays in it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutSecrets } from "../../../lib/core/base/without-secrets.ts";

const secret = fc
  .string({ unit: fc.constantFrom(..."ABCxyz0123456789+=_-"), minLength: 12, maxLength: 60 })
  .map((text) => `S3cr3t${text}`);
/** How a secret comes into the text of an error. */
const written = fc.constantFrom<(text: string) => string>(
  (s) => `connect postgres://me:${s}@db.example:5432/app failed`,
  (s) => `SecretAccessKey: ${s}`,
  (s) => `{"SecretAccessKey":"${s}","SessionToken" : "${s}"}`,
  (s) => `AWS_SECRET_ACCESS_KEY=${s} AWS_SESSION_TOKEN=${s} PGPASSWORD='${s} ${s}'`,
  (s) => `host:x\nx-amz-security-token:${s}\n`,
  (s) => `https://h/?Action=DbConnect&X-Amz-Credential=AKIA%2F${s}&X-Amz-Signature=${s}&X-Amz-Expires=900`,
  (s) => `X-Amz-Security-Token%3D${s}`,
  (s) => `Authorization: AWS4-HMAC-SHA256 Credential=AKIA/x, SignedHeaders=host, Signature=${s}`,
  (s) => `authorization: Bearer ${s}`,
  (s) => `ALTER ROLE x WITH PASSWORD '${s}''${s}'`,
  (s) => `{"password":{"value":"${s}"}}`,
  (s) => `password => "${s} ${s}"`,
  (s) => `{\\"token\\":\\"${s}\\"}`,
  (s) => `-----BEGIN RSA PRIVATE KEY-----\n${s}\n-----END RSA PRIVATE KEY-----`,
  (s) => `the token IQoJb3JpZ2luX2Vj${s.replaceAll("-", "")} has expired`,
);

describe("a text for a log", () => {
  it("holds no secret, whichever form it has and whatever stands around it", () => {
    fc.assert(
      fc.property(secret, written, fc.string({ maxLength: 20 }), (text, form, before) => {
        expect(withoutSecrets(`${before.replaceAll(/["']/g, "")} ${form(text)} and more`)).not.toMatch(
          /S3cr3t/,
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    "InvalidSignatureException: The request signature we calculated does not match the signature you provided",
    "ExpiredTokenException: The security token included in the request is expired",
    "CredentialsProviderError: Could not load credentials from any providers",
    "cannot connect to k7.dsql.us-east-1.on.aws:5432/postgres: access denied (08006). Hint: check the role",
    "User: arn:aws:iam::111122223333:role/x is not authorized to perform: kms:Decrypt",
    "https://sqs.us-east-1.amazonaws.com/111122223333/queue",
    "Unexpected token } in JSON at position 4",
  ])("keeps what tells the reason: %s", (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });

  it.each([
    "a",
    "password=",
    "://:",
    "a://b:",
    "token'",
    '"',
    "secret=[",
    "-----BEGIN PRIVATE KEY-----",
    "IQoJ",
  ])("is looked through once, however often %s stands in it", (part) => {
    const used = process.cpuUsage();
    withoutSecrets(part.repeat(20_000 / part.length));
    expect(process.cpuUsage(used).user / 1_000).toBeLessThan(300);
  });
});
