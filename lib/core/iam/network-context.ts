// What the network that a connection came from tells of its condition keys.
import { parseAddress } from "./address.ts";
import type { KnownContext, KnownValue } from "./known-context.ts";

const isPrivate = ([a = 0, b = 0]: readonly number[]): boolean =>
  a === 10 ||
  a === 127 ||
  (a === 172 && b >= 16 && b <= 31) ||
  (a === 192 && b === 168) ||
  (a === 169 && b === 254) ||
  (a === 100 && b >= 64 && b <= 127);

const TLS: readonly [string, KnownValue] = ["aws:securetransport", ["true"]];

/**
 * What the network of a connection tells of its condition keys. Through a VPC endpoint there is no aws:SourceIp, and of the
 * VPC only that there is one. A public address whose record names no endpoint is taken for a connection from the internet:
 * records name the endpoint, but that those of Aurora DSQL do is not documented. Aurora DSQL takes TLS alone.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export const contextOfNetwork = (network: string): KnownContext => {
  if (network.startsWith("vpce-")) {
    return new Map<string, KnownValue>([
      ["aws:sourcevpce", [network]],
      ["aws:sourcevpc", { present: true }],
      ["aws:vpcsourceip", { present: true }],
      ["aws:sourceip", null],
      TLS,
    ]);
  }
  const [address = ""] = network.split("/");
  const found = parseAddress(address);
  const isLocal = found?.bits === 32 ? isPrivate(address.split(".").map(Number)) : /^f[cde]/i.test(address);
  if (!found || isLocal) return new Map([TLS]);
  return new Map<string, KnownValue>([
    ["aws:sourceip", { range: network }],
    ["aws:sourcevpc", null],
    ["aws:sourcevpce", null],
    ["aws:vpcsourceip", null],
    TLS,
  ]);
};
