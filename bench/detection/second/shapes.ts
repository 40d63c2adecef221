// Fifteen ways to misuse access to the second estate, each strong, medium and weak.
import { Principal } from "../../../lib/core/base/ids.ts";
import { DAY, HOUR, MINUTE } from "../../../lib/core/base/time.ts";
import type { SimEvent } from "../routine.ts";
import { offsetOf } from "./calendar.ts";
import { ACCOUNT, type Party, somewhere } from "./cast.ts";
import type { Happenings } from "./happenings.ts";
import { among, at, hourOf, largestHour, mask, others, type Scene, times } from "./scene.ts";

type Shape = {
  readonly name: string;
  readonly names: readonly string[];
  readonly who: (party: Party, plan: Happenings) => boolean;
  readonly make: (scene: Scene) => readonly SimEvent[];
  /** Days of silence before, by grade. */
  readonly silence?: readonly [number, number, number];
};

const isPerson = ({ shape }: Party): boolean => shape === "people";
const isProcess = (party: Party): boolean => !isPerson(party);
const isServing = ({ shape }: Party): boolean =>
  shape === "behind-nat" ||
  shape === "pods" ||
  shape === "function" ||
  shape === "scaling-group" ||
  shape === "partner";
const isSteady = ({ shape }: Party): boolean => shape !== "hosted-pipeline" && shape !== "people";
const by = <T>(grade: number, ...values: readonly [T, T, T]): T => values[grade] ?? values[2];

