// Verifies the presigned request that DSQL takes as a password. Written from the specification of Signature Version 4
// and not on top of the SDK, so that the official signer is tested against something other than itself.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Credential } from "./credentials.ts";

/** What the token says of itself, believed or not: records of refused attempts need it. */
export type Claim = {
  readonly accessKeyId?: string;
  readonly credential?: Credential;
  readonly action?: string;
  readonly host?: string;
};
export type Verdict =
  | { readonly ok: true; readonly claim: Claim; readonly credential: Credential; readonly action: string }
  | { readonly ok: false; readonly claim: Claim; readonly hint: string; readonly errorCode: string };

export type TokenRules = {
  /** The database user of the startup message: `admin` needs DbConnectAdmin, all others DbConnect. */
  readonly user: string;
  readonly hosts: readonly string[];
  readonly region: string;
  readonly credentialOf: (accessKeyId: string) => Credential | undefined;
  /** Epoch milliseconds, the real clock. */
  readonly now: number;
};

const longestLifeS = 604_800;
const clockSkewMs = 300_000;
const badSignature = "The request signature we calculated does not match the signature you provided.";
const invalidToken = "The security token included in the request is invalid.";

/** Checks signature, host, Region, times, credentials and action, in the order in which a reader wants to hear of them. */
export const verifyToken = (token: string, rules: TokenRules): Verdict => {
  const url = URL.parse(`https://${token}`);
  const query = url?.searchParams;
  const field = (name: string) => query?.get(name) ?? "";
  const [accessKeyId = "", date = "", region = "", service = "", end = ""] =
    field("X-Amz-Credential").split("/");
  const credential = rules.credentialOf(accessKeyId);
  const claim: Claim = {
    ...(accessKeyId && { accessKeyId }),
    ...(credential && { credential }),
    ...(field("Action") && { action: field("Action") }),
    ...(url?.host && { host: url.host }),
  };
  const no = (errorCode: string, hint: string): Verdict => ({ ok: false, claim, hint, errorCode });

  const stamp = field("X-Amz-Date");
  const signedAt = parseStamp(stamp);
  const signature = field("X-Amz-Signature");
  const complete = accessKeyId && signedAt !== undefined && signature;
  if (!url || !complete || field("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") {
    return no("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  if (!credential) return no("UnrecognizedClientException", invalidToken);

  const lifeS = Number(field("X-Amz-Expires"));
  if (!(lifeS >= 1 && lifeS <= longestLifeS)) {
    return no("InvalidSignatureException", `X-Amz-Expires must be between 1 and ${longestLifeS} seconds`);
  }
  const endsAt = signedAt + lifeS * 1000;
  if (rules.now > endsAt) {
    const hint = `Signature expired: ${formatStamp(endsAt)} is now earlier than ${formatStamp(rules.now)}`;
    return no("ExpiredTokenException", hint);
  }
  if (signedAt > rules.now + clockSkewMs) {
    const hint = `Signature not yet current: ${stamp} is still later than ${formatStamp(rules.now + clockSkewMs)}`;
    return no("InvalidSignatureException", hint);
  }
  const scope = [date, region, service, end].join("/");
  if (scope !== [stamp.slice(0, 8), rules.region, "dsql", "aws4_request"].join("/")) {
    const hint = `Credential should be scoped to a valid region and service: ${rules.region}/dsql`;
    return no("InvalidSignatureException", hint);
  }
  if (!rules.hosts.includes(url.host)) return no("InvalidSignatureException", badSignature);
  if (!sameBytes(signature, sign(url, { stamp, scope, secret: credential.secretAccessKey }))) {
    return no("InvalidSignatureException", badSignature);
  }
  if ((credential.sessionToken ?? "") !== field("X-Amz-Security-Token")) {
    return no("UnrecognizedClientException", invalidToken);
  }
  if (credential.expiresAt !== undefined && credential.expiresAt <= rules.now) {
    return no("ExpiredTokenException", "The security token included in the request is expired");
  }
  const action = field("Action");
  if (action !== (rules.user === "admin" ? "DbConnectAdmin" : "DbConnect")) {
    return no("AccessDenied", `Wrong user to action mapping. user: ${rules.user}, action: ${action}`);
  }
  return { ok: true, claim, credential, action };
};

/** Only the host is signed as a header, and the body is empty; the order of the parameters does not matter. */
const sign = (
  url: URL,
  { stamp, scope, secret }: { stamp: string; scope: string; secret: string },
): Buffer => {
  const parameters = [...url.searchParams]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const request = ["GET", url.pathname, parameters, `host:${url.host}`, "", "host", sha256("")].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, ["AWS4-HMAC-SHA256", stamp, scope, sha256(request)].join("\n"));
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** RFC 3986, which leaves fewer characters alone than encodeURIComponent. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

const sameBytes = (hex: string, expected: Buffer): boolean => {
  const given = Buffer.from(hex, "hex");
  return given.length === expected.length && timingSafeEqual(given, expected);
};

const parseStamp = (text: string): number | undefined => {
  const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(text) ?? [];
  if (!day || !time) return undefined;
  const date = day.replace(/(....)(..)(..)/, "$1-$2-$3");
  const at = Date.parse(`${date}T${time.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`);
  return Number.isNaN(at) ? undefined : at;
};

const formatStamp = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
