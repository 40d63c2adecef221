// From which network a connection came: coarse enough to recur, fine enough to tell a stranger.

import { remember } from "../base/remember.ts";
import type { Connection } from "./connection.ts";

const UNKNOWN = "unknown";
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** RFC 1918, CGNAT, loopback and link-local: addresses that say nothing outside their own network. */
const isPrivate4 = (a: number, b: number): boolean =>
  a === 10 ||
  a === 127 ||
  (a === 172 && b >= 16 && b <= 31) ||
  (a === 192 && b === 168) ||
  (a === 169 && b === 254) ||
  (a === 100 && b >= 64 && b <= 127);

/** The eight groups of an IPv6 address, an embedded IPv4 tail included; undefined when it is none. RFC 4291, 2.2. */
export const ipv6Groups = (text: string): number[] | undefined => {
  const bare = text.split("%")[0] ?? "";
  const halves = bare.split("::");
  if (halves.length > 2 || !bare.includes(":")) return undefined;
  const read = (half: string): number[] | undefined => {
    if (half === "") return [];
    const groups: number[] = [];
    for (const group of half.split(":")) {
      const v4 = IPV4.exec(group);
      if (v4) {
        const [a, b, c, d] = v4.slice(1).map(Number) as [number, number, number, number];
        if (Math.max(a, b, c, d) > 255) return undefined;
        groups.push(a * 256 + b, c * 256 + d);
      } else if (/^[0-9a-f]{1,4}$/i.test(group)) groups.push(Number.parseInt(group, 16));
      else return undefined;
    }
    return groups;
  };
  const head = read(halves[0] ?? "");
  const tail = halves.length === 2 ? read(halves[1] ?? "") : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
};

type Address = { readonly network: string; readonly local: boolean };

const network4 = (a: number, b: number, c: number): Address => ({
  network: `${a}.${b}.${c}.0/24`,
  local: isPrivate4(a, b),
});

const NO_ADDRESS: Address = { network: UNKNOWN, local: true };

const readAddress = (text: string): Address => {
  const v4 = IPV4.exec(text);
  if (v4) {
    const [a, b, c, d] = v4.slice(1).map(Number) as [number, number, number, number];
    return Math.max(a, b, c, d) > 255 ? NO_ADDRESS : network4(a, b, c);
  }
  const groups = ipv6Groups(text);
  if (!groups) return NO_ADDRESS;
  const [g0 = 0, g1 = 0, g2 = 0, , , g5, g6 = 0, g7 = 0] = groups;
  // ::ffff:a.b.c.d is IPv4 on an IPv6 socket: the same network, whichever way the record writes it.
  if (groups.slice(0, 5).every((group) => group === 0) && g5 === 0xffff) {
    return network4(g6 >> 8, g6 & 255, g7 >> 8);
  }
  const prefix = [g0, g1, g2].map((group) => group.toString(16)).join(":");
  return { network: `${prefix}::/48`, local: (g0 & 0xfe00) === 0xfc00 || (g0 & 0xffc0) === 0xfe80 };
};

const addressOf = remember(readAddress);

/**
 * `vpce-…` for a connection through an endpoint, else `10.20.4.0/24` or `2001:db8:1::/48`, else "unknown" (a service's
 * name, "AWS Internal", nothing). A public address wins over the endpoint: it is no address of the endpoint's network.
 */
export const networkOf = ({
  sourceIp,
  vpcEndpointId,
}: Pick<Connection, "sourceIp" | "vpcEndpointId">): string => {
  const address = sourceIp === undefined ? NO_ADDRESS : addressOf(sourceIp);
  return vpcEndpointId !== undefined && address.local ? vpcEndpointId.slice(0, 64) : address.network;
};