export const SHAPES: readonly Shape[] = [
  {
    name: "key-elsewhere",
    names: ["new-network", "new-client", "human-in-machine-role"],
    who: isSteady,
    make: (scene) => {
      const { random, grade } = scene;
      const event = {
        ...mask(scene),
        network: by(grade, somewhere(random), somewhere(random), among(random)),
      };
      return at(times(random, scene.at, 2 * HOUR, by(grade, 25, 6, 3)), {
        ...event,
        ...(grade === 0 && { client: "psql/15.8" }),
      });
    },
  },
  {
    name: "impossible-travel",
    names: ["concurrent-networks", "new-network"],
    who: isPerson,
    make: (scene) => {
      const { random, grade } = scene;
      const here = mask(scene);
      const hour = hourOf(scene.at);
      return [
        ...at(times(random, hour, 55 * MINUTE, 3), here),
        ...at(times(random, hour, 55 * MINUTE, by(grade, 15, 5, 2)), {
          ...here,
          network: by(grade, somewhere(random), somewhere(random), among(random)),
        }),
      ];
    },
  },
  {
    name: "person-in-service-role",
    names: ["human-in-machine-role", "new-client", "new-network"],
    who: isSteady,
    make: (scene) => {
      const { random, grade } = scene;
      const own = mask(scene);
      const [other] = others(scene, isPerson, 1);
      const human = other?.humans[0];
      const place = other && mask({ ...scene, party: other });
      return at(times(random, scene.at, HOUR, by(grade, 10, 4, 1)), {
        ...own,
        session: human?.session ?? own.session,
        client: by(grade, human?.tool ?? "psql/17.2", human?.tool ?? "psql/17.2", own.client),
        network: by(grade, place?.network ?? own.network, own.network, own.network),
      });
    },
  },
  {
    name: "strange-tool",
    names: ["new-client", "human-in-machine-role"],
    who: isSteady,
    make: (scene) =>
      at(times(scene.random, scene.at, 3 * HOUR, by(scene.grade, 12, 4, 2)), {
        ...mask(scene),
        client: by(scene.grade, "sqldump-ng/0.9", "node-fetch/3.3", "psql/17.2"),
      }),
  },
  {
    name: "copying",
    names: ["connection-burst"],
    who: isServing,
    make: (scene) => {
      const { random, grade } = scene;
      const most = largestHour(scene);
      const hours = by(grade, 1, 2, 5);
      const factor = by(grade, 12, 4.5, 1.7);
      return Array.from({ length: hours }, (_, i) =>
        at(
          times(random, hourOf(scene.at) + i * HOUR, HOUR - 1, Math.ceil(factor * Math.max(3, most))),
          mask(scene),
        ),
      ).flat();
    },
  },
  {
    name: "spraying",
    names: ["spread-refusals", "failed-attempts"],
    who: () => true,
    make: (scene) => {
      const { random, grade } = scene;
      const network = by(grade, somewhere(random), somewhere(random), among(random));
      const hour = hourOf(scene.at);
      return [scene.party, ...others(scene, () => true, by(grade, 14, 7, 3))].flatMap((party) =>
        at(times(random, hour, 55 * MINUTE, by(grade, 3, 2, 1)), {
          ...mask({ ...scene, party }),
          network,
          outcome: "refused",
        }),
      );
    },
  },
  {
    name: "guessing",
    names: ["failed-attempts", "new-network"],
    who: () => true,
    make: (scene) => {
      const { random, grade } = scene;
      const own = mask(scene);
      const network = by(grade, somewhere(random), somewhere(random), own.network);
      const tries = times(random, hourOf(scene.at), 40 * MINUTE, by(grade, 200, 45, 18));
      return [
        ...at(tries, { ...own, network, outcome: "refused" }),
        ...(grade === 2 ? [] : at([hourOf(scene.at) + 45 * MINUTE], { ...own, network })),
      ];
    },
  },
  {
    name: "revoked-tries-again",
    names: ["revoked-connection", "unmapped-connection"],
    who: (party, plan) => plan.leaves.has(party),
    make: (scene) =>
      at(times(scene.random, scene.at, 2 * HOUR, by(scene.grade, 8, 3, 1)), {
        ...mask({ ...scene, n: (scene.plan.leaves.get(scene.party) ?? 1) + 1 }),
        outcome: by<"allowed" | "refused">(scene.grade, "allowed", "refused", "refused"),
      }),
  },
  {
    name: "never-mapped",
    names: ["unmapped-connection", "revoked-connection"],
    who: () => true,
    make: (scene) => {
      const { random, grade } = scene;
      const arn = Principal.parse(
        `arn:aws:iam::${ACCOUNT}:role/unit-${Math.floor(scene.at / MINUTE).toString(36)}`,
      );
      return at(times(random, scene.at, HOUR, by(grade, 12, 4, 1)), {
        ...mask(scene),
        member: { ...scene.party, arn },
        outcome: by<"allowed" | "refused">(grade, "allowed", "refused", "refused"),
      });
    },
  },
  {
    name: "service-as-admin",
    names: ["admin-connection"],
    who: (party) => isProcess(party) && !party.isAdmin,
    make: (scene) =>
      at(times(scene.random, scene.at, HOUR, by(scene.grade, 9, 2, 1)), {
        ...mask(scene),
        action: "DbConnectAdmin",
        outcome: by<"allowed" | "refused">(scene.grade, "allowed", "allowed", "refused"),
      }),
  },
  {
    name: "awakened",
    names: ["dormant-awakened", "new-network", "new-client"],
    who: (party) => isServing(party) || party.shape === "nightly" || party.shape === "key-on-a-server",
    silence: [40, 28, 18],
    make: (scene) => at(times(scene.random, scene.at, HOUR, by(scene.grade, 15, 4, 1)), mask(scene)),
  },
  {
    name: "at-night",
    names: ["off-hours", "new-network"],
    who: isPerson,
    make: (scene) => {
      const { random, grade, party } = scene;
      const human = party.humans[0];
      const own = mask(scene);
      const begin = scene.start + scene.n * DAY;
      const night = 3 * HOUR - offsetOf(human?.zone ?? "UTC", begin);
      const from = begin + (night < 0 ? night + DAY : night);
      return at(times(random, from, by(grade, 3, 2, 1) * HOUR - 1, by(grade, 40, 12, 5)), {
        ...own,
        network: by(grade, among(random), own.network, own.network),
      });
    },
  },
  {
    name: "slow-use",
    names: ["new-network"],
    who: isSteady,
    make: (scene) => {
      const { random, grade } = scene;
      const event = {
        ...mask(scene),
        network: by(grade, somewhere(random), somewhere(random), among(random)),
      };
      const every = by(grade, 4, 6, 9);
      return Array.from({ length: by(grade, 12, 10, 8) }, (_, i) => ({
        ...event,
        at: scene.at + i * every * HOUR + random.int(0, HOUR),
      }));
    },
  },
  {
    name: "campaign",
    names: ["new-network", "new-client", "concurrent-networks", "spread-refusals"],
    who: isSteady,
    make: (scene) => {
      const { random, grade } = scene;
      const network = by(grade, somewhere(random), somewhere(random), among(random));
      return [scene.party, ...others(scene, isSteady, by(grade, 3, 2, 2))].flatMap((party) =>
        at(times(random, hourOf(scene.at), 55 * MINUTE, by(grade, 6, 3, 2)), {
          ...mask({ ...scene, party }),
          network,
        }),
      );
    },
  },
  {
    name: "next-door",
    names: ["new-network", "new-client"],
    who: (party) =>
      party.shape === "behind-nat" || party.shape === "partner" || party.shape === "key-on-a-server",
    make: (scene) => {
      const { random, grade } = scene;
      const own = mask(scene);
      const network = own.network.replace(/\.\d+\.0\/24$/, `.${random.int(0, 255)}.0/24`);
      return at(times(random, scene.at, HOUR, by(grade, 20, 6, 3)), {
        ...own,
        network,
        client: by(grade, "psql/17.2", "curl/8.11", own.client),
      });
    },
  },
];
