// The public keys that CloudTrail signs digest files with.
import { type CloudTrailClient, ListPublicKeysCommand } from "@aws-sdk/client-cloudtrail";
import { DAY } from "../core/base/time.ts";
import { isDenied } from "./aws-error-names.ts";
import { type PublicKeyPort, publicKeyOf } from "./digest-file.ts";

/**
 * ListPublicKeys of the digest's own Region, remembered: keys are few and live for months. Where AWS refuses to tell, the
 * key is not known, and what it signed proves nothing; what the network throws is thrown.
 */
export const publicKeyPort = (clientOf: (region: string | undefined) => CloudTrailClient): PublicKeyPort => {
  const keys = new Map<string, Uint8Array>();
  return async (fingerprint, at, region) => {
    if (!keys.has(fingerprint)) {
      const client = clientOf(region);
      let NextToken: string | undefined;
      do {
        const page = await client
          .send(
            new ListPublicKeysCommand({
              StartTime: new Date(at - DAY),
              EndTime: new Date(at + DAY),
              ...(NextToken && { NextToken }),
            }),
          )
          .catch((error: unknown) => {
            if (isDenied(error)) return undefined;
            throw error;
          });
        for (const { Fingerprint, Value } of page?.PublicKeyList ?? []) {
          if (Fingerprint !== undefined && Value) keys.set(Fingerprint, Value);
        }
        NextToken = page?.NextToken;
      } while (NextToken);
    }
    const der = keys.get(fingerprint);
    return der && publicKeyOf(der);
  };
};
