// IP addresses and ranges of IpAddress conditions, IPv4 and IPv6.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
import { ipv6Groups } from "../activity/network.ts";

/** `bits` is 32 or 128: an IPv4 address is never in an IPv6 range. */
export type Address = { readonly bits: 32 | 128; readonly value: bigint };
export type AddressRange = Address & { readonly prefix: number };

/** Without leading zeros, which some read as octal. */
const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
const PREFIX = /^\d{1,3}$/;
const MAX_LENGTH = 64;

const joined = (parts: readonly number[], width: bigint): bigint =>
  parts.reduce((value, part) => (value << width) | BigInt(part), 0n);

/** undefined: it is no address. */
export const parseAddress = (text: string): Address | undefined => {
  if (text.length > MAX_LENGTH || text.includes("%")) return undefined;
  const v4 = IPV4.exec(text)?.slice(1).map(Number);
  if (v4) return Math.max(...v4) > 255 ? undefined : { bits: 32, value: joined(v4, 8n) };
  const groups = ipv6Groups(text);
  return groups && { bits: 128, value: joined(groups, 16n) };
};

/** "203.0.113.0/24"; an address alone is a range of one. undefined: it is no range. */
export const parseRange = (text: string): AddressRange | undefined => {
  const [address, prefix, more] = text.split("/");
  const found = more === undefined ? parseAddress(address ?? "") : undefined;
  if (!found || (prefix !== undefined && !PREFIX.test(prefix))) return undefined;
  const length = prefix === undefined ? found.bits : Number(prefix);
  return length > found.bits ? undefined : { ...found, prefix: length };
};

const DEFAULT_PREFIX = 32;

/**
 * What a range of a policy may mean. "If you specify an IP address without the associated routing prefix, IAM uses the default
 * prefix value of /32": whether an IPv6 address alone is itself or such a network is not documented.
 */
export const rangesMeant = (text: string): readonly AddressRange[] => {
  const range = parseRange(text);
  if (!range) return [];
  return range.bits === 128 && !text.includes("/") ? [range, { ...range, prefix: DEFAULT_PREFIX }] : [range];
};

export const inRange = (address: Address, range: AddressRange): boolean => {
  const rest = BigInt(range.bits - range.prefix);
  return address.bits === range.bits && address.value >> rest === range.value >> rest;
};
