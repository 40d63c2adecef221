// Who connects in the third estate: a company that runs nearly everything without servers, with few people and tools of others.
import { Principal } from "../../../lib/core/base/ids.ts";
import type { Chance } from "../chance.ts";

export const ACCOUNT = "111122223333";

export type ActorKind =
  /** A function outside a VPC: each environment has another address of the Region. */
  | "open-function"
  | "vpc-function"
  | "container"
  | "cron"
  /** A vendor's tool that copies tables away. */
  | "extractor"
  /** A pipeline on machines of another cloud. */
  | "runner"
  | "engineer"
  /** Several engineers in one role. */
  | "team"
  | "cloudshell"
  | "on-premises";

export type Person = {
  readonly name: string;
  readonly agent: string;
  /** Hours ahead of UTC. */
  readonly zone: number;
  /** Begin and length of the day, in hours of the own clock. */
  readonly begins: number;
  readonly length: number;
  readonly hasIpv6: boolean;
  readonly home: string;
  readonly gateway: number;
  /** How likely they connect on a working day. */
  readonly eager: number;
};

export type Actor = {
  readonly arn: Principal;
  readonly kind: ActorKind;
  readonly n: number;
  /** The first day that it is there. */
  readonly from: number;
  /** Chance for what does not change about it. */
  readonly own: Chance;
  readonly people: readonly Person[];
  readonly agent: string;
  /** Mean of an ordinary hour. */
  readonly rate: number;
  readonly admin: boolean;
};

/** Of a hundred. */
const SHARES: readonly (readonly [ActorKind, number])[] = [
  ["open-function", 22],
  ["vpc-function", 16],
  ["container", 16],
  ["cron", 10],
  ["extractor", 6],
  ["runner", 5],
  ["engineer", 13],
  ["team", 5],
  ["cloudshell", 3],
  ["on-premises", 4],
];
const FIRST =
  "ada ben chloe dan ewa finn gita hugo ines jack kira liam mona nils olga paul ria sam tess uma vera will".split(
    " ",
  );
const LAST =
  "archer bloom chen dale evans frost grant hale irwin joshi khan lowe marsh nolan ortiz price quinn reyes shaw".split(
    " ",
  );
const LIBRARIES = [
  "aurora-dsql-nodejs-postgresjs/0.2.0 md/nodejs#22",
  "aurora-dsql-python-psycopg/0.1.2",
  "Boto3/1.40.2 md/Botocore#1.40.2",
  "aws-sdk-java/2.33.1 md/io#sync",
  "aws-sdk-rust/1.3.9",
  "aws-sdk-go-v2/1.38.1",
];
const TOOLS = [
  "psql/17.5",
  "DBeaver/25.2",
  "DataGrip/2025.2",
  "aws-cli/2.28.1 md/awscrt",
  "vscode-postgres/1.9",
  "TablePlus/6.6",
];
const WORK =
  "checkout catalogue basket loyalty refunds courier tariff ledger parcels returns coupons wishlist images pricing stock emails reviews quotas tickets claims".split(
    " ",
  );

export const isPerson = ({ kind }: Actor): boolean =>
  kind === "engineer" || kind === "team" || kind === "cloudshell";

const personOf = (random: Chance): Person => {
  const first = random.pick(FIRST);
  const last = random.pick(LAST);
  return {
    name: random.pick([
      `${first}.${last}@parcel.example`,
      `${first}.${last}`,
      `${first}${last[0]}@parcel.example`,
    ]),
    agent: random.pick(TOOLS),
    zone: random.pick([0, 0, 0, 1, 1, 5.5, -5]),
    begins: random.int(8, 11),
    length: random.int(5, 9),
    hasIpv6: random.happens(0.45),
    home: `${first} ${last} ${random.int(0, 9_999)}`,
    gateway: random.int(0, 7),
    eager: random.pick([0.15, 0.4, 0.8]),
  };
};

const pathOf = (kind: ActorKind, n: number, name: string): string => {
  switch (kind) {
    case "engineer":
    case "team":
    case "cloudshell": {
      const set = kind === "team" ? "Squad" : "Engineer";
      return `role/aws-reserved/sso.amazonaws.com/eu-west-2/AWSReservedSSO_${set}${n}_${(0xf00d00000 + n * 7_919).toString(16)}`;
    }
    case "extractor":
    case "on-premises":
      return `user/${name}`;
    default:
      return `role/${kind === "runner" ? "ci/" : ""}${name}`;
  }
};

const kindOf = (n: number): ActorKind => {
  let left = (n * 37) % 100;
  for (const [kind, share] of SHARES) {
    if (left < share) return kind;
    left -= share;
  }
  return "container";
};

const actorOf = (own: Chance, n: number, days: number): Actor => {
  const kind = kindOf(n);
  const name = `${own.pick(WORK)}-${own.pick(["api", "worker", "stream", "sync", "view"])}-${n}`;
  const size = kind === "team" ? own.int(3, 7) : ["engineer", "cloudshell"].includes(kind) ? 1 : 0;
  return {
    arn: Principal.parse(`arn:aws:iam::${ACCOUNT}:${pathOf(kind, n, name)}`),
    kind,
    n,
    from: own.happens(0.12) ? own.int(5, Math.max(6, days - 12)) : 0,
    own,
    people: Array.from({ length: size }, (_, i) => personOf(own.fork(`person ${i}`))),
    agent: own.pick(LIBRARIES),
    rate: own.pick([0.3, 1, 3, 8, 15]),
    admin: size ? own.happens(0.15) : kind === "runner" && own.happens(0.3),
  };
};

export const actorsOf = (random: Chance, size: number, days: number): readonly Actor[] =>
  Array.from({ length: size }, (_, n) => actorOf(random.fork(`actor ${n}`), n, days));
