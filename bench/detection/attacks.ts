// Attacks of each kind, strong, medium and weak, put into a run with labels. They draw from the same networks, clients and
// names as everybody else, so that no single trivial feature gives them away.
import { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR, type Instant, MINUTE } from "../../lib/core/base/time.ts";
import type { Chance } from "./chance.ts";
import { ACCOUNT, type Member, publicNetwork } from "./population.ts";
import { type SimEvent, zoneOf } from "./routine.ts";

export type Strength = "strong" | "medium" | "weak";
export type Attack = {
  readonly id: number;
  readonly kind: string;
  readonly strength: Strength;
  /** Whose access is misused. */
  readonly principals: readonly Principal[];
  readonly from: Instant;
  readonly to: Instant;
  /** Detector ids that name it rightly. */
  readonly names: readonly string[];
};

type Made = { readonly events: readonly SimEvent[]; readonly names: readonly string[] };
type Scene = {
  readonly random: Chance;
  readonly member: Member;
  readonly at: Instant;
  readonly strength: Strength;
  readonly members: readonly Member[];
};
type Kind = {
  readonly name: string;
  readonly who: (member: Member) => boolean;
  readonly make: (scene: Scene) => Made;
};

const isMachine = ({ habit }: Member): boolean =>
  habit === "pool" || habit === "schedule" || habit === "functions" || habit === "vendor";
const isPerson = ({ habit }: Member): boolean => habit === "person";
const step = <T>(strength: Strength, strong: T, medium: T, weak: T): T =>
  ({ strong, medium, weak })[strength];

const usual = (random: Chance, member: Member) =>
  ({
    member,
    action: "DbConnect",
    outcome: "allowed",
    network: random.pick(member.networks),
    client: member.client,
    session: random.pick(member.sessions),
  }) as const;

const spread = (
  random: Chance,
  at: Instant,
  within: number,
  count: number,
  event: Omit<SimEvent, "at">,
): SimEvent[] => Array.from({ length: count }, () => ({ ...event, at: at + random.int(0, within) }));

/** A network near one that others use: within the neighbourhood of an ordinary public member. */
const neighbour = (random: Chance, members: readonly Member[]): string => {
  const network =
    random.pick(members.filter(({ habit }) => habit === "ci" || habit === "vendor")).networks[0] ?? "";
  return network.replace(/\.\d+\.0\/24$/, `.${random.int(0, 255)}.0/24`);
};

const stolenFromMachine: Kind = {
  name: "stolen-from-machine",
  who: isMachine,
  make: ({ random, member, at, strength, members }) => {
    const network = step(strength, publicNetwork(random), publicNetwork(random), neighbour(random, members));
    const client = step(strength, "psql/16.2", member.client, member.client);
    const count = step(strength, 30, 6, 3);
    return {
      events: spread(random, at, step(strength, HOUR, 3 * HOUR, 4 * HOUR), count, {
        ...usual(random, member),
        network,
        client,
      }),
      names: ["new-network", "new-client"],
    };
  },
};

const stolenFromPerson: Kind = {
  name: "stolen-from-person",
  who: isPerson,
  make: ({ random, member, at, strength }) => {
    const network = publicNetwork(random);
    const night = Math.floor(at / DAY) * DAY + ((26.5 - zoneOf(member, at)) % 24) * HOUR;
    const when = step(strength, night, night, at);
    const client = step(strength, "Python/3.11", member.client, member.client);
    return {
      events: spread(random, when, step(strength, 2 * HOUR, 2 * HOUR, HOUR), step(strength, 40, 12, 8), {
        ...usual(random, member),
        network,
        client,
      }),
      names: ["new-network", "off-hours", "new-client", "concurrent-networks", "connection-burst"],
    };
  },
};

const burst: Kind = {
  name: "burst",
  who: (member) => isMachine(member) && member.rate > 3,
  make: ({ random, member, at, strength }) => {
    const usualHour = Math.max(4, (member.rate / 24) * 3 + member.rate / 12);
    const hour = Math.floor(at / HOUR) * HOUR;
    const count = Math.round(usualHour * step(strength, 14, 7, 4));
    return {
      events: spread(random, hour, 50 * MINUTE, count, usual(random, member)),
      names: ["connection-burst"],
    };
  },
};

const refusals: Kind = {
  name: "refusals",
  who: () => true,
  make: ({ random, member, at, strength }) => {
    const network = step(
      strength,
      publicNetwork(random),
      publicNetwork(random),
      random.pick(member.networks),
    );
    const attempt = { ...usual(random, member), network, outcome: "refused" as const };
    const hour = Math.floor(at / HOUR) * HOUR;
    return {
      events: spread(random, hour, 40 * MINUTE, step(strength, 240, 70, 30), attempt),
      names: ["failed-attempts"],
    };
  },
};

const personInMachine: Kind = {
  name: "person-in-machine",
  who: isMachine,
  make: ({ random, member, at, strength, members }) => {
    const someone = random.pick(members.filter(isPerson));
    const event = {
      ...usual(random, member),
      session: random.pick(someone.sessions),
      client: step(strength, "DBeaver/24.1", "DBeaver/24.1", member.client),
    };
    const network = step(
      strength,
      someone.networks[1] ?? "",
      someone.networks[0] ?? "",
      random.pick(member.networks),
    );
    return {
      events: spread(random, at, HOUR, step(strength, 12, 4, 2), { ...event, network }),
      names: ["human-in-machine-role", "new-network", "new-client"],
    };
  },
};

