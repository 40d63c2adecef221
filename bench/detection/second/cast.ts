// Who lives in the second estate: principals with the people or processes behind them, and the addresses that they come from.
import { Principal } from "../../../lib/core/base/ids.ts";
import type { Chance } from "../chance.ts";
import type { Week } from "./calendar.ts";

export const ACCOUNT = "111122223333";

/** Somebody who sits at a keyboard. */
export type Human = {
  readonly session: string;
  readonly tool: string;
  readonly zone: string;
  readonly week: Week;
  /** Usual start of work and length of the day, in hours of their own clock. */
  readonly starts: number;
  readonly hours: number;
  readonly site: number;
  readonly homeShare: number;
  readonly perDay: number;
  /** Their provider hands out another address after so many days. */
  readonly lease: number;
  readonly provider: number;
  readonly joins: number;
};

export type Shape =
  | "behind-nat"
  | "pods"
  | "function"
  | "scaling-group"
  | "nightly"
  | "weekly"
  | "month-end"
  | "key-on-a-server"
  | "partner"
  | "hosted-pipeline"
  | "people";

export type Party = {
  readonly arn: Principal;
  readonly shape: Shape;
  /** Fixed addresses, where it has any. */
  readonly addresses: readonly string[];
  /** The second octet of its private or regional range. */
  readonly range: number;
  readonly library: string;
  readonly session: string;
  /** Mean of an hour in the middle of the day, or of one run. */
  readonly load: number;
  readonly zone: string;
  readonly humans: readonly Human[];
  readonly isAdmin: boolean;
  readonly joins: number;
  /** How wild its hours are: 0 is Poisson, 1 doubles now and then. */
  readonly wild: number;
};

const ZONES = [
  ["Europe/Berlin", "usual"],
  ["Europe/London", "usual"],
  ["America/New_York", "usual"],
  ["America/Los_Angeles", "usual"],
  ["Asia/Kolkata", "usual"],
  ["Australia/Sydney", "usual"],
  ["Asia/Riyadh", "gulf"],
  ["Asia/Jerusalem", "gulf"],
] as const;
const TOOLS = [
  "DBeaver/24.3.1",
  "DataGrip/2025.1",
  "psql/17.2",
  "TablePlus/6.1",
  "aws-cli/2.22.4",
  "pgAdmin/8.14",
];
export const LIBRARIES = [
  "aurora-dsql-nodejs-pg/0.2.1",
  "aurora-dsql-jdbc/1.3.0",
  "aurora-dsql-python-psycopg/0.3.0",
  "aws-sdk-go-v2/1.32.6",
  "aws-sdk-kotlin/1.3.99",
  "Boto3/1.35.90",
];
const GIVEN =
  "aisha bruno carla dmitri elif farah goran hana imran julia kenji layla marco nadia omar priya".split(" ");
const FAMILY =
  "abadi brandt castro dubois eriksen fischer gupta haddad ito jensen kowalski lund moretti nair".split(" ");
const TRADES =
  "ledger cart search billing stock mail auth report feed price invoice profile media geo quota audit".split(
    " ",
  );

/** A hosting or access network somewhere in the world. */
export const somewhere = (random: Chance): string =>
  `${random.pick([5, 13, 20, 31, 37, 45, 46, 51, 62, 77, 78, 82, 94, 103, 104, 141, 146, 159, 167, 188, 194, 217])}.${random.int(0, 255)}.${random.int(0, 255)}.0/24`;
/** Ranges of three access providers and of one region of the cloud. */
export const PROVIDERS = [
  ["79.192", "79.193", "79.194", "79.195"],
  ["73.40", "73.41", "73.42"],
  ["2a02:8109", "2a02:8108"],
  ["49.36", "49.37", "49.38", "49.39", "49.40"],
] as const;
export const REGION = ["18.196", "18.197", "3.120", "3.121", "52.58", "52.59"] as const;
export const within = (random: Chance, prefix: string): string =>
  prefix.includes(":")
    ? `${prefix}:${random.int(1, 0xffff).toString(16)}::/48`
    : `${prefix}.${random.int(0, 255)}.0/24`;
