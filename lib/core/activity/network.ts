// From which network a connection came: coarse enough to recur, fine enough to tell a stranger.

import { remember } from "../base/remember.ts";
import type { Connection } from "./connection.ts";

const UNKNOWN = "unknown";
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

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

const readAddress = (text: string): string => {
  const v4 = IPV4.exec(text);
  if (v4) {
    const [a, b, c, d] = v4.slice(1).map(Number) as [number, number, number, number];
    return Math.max(a, b, c, d) > 255 ? UNKNOWN : `${a}.${b}.${c}.0/24`;
  }
  const groups = ipv6Groups(text);
  if (!groups) return UNKNOWN;
  const [g0 = 0, g1 = 0, g2 = 0, , , g5, g6 = 0, g7 = 0] = groups;
  // ::ffff:a.b.c.d is IPv4 on an IPv6 socket: the same network, whichever way the record writes it.
  if (groups.slice(0, 5).every((group) => group === 0) && g5 === 0xffff)
    return `${g6 >> 8}.${g6 & 255}.${g7 >> 8}.0/24`;
  return `${[g0, g1, g2].map((group) => group.toString(16)).join(":")}::/48`;
};

const addressOf = remember(readAddress);

/**
 * `vpce-…` for a connection through an endpoint, whatever its address: a VPC may use public ones inside, as AWS's own record of
 * a call through an endpoint shows (https://docs.aws.amazon.com/kms/latest/developerguide/vpce-logging.html). Else
 * `10.20.4.0/24` or `2001:db8:1::/48`, else "unknown" (a service's name, "AWS Internal", nothing).
 */
export const networkOf = ({
  sourceIp,
  vpcEndpointId,
}: Pick<Connection, "sourceIp" | "vpcEndpointId">): string =>
  vpcEndpointId?.slice(0, 64) ?? (sourceIp === undefined ? UNKNOWN : addressOf(sourceIp));