const awakened: Kind = {
  name: "awakened",
  who: (member) => isMachine(member) && member.from === 0,
  make: ({ random, member, at, strength }) => ({
    events: spread(random, at, HOUR, step(strength, 20, 6, 2), {
      ...usual(random, member),
      ...(strength === "strong" && { client: "psql/15.4" }),
    }),
    names: ["dormant-awakened"],
  }),
};

const asAdmin: Kind = {
  name: "as-admin",
  who: (member) => isMachine(member) && !member.isAdmin,
  make: ({ random, member, at, strength }) => {
    const event = {
      ...usual(random, member),
      action: "DbConnectAdmin" as const,
      outcome: step<"allowed" | "refused">(strength, "allowed", "allowed", "refused"),
    };
    return { events: spread(random, at, HOUR, step(strength, 10, 2, 1), event), names: ["admin-connection"] };
  },
};

const revoked: Kind = {
  name: "without-mapping",
  who: () => true,
  make: ({ random, member, at, strength }) => {
    const arn = Principal.parse(`arn:aws:iam::${ACCOUNT}:role/former-${Math.floor(at / HOUR)}`);
    const former = { ...member, arn };
    const event = {
      ...usual(random, former),
      outcome: step<"allowed" | "refused">(strength, "allowed", "refused", "refused"),
    };
    return {
      events: spread(random, at, HOUR, step(strength, 10, 5, 1), event),
      names: ["unmapped-connection", "revoked-connection"],
    };
  },
};

const sharedSession: Kind = {
  name: "two-places",
  who: isPerson,
  make: ({ random, member, at, strength }) => {
    const hour = Math.floor(at / HOUR) * HOUR;
    const session = random.pick(member.sessions);
    const here = { ...usual(random, member), session, network: member.networks[0] ?? "" };
    const there = { ...here, network: publicNetwork(random) };
    return {
      events: [
        ...spread(random, hour, 50 * MINUTE, 4, here),
        ...spread(random, hour, 50 * MINUTE, step(strength, 20, 8, 3), there),
      ],
      names: ["concurrent-networks", "new-network"],
    };
  },
};

const otherClient: Kind = {
  name: "other-client",
  who: isMachine,
  make: ({ random, member, at, strength }) => ({
    events: spread(random, at, 2 * HOUR, step(strength, 15, 5, 3), {
      ...usual(random, member),
      client: step(strength, "sqlalchemy-dump/0.3", "pg_dump/16.1", "psql/16.2"),
    }),
    names: ["new-client", "human-in-machine-role"],
  }),
};

const KINDS: readonly Kind[] = [
  stolenFromMachine,
  stolenFromPerson,
  burst,
  refusals,
  personInMachine,
  awakened,
  asAdmin,
  revoked,
  sharedSession,
  otherClient,
];
const STRENGTHS: readonly Strength[] = ["strong", "medium", "weak"];

export type Campaign = {
  readonly attacks: readonly Attack[];
  readonly events: readonly SimEvent[];
  readonly silent: ReadonlyMap<Member, { readonly from: number; readonly to: number }>;
};

/** `count` attacks from day `from` on, each on a member of its own. `silent`: who is made to fall silent before it is awakened. */
export const attacksOn = (
  random: Chance,
  members: readonly Member[],
  start: Instant,
  days: number,
  count: number,
  from = 24,
): Campaign => {
  const free = [...members].filter((member) => member.from < 10 && member.habit !== "rare");
  const attacks: Attack[] = [];
  const events: SimEvent[] = [];
  const silent = new Map<Member, { from: number; to: number }>();
  for (let id = 0; id < count; id++) {
    const kind = KINDS[id % KINDS.length];
    const strength = STRENGTHS[Math.floor(id / KINDS.length) % 3];
    if (!kind || !strength) continue;
    const own = random.fork(`attack ${id}`);
    const fitting = free.filter(kind.who);
    const member = fitting.length ? own.pick(fitting) : own.pick(members.filter(kind.who));
    const at = free.indexOf(member);
    if (at >= 0) free.splice(at, 1);
    const day =
      kind.name === "awakened" ? own.int(Math.max(from, days - 12), days - 2) : own.int(from, days - 2);
    if (kind.name === "awakened") silent.set(member, { from: day - step(strength, 34, 26, 18), to: days });
    const when = start + day * DAY + own.int(0, 23) * HOUR + own.int(0, 40) * MINUTE;
    const made = kind.make({ random: own, member, at: when, strength, members });
    const times = made.events.map((event) => event.at);
    attacks.push({
      id,
      kind: kind.name,
      strength,
      principals: [...new Set(made.events.map((event) => event.member.arn))],
      from: Math.min(...times),
      to: Math.max(...times),
      names: made.names,
    });
    events.push(...made.events.map((event) => ({ ...event, attack: id })));
  }
  return { attacks, events, silent };
};
