// The attacks of the demonstration: what each one does, and the detector whose business it is.
import { MINUTE } from "../../lib/core/base/time.ts";
import type { PrincipalKey } from "./estate.ts";

/** Connections that an attacker makes; what is not said is as the principal always does it. */
export type Shot = {
  readonly who: PrincipalKey;
  /** Counts from the first midnight. */
  readonly at: number;
  readonly ip?: string;
  readonly agent?: string;
  readonly session?: string;
  readonly refused?: boolean;
  /** Asks for the cluster's administrator. */
  readonly asAdmin?: boolean;
  /** By whoever was made again under its name. */
  readonly madeAgain?: boolean;
  /** By the root user of the account, whoever `who` is. */
  readonly asRoot?: boolean;
};

export type Attack = {
  /** Of the first connection, from the first midnight. */
  readonly at: number;
  /** The detector that looks for it. */
  readonly detector: string;
  /** Whom the finding should be about; none: it is about a network. */
  readonly who: PrincipalKey | "root" | undefined;
  /** What happens, in a few words. */
  readonly what: string;
  readonly shots: readonly Shot[];
};

/** `count` times the same, evenly over `over` milliseconds. */
const repeated = (shot: Shot, count: number, over: number): Shot[] =>
  Array.from({ length: count }, (_, i) => ({ ...shot, at: shot.at + Math.floor((i * over) / count) }));

const attack = (detector: string, who: Attack["who"], what: string, shots: readonly Shot[]): Attack => ({
  at: Math.min(...shots.map(({ at }) => at)),
  detector,
  who,
  what,
  shots,
});

/** Networks that are set aside for examples and measurements: they belong to nobody. */
const STRANGE = "203.0.113.77";
const SPRAYING = "198.18.7.20";
const FAR_AWAY = "3fff:abc::7";

/** Within the hour that begins at `hour`: stolen credentials of services, and a colleague who does not sleep. */
export const nightOfThieves = (hour: number): Attack[] => {
  const at = (minute: number): number => hour + minute * MINUTE;
  return [
    attack("off-hours", "support", "somebody of support connects at one in the morning", [
      { who: "support", at: at(4) },
      { who: "support", at: at(6) },
    ]),
    attack(
      "new-network",
      "userService",
      "the user service's role is used from a network it never came from",
      repeated(
        { who: "userService", at: at(12), ip: STRANGE, agent: "psql/16.4", session: "user-service-7c1" },
        3,
        2 * MINUTE,
      ),
    ),
    attack(
      "attack-tool",
      "catalogApi",
      "the catalog API's role is used by a client that calls itself sqlmap",
      [{ who: "catalogApi", at: at(21), agent: "sqlmap/1.9" }],
    ),
    attack(
      "connection-burst",
      "ordersApi",
      "the orders API opens 80 connections in a quarter of an hour",
      repeated({ who: "ordersApi", at: at(31) }, 80, 15 * MINUTE),
    ),
  ];
};

/** Within the hour that begins at `hour`: a forgotten mapping, a person behind a job, and guesses. */
export const eveningOfGuesses = (hour: number): Attack[] => {
  const at = (minute: number): number => hour + minute * MINUTE;
  return [
    attack("dormant-awakened", "contractor", "the contractor's forgotten access is used again", [
      { who: "contractor", at: at(9) },
    ]),
    attack("human-in-machine-role", "reporting", "a person with DBeaver is behind the nightly job's role", [
      { who: "reporting", at: at(17), session: "jonas.weber", agent: "DBeaver/25.2" },
    ]),
    attack(
      "failed-attempts",
      "backup",
      "24 attempts of the backup role are refused within ten minutes",
      repeated({ who: "backup", at: at(30), refused: true }, 24, 10 * MINUTE),
    ),
    attack(
      "spread-refusals",
      undefined,
      `one network tries the keys of three services, and is refused`,
      (["ordersApi", "catalogApi", "userService"] as const).map((who, i) => ({
        who,
        at: at(44 + i),
        ip: SPRAYING,
        agent: "psycopg/3.2",
        refused: true,
      })),
    ),
    attack("new-network", "catalogApi", "and one of the keys opens", [
      { who: "catalogApi", at: at(49), ip: SPRAYING },
    ]),
  ];
};

/** Within the hour that begins at `hour`: powers that should rest, people and accounts that should not be there. */
export const oddAfternoon = (hour: number): Attack[] => {
  const at = (minute: number): number => hour + minute * MINUTE;
  return [
    attack("admin-connection", "migrations", "the migration job connects as admin", [
      { who: "migrations", at: at(3), asAdmin: true },
    ]),
    attack("root-connection", "root", "the root user of the AWS account connects", [
      { who: "admin", at: at(8), ip: "198.18.99.5", agent: "psql/16.4", asAdmin: true, asRoot: true },
    ]),
    attack("unmapped-connection", "staging", "a worker of staging tries the orders API's role", [
      { who: "staging", at: at(15), refused: true },
    ]),
    attack("revoked-connection", "contractor", "the contractor tries again, after the mapping was revoked", [
      { who: "contractor", at: at(22), refused: true },
      { who: "contractor", at: at(23), refused: true },
    ]),
    attack(
      "concurrent-networks",
      "support",
      "one session of support is in two countries within the hour, with two clients",
      [
        { who: "support", at: at(31), session: "lea@example.com" },
        { who: "support", at: at(40), session: "lea@example.com", ip: FAR_AWAY, agent: "psql/17.2" },
      ],
    ),
    attack("cross-account", "partner", "an IAM role of another AWS account connects", [
      { who: "partner", at: at(50) },
    ]),
  ];
};