export const SITES = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"] as const;

const human = (random: Chance, days: number, zone = random.pick(ZONES)): Human => {
  const name = `${random.pick(GIVEN)}.${random.pick(FAMILY)}`;
  return {
    session: random.happens(0.6) ? `${name}@corp.example` : name,
    tool: random.pick(TOOLS),
    zone: zone[0],
    week: random.happens(0.12) ? "partTime" : zone[1],
    starts: random.int(7, 10),
    hours: random.int(6, 9),
    site: random.int(0, SITES.length - 1),
    homeShare: random.pick([0.1, 0.4, 0.4, 0.9]),
    perDay: random.int(2, 10),
    lease: random.pick([1, 5, 30, 1_000]),
    provider: random.int(0, PROVIDERS.length - 1),
    joins: random.happens(0.12) ? random.int(8, Math.max(9, days - 8)) : 0,
  };
};

const people = (random: Chance, n: number, days: number): Party => {
  const zone = random.pick(ZONES);
  const size = random.pick([1, 1, 1, 1, 3, 6]);
  const humans = Array.from({ length: size }, (_, i) => human(random.fork(`human ${i}`), days, zone));
  const isSso = random.happens(0.85);
  return {
    arn: Principal.parse(
      `arn:aws:iam::${ACCOUNT}:role/${isSso ? `aws-reserved/sso.amazonaws.com/AWSReservedSSO_${random.pick(["Data", "Dba", "Support", "Dev"])}${n}_${(0xabc000 + n * 97).toString(16)}` : `desk-${n}`}`,
    ),
    shape: "people",
    addresses: [],
    range: 0,
    library: "",
    session: "",
    load: 0,
    zone: zone[0],
    humans,
    isAdmin: random.happens(0.1),
    joins: Math.min(...humans.map(({ joins }) => joins)),
    wild: 0,
  };
};

const process = (random: Chance, n: number, days: number): Party => {
  const shape = random.pick<Shape>([
    "behind-nat",
    "behind-nat",
    "pods",
    "pods",
    "function",
    "function",
    "scaling-group",
    "nightly",
    "weekly",
    "month-end",
    "key-on-a-server",
    "partner",
    "hosted-pipeline",
  ]);
  const name = `${random.pick(TRADES)}-${n}`;
  const natOf = () => within(random, random.pick(REGION));
  const addresses: readonly string[] =
    shape === "behind-nat"
      ? [natOf(), natOf(), ...(random.happens(0.5) ? [natOf()] : [])]
      : shape === "partner"
        ? Array.from({ length: random.int(1, 6) }, () => somewhere(random))
        : shape === "key-on-a-server"
          ? [somewhere(random)]
          : shape === "function"
            ? [`vpce-0${(0x5eed000 + random.int(0, 2)).toString(16)}`]
            : [];
  const isUser = shape === "key-on-a-server" || (shape === "partner" && random.happens(0.5));
  return {
    arn: Principal.parse(`arn:aws:iam::${ACCOUNT}:${isUser ? "user" : "role"}/${name}`),
    shape,
    addresses,
    range: random.int(40, 46),
    library: random.pick(LIBRARIES),
    session: isUser ? "" : shape === "function" ? name : `${shape === "pods" ? "eks-" : ""}${name}-*`,
    load:
      shape === "weekly" || shape === "month-end" ? random.int(2, 40) : random.pick([0.4, 1, 2, 5, 12, 20]),
    zone: random.pick(ZONES)[0],
    humans: [],
    isAdmin: shape === "nightly" && random.happens(0.1),
    joins: random.happens(0.1) ? random.int(6, Math.max(7, days - 10)) : 0,
    wild: random.pick([0, 0.1, 0.5]),
  };
};

/** `size` principals, a third of them people. */
export const castOf = (random: Chance, size: number, days: number): readonly Party[] =>
  Array.from({ length: size }, (_, n) =>
    n % 3 === 0 ? people(random.fork(`desk ${n}`), n, days) : process(random.fork(`process ${n}`), n, days),
  );
