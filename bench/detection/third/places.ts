// Where connections of the third estate come from: a region of the cloud, another cloud, access providers, hosting, a VPN.
import type { Chance } from "../chance.ts";

const CLOUD =
  "3.8 3.9 3.10 3.11 13.40 13.41 13.42 13.43 18.130 18.132 18.134 18.168 18.169 18.170 35.176 35.177 35.178 35.179 52.56 52.95".split(
    " ",
  );
const OTHER_CLOUD = "4.227 13.84 20.55 20.109 20.161 20.242 40.76 40.84 52.165 52.176 68.220 172.183".split(
  " ",
);
const MOBILE = ["82.132", "92.40", "188.28", "94.197"];
const CABLE = ["86.1", "86.2", "86.130", "81.96", "82.3", "90.196", "92.17", "2.24", "109.148"];
const HOSTING = [
  5, 23, 38, 45, 64, 66, 69, 85, 89, 91, 107, 138, 142, 149, 154, 162, 172, 178, 185, 193, 206, 212,
];
/** The company's way out to the internet before and after it changes its provider, two gateways each. */
const GATEWAYS = [
  ["198.18.10", "198.18.11"],
  ["203.0.113", "203.0.112"],
] as const;

const host = (random: Chance): string => `${random.int(0, 255)}.${random.int(1, 254)}`;
export const cloud = (random: Chance): string => `${random.pick(CLOUD)}.${host(random)}`;
export const otherCloud = (random: Chance): string => `${random.pick(OTHER_CLOUD)}.${host(random)}`;
export const mobile = (random: Chance): string => `${random.pick(MOBILE)}.${host(random)}`;
export const cable = (random: Chance): string => `${random.pick(CABLE)}.${host(random)}`;
/** Anybody's server somewhere. */
export const hosting = (random: Chance): string =>
  `${random.pick(HOSTING)}.${random.int(1, 254)}.${host(random)}`;
export const gateway = (hasMoved: boolean, of: number, random: Chance): string =>
  `${GATEWAYS[hasMoved ? 1 : 0][of % 2]}.${random.int(1, 254)}`;
