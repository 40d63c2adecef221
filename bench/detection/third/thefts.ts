// Twelve ways to misuse access to the third estate, each strong, medium and weak.
import { Principal } from "../../../lib/core/base/ids.ts";
import { HOUR, type Instant, MINUTE } from "../../../lib/core/base/time.ts";
import type { Chance } from "../chance.ts";
import { ACCOUNT, type Actor, type ActorKind, isPerson } from "./actors.ts";
import { placeOf, type Today, usualOf } from "./days.ts";
import { cable, cloud, gateway, hosting } from "./places.ts";
import type { Raw } from "./raw.ts";

/** One theft: whose access, when, how loud (0 is strong, 2 is weak), and whom else it may draw in. */
export type Scene = {
  readonly random: Chance;
  readonly actor: Actor;
  readonly today: Today;
  readonly at: Instant;
  readonly grade: 0 | 1 | 2;
  readonly engineers: readonly Actor[];
  /** The actor's busiest hour of the 30 days before. */
  readonly busiest: () => number;
  readonly others: (count: number) => readonly Actor[];
};
export type Theft = {
  readonly name: string;
  /** Detector ids that name it rightly. */
  readonly names: readonly string[];
  readonly who: (actor: Actor) => boolean;
  /** Days of silence before, by grade. */
  readonly silence?: readonly [number, number, number];
  readonly make: (scene: Scene) => readonly Raw[];
};

const by = <T>({ grade }: Scene, ...of: readonly [T, T, T]): T => of[grade];
const times = ({ random, at }: Scene, count: number, within: number): Instant[] =>
  Array.from({ length: count }, () => at + random.int(0, within));
/** A connection as the actor's own, to hide behind. */
const mask = ({ actor, today, random }: Scene, at: Instant): Raw => {
  const [person] = actor.people;
  if (!person) return { ...usualOf(actor, today, at), admin: false };
  const ip = placeOf(person, { ...today, n: today.n - 1, random });
  return { at, arn: actor.arn, ip, agent: person.agent, session: person.name };
};
/** By way of the internet: no thief passes through the company's own endpoint. */
const from = (ip: string): Pick<Raw, "ip" | "vpce"> => ({ ip, vpce: "" });
/** A server that nobody knows; for a weak theft one in the Region that everybody comes from. */
const elsewhere = (scene: Scene): string =>
  by(scene, hosting, hosting, scene.actor.kind === "open-function" ? cable : cloud)(scene.random);

const isOf =
  (...kinds: readonly ActorKind[]) =>
  ({ kind }: Actor): boolean =>
    kinds.includes(kind);
const isProcess = (actor: Actor): boolean => !isPerson(actor);
const isBusy = (actor: Actor): boolean =>
  isOf("open-function", "vpc-function", "container", "on-premises")(actor) && actor.rate >= 1;

