// Who connects: services with pools, scheduled jobs, CI, vendors and people, each with its networks, clients and habits.
import { Principal } from "../../lib/core/base/ids.ts";
import type { Chance } from "./chance.ts";

export type Habit = "pool" | "schedule" | "functions" | "ci" | "vendor" | "person" | "rare";

export type Member = {
  readonly arn: Principal;
  readonly habit: Habit;
  readonly networks: readonly string[];
  readonly client: string;
  /** Session names as shapes: "orders-api-*", "jane.doe@example.com", "". */
  readonly sessions: readonly string[];
  /** Connections on a usual day. */
  readonly rate: number;
  /** Offset of the member's clock in hours, in winter; with daylight saving or not. */
  readonly zone: number;
  readonly hasSummerTime: boolean;
  /** The first day of the run on which it exists. */
  readonly from: number;
  readonly office: number;
  readonly isAdmin: boolean;
};

export const ACCOUNT = "111122223333";
const DRIVERS = [
  "aurora-dsql-nodejs-pg",
  "aurora-dsql-python-psycopg",
  "aws-sdk-java",
  "aws-sdk-go-v2",
  "Boto3",
  "aws-sdk-rust",
];
const TOOLS = ["DBeaver", "DataGrip", "psql", "pgAdmin", "aws-cli", "TablePlus"];
const FIRST =
  "ana ben chloe dan eva finn gina hugo ines jon kira leo mia noah olga paul quinn rosa sam tina uwe vera will xena yann zoe".split(
    " ",
  );
const LAST =
  "adler berg costa diaz ebner frank garcia holm ivanov jansen klein lopez meyer novak olsen perez quist rossi smith toth ullman vogel weiss young".split(
    " ",
  );

export const publicNetwork = (random: Chance): string =>
  `${random.pick([3, 18, 34, 35, 44, 52, 54, 81, 89, 91, 95, 109, 151, 178, 185, 193, 212])}.${random.int(0, 255)}.${random.int(0, 255)}.0/24`;
/** Home lines of one provider lie in a few neighbourhoods. */
const homeNetwork = (random: Chance): string =>
  `${random.pick([84, 87, 93])}.${random.int(100, 107)}.${random.int(0, 255)}.0/24`;
export const vpcNetwork = (vpc: number, subnet: number): string => `10.${vpc}.${subnet}.0/24`;

export const offices: readonly string[] = ["198.51.100.0/24", "203.0.113.0/24", "192.0.2.0/24"];

const role = (name: string): Principal => Principal.parse(`arn:aws:iam::${ACCOUNT}:role/${name}`);

const base = { zone: 0, hasSummerTime: false, office: 0, isAdmin: false };
const versioned = (random: Chance, name: string): string =>
  `${name}/${random.int(1, 3)}.${random.int(0, 20)}.${random.int(0, 9)}`;

const machine = (random: Chance, n: number, days: number): Member => {
  const habit = random.pick<Habit>([
    "pool",
    "pool",
    "pool",
    "schedule",
    "schedule",
    "functions",
    "ci",
    "vendor",
    "rare",
  ]);
  const vpc = random.int(16, 20);
  const name = `${habit}-${n}`;
  const networks =
    habit === "vendor"
      ? [publicNetwork(random), publicNetwork(random)]
      : habit === "ci"
        ? Array.from({ length: 60 }, () => publicNetwork(random))
        : habit === "functions"
          ? ["vpce-0a1b2c3d4e5f60718"]
          : random.happens(0.3)
            ? [`52.${random.int(10, 14)}.${random.int(0, 255)}.0/24`]
            : Array.from({ length: random.int(1, 3) }, () => vpcNetwork(vpc, random.int(0, 12)));
  return {
    ...base,
    arn: role(`${name}-role`),
    habit,
    networks,
    client: versioned(random, random.pick(DRIVERS)),
    sessions: habit === "functions" ? [name] : [`${name}-*`],
    rate: {
      pool: random.int(40, 400),
      schedule: random.int(1, 24),
      functions: random.int(60, 300),
      ci: random.int(5, 40),
      vendor: random.int(4, 60),
      person: 0,
      rare: 0.12,
    }[habit],
    zone: random.pick([-5, 0, 1]),
    hasSummerTime: true,
    from: random.happens(0.08) ? random.int(5, days - 15) : 0,
    isAdmin: habit === "schedule" && random.happens(0.08),
  };
};

const person = (random: Chance, n: number, days: number): Member => {
  const office = random.int(0, 2);
  const name = `${random.pick(FIRST)}.${random.pick(LAST)}`;
  const isSso = random.happens(0.8);
  return {
    arn: isSso
      ? role(`aws-reserved/sso.amazonaws.com/AWSReservedSSO_Team${n}_${(1_000_000 + n * 7_919).toString(16)}`)
      : role(`people-${n}`),
    habit: "person",
    networks: [offices[office] ?? "", homeNetwork(random), homeNetwork(random)],
    client: versioned(random, random.pick(TOOLS)),
    sessions: random.happens(0.3)
      ? Array.from(
          { length: random.int(2, 6) },
          () => `${random.pick(FIRST)}.${random.pick(LAST)}@example.com`,
        )
      : [random.happens(0.5) ? `${name}@example.com` : name],
    rate: random.int(2, 14),
    zone: random.pick([-8, -5, 0, 1, 1, 2, 5.5, 9]),
    hasSummerTime: random.happens(0.7),
    from: random.happens(0.12) ? random.int(5, days - 15) : 0,
    office,
    isAdmin: random.happens(0.1),
  };
};

/** `size` members; two fifths of them people. */
export const population = (random: Chance, size: number, days: number): readonly Member[] =>
  Array.from({ length: size }, (_, n) =>
    n % 5 < 2 ? person(random.fork(`person ${n}`), n, days) : machine(random.fork(`machine ${n}`), n, days),
  );
