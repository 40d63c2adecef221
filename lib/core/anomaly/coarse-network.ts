// Networks at two grains: the one that a principal comes from, and the neighbourhood that this network lies in.
import { remember } from "../base/remember.ts";

/** All address space that is reused everywhere: it tells no neighbourhood. */
const PRIVATE = "private";

const octetsOf = (network: string): readonly [number, number] | undefined => {
  const [, a, b] = /^(\d+)\.(\d+)\.\d+\.0\/(?:24|16)$/.exec(network) ?? [];
  return a === undefined || b === undefined ? undefined : [Number(a), Number(b)];
};

/** RFC 1918, RFC 6598 (shared address space), loopback and link-local. */
const isPrivate4 = ([a, b]: readonly [number, number]): boolean =>
  a === 10 ||
  a === 127 ||
  (a === 172 && b >= 16 && b <= 31) ||
  (a === 192 && b === 168) ||
  (a === 169 && b === 254) ||
  (a === 100 && b >= 64 && b <= 127);

/** Unique local (RFC 4193) and link-local (RFC 4291) addresses. */
const isPrivate6 = (network: string): boolean => /^(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/i.test(network);

/** What no network can be told from: no address in the record, or several folded together. */
export const isNamedNetwork = (network: string): boolean => network !== "unknown" && network !== "…";

/**
 * The network that counts as one: a public /24 or /48 and a VPC endpoint as they are, private IPv4 space by its /16,
 * because instances move between the subnets of one VPC.
 */
export const fineNetwork = remember((network: string): string => {
  const octets = octetsOf(network);
  return octets && isPrivate4(octets) ? `${octets[0]}.${octets[1]}.0.0/16` : network;
});

/** The neighbourhood: /16 of public IPv4, /32 of IPv6, one word for all private space and VPC endpoints. */
export const coarseNetwork = remember((network: string): string => {
  const octets = octetsOf(network);
  if (octets) return isPrivate4(octets) ? PRIVATE : `${octets[0]}.${octets[1]}.0.0/16`;
  if (network.startsWith("vpce-") || isPrivate6(network)) return PRIVATE;
  const [, prefix] = /^([0-9a-f]+:[0-9a-f]+):[0-9a-f]+::\/48$/i.exec(network) ?? [];
  return prefix === undefined ? network : `${prefix}::/32`;
});