export const THEFTS: readonly Theft[] = [
  {
    name: "function-elsewhere",
    names: ["new-network", "new-client", "human-in-machine-role"],
    who: isOf("open-function"),
    make: (scene) => {
      const ip = elsewhere(scene);
      const agent = [{ agent: "psql/16.1" }, { agent: "python-requests/2.32" }, {}][scene.grade];
      return times(scene, by(scene, 20, 7, 3), HOUR).map((at) => ({
        ...mask(scene, at),
        ...from(ip),
        ...agent,
      }));
    },
  },
  {
    name: "process-elsewhere",
    names: ["new-network", "new-client", "cross-account"],
    who: isOf("vpc-function", "container", "cron", "extractor", "on-premises"),
    make: (scene) => {
      const ip = elsewhere(scene);
      return times(scene, by(scene, 15, 4, 2), 2 * HOUR).map((at) => ({
        ...mask(scene, at),
        ...from(ip),
      }));
    },
  },
  {
    name: "session-in-two-places",
    names: ["concurrent-networks", "new-network", "off-hours"],
    who: isOf("engineer"),
    make: (scene) => {
      const here = mask(scene, scene.at);
      const ip = by(scene, hosting, hosting, cable)(scene.random);
      return [
        ...times(scene, 2, 30 * MINUTE).map((at) => ({ ...here, at })),
        ...times(scene, by(scene, 12, 5, 2), 50 * MINUTE).map((at) => ({ ...here, at, ip })),
      ];
    },
  },
  {
    name: "engineer-in-service-role",
    names: ["human-in-machine-role", "new-client", "new-network"],
    who: isOf("open-function", "vpc-function", "container", "cron"),
    make: (scene) => {
      const [person] = scene.random.pick(scene.engineers).people;
      if (!person) return [];
      const { world, n } = scene.today;
      const ip = gateway(n >= world.gatewayMoves, person.gateway, scene.random);
      return times(scene, by(scene, 8, 3, 1), HOUR).map((at) => ({
        ...mask(scene, at),
        session: person.name,
        ...(scene.grade < 2 && { agent: person.agent, ...from(ip) }),
      }));
    },
  },
  {
    name: "copying",
    names: ["connection-burst"],
    who: isBusy,
    make: (scene) => {
      const count = Math.ceil(by(scene, 10, 4, 1.8) * Math.max(4, scene.busiest()));
      const hour = Math.floor(scene.at / HOUR) * HOUR;
      return Array.from({ length: by(scene, 2, 2, 4) * count }, (_, i) => ({
        ...mask(scene, scene.at),
        at: hour + Math.floor(i / count) * HOUR + scene.random.int(0, HOUR - 1),
      }));
    },
  },
  {
    name: "spraying",
    names: ["spread-refusals", "failed-attempts", "new-network"],
    who: () => true,
    make: (scene) => {
      const ip = by(scene, hosting, hosting, cloud)(scene.random);
      return [scene.actor, ...scene.others(by(scene, 12, 7, 4))].flatMap((actor) =>
        times(scene, by(scene, 4, 2, 1), 40 * MINUTE).map((at) => ({
          ...mask({ ...scene, actor }, at),
          ...from(ip),
          refused: true,
        })),
      );
    },
  },
  {
    name: "guessing",
    names: ["failed-attempts", "new-network"],
    who: () => true,
    make: (scene) => {
      const { ip, vpce } = scene.grade < 2 ? from(hosting(scene.random)) : mask(scene, scene.at);
      const place = { ip, ...(vpce !== undefined && { vpce }) };
      const tries = times(scene, by(scene, 120, 40, 20), 30 * MINUTE);
      return [
        ...tries.map((at) => ({ ...mask(scene, at), ...place, refused: true })),
        { ...mask(scene, scene.at + 40 * MINUTE), ...place },
      ];
    },
  },
  {
    name: "awakened",
    names: ["dormant-awakened", "new-network"],
    who: (actor) => isBusy(actor) || actor.kind === "cron",
    silence: [38, 26, 17],
    make: (scene) => times(scene, by(scene, 12, 4, 1), HOUR).map((at) => mask(scene, at)),
  },
  {
    name: "never-mapped",
    names: ["unmapped-connection", "revoked-connection"],
    who: () => true,
    make: (scene) => {
      const name = `lab-${Math.floor(scene.at / MINUTE).toString(36)}`;
      const arn = Principal.parse(`arn:aws:iam::${ACCOUNT}:role/${name}`);
      return times(scene, by(scene, 9, 3, 1), HOUR).map((at) => ({
        ...mask(scene, at),
        arn,
        refused: scene.grade > 0,
      }));
    },
  },
  {
    name: "process-as-admin",
    names: ["admin-connection"],
    who: (actor) => isProcess(actor) && !actor.admin,
    make: (scene) =>
      times(scene, by(scene, 6, 2, 1), HOUR).map((at) => ({
        ...mask(scene, at),
        admin: true,
        refused: scene.grade === 2,
      })),
  },
  {
    name: "at-night",
    names: ["off-hours", "new-network"],
    who: isOf("engineer"),
    make: (scene) => {
      const zone = scene.actor.people[0]?.zone ?? 0;
      const begin = scene.today.day + Math.round(((27 - zone) % 24) * HOUR);
      const within = by(scene, 3, 2, 1) * HOUR - 1;
      const usual = mask(scene, begin);
      return Array.from({ length: by(scene, 35, 12, 6) }, () => ({
        ...usual,
        at: begin + scene.random.int(0, within),
      }));
    },
  },
  {
    name: "runner-elsewhere",
    names: ["new-network", "new-client", "off-hours"],
    who: isOf("runner"),
    make: (scene) => {
      const ip = elsewhere(scene);
      const tool = scene.grade === 0 && { agent: "psql/15.2" };
      return times(scene, by(scene, 10, 4, 2), HOUR).map((at) => ({
        ...mask(scene, at),
        ...from(ip),
        ...tool,
      }));
    },
  },
];
