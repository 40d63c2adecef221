// What a baseline declares of a principal's connections: from where, when, and while which changes.
import { type Principal, withoutPath } from "../base/ids.ts";
import type { Instant } from "../base/time.ts";
import type { Baseline, Component } from "./baseline.ts";
import { isWorkingTime } from "./hours.ts";
import { isWithin } from "./moments.ts";

/** inside: as declared; outside: against it; undefined: nothing is declared. */
export type Declared = "inside" | "outside" | undefined;

export type DeclaredHabits = {
  /** A network as connections are told apart: a /24, a /48, a VPC endpoint. */
  readonly network: (network: string) => Declared;
  readonly hour: (at: Instant) => Declared;
  /** A planned change of one of its roles is under way. */
  readonly isPlanned: (at: Instant) => boolean;
};

type Range = { readonly base: bigint; readonly bits: number; readonly width: 32 | 128 };

const groupsOf = (text: string): bigint | undefined => {
  const [head = "", tail] = text.split("::");
  const read = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const left = read(head);
  const right = tail === undefined ? [] : read(tail);
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...left, ...Array<string>(missing).fill("0"), ...right].reduce(
    (sum, group) => (sum << 16n) + BigInt(`0x${group || "0"}`),
    0n,
  );
};

const rangeOf = (network: string): Range | undefined => {
  const [address = "", length] = network.split("/");
  if (length === undefined) return undefined;
  if (address.includes(":")) {
    const base = groupsOf(address);
    return base === undefined ? undefined : { base, bits: Number(length), width: 128 };
  }
  const base = address.split(".").reduce((sum, part) => (sum << 8n) + BigInt(Number(part) || 0), 0n);
  return { base, bits: Number(length), width: 32 };
};

/** Whether two networks share an address: a narrower declaration than a /24 cannot be told from its /24. */
const overlap = (a: string, b: string): boolean => {
  if (a === b) return true;
  const [one, other] = [rangeOf(a), rangeOf(b)];
  if (!one || !other || one.width !== other.width) return false;
  const shift = BigInt(one.width - Math.min(one.bits, other.bits));
  return one.base >> shift === other.base >> shift;
};

/** Any of the components that say something: one that allows it is enough. */
const anyOf = (answers: readonly (boolean | undefined)[]): Declared => {
  const said = answers.filter((answer) => answer !== undefined);
  return said.length ? (said.includes(true) ? "inside" : "outside") : undefined;
};

/** By principal; undefined for who is in no component. */
export const declaredHabits = (
  baseline: Baseline,
): ((principal: Principal) => DeclaredHabits | undefined) => {
  const { components, holidays = [], plannedChanges = [] } = baseline;
  const byPrincipal = new Map<string, Component[]>();
  for (const component of components) {
    for (const { arn } of component.principals ?? []) {
      const known = byPrincipal.get(withoutPath(arn));
      if (known) known.push(component);
      else byPrincipal.set(withoutPath(arn), [component]);
    }
  }
  return (principal) => {
    const own = byPrincipal.get(withoutPath(principal));
    if (!own) return undefined;
    const roles = new Set(own.map(({ role }) => role));
    const changes = plannedChanges.filter((change) => change.roles?.some((role) => roles.has(role)) ?? true);
    return {
      network: (network) =>
        anyOf(own.map(({ networks }) => networks?.some((declared) => overlap(declared, network)))),
      hour: (at) => anyOf(own.map(({ hours }) => hours && isWorkingTime(hours, holidays, at))),
      isPlanned: (at) => changes.some((change) => isWithin(change, at)),
    };
  };
};
