// What declarations do to a sign: what is declared is no sign, what goes against a declaration weighs more.
import type { DeclaredHabits } from "../baseline/declared-habits.ts";
import { DECLARED_BITS, MOST_BITS } from "./constants.ts";
import type { Reached, SignGroup } from "./sign-rule.ts";

/**
 * The bits of a sign in the light of what is declared of its principal; undefined: it is declared, and no sign. Networks
 * speak of signs of networks, hours of signs of hours, planned changes of both and of clients and bursts.
 */
export const withDeclared = (
  bits: number,
  group: SignGroup,
  { value, firstAt }: Pick<Reached, "value" | "firstAt">,
  declared: DeclaredHabits | undefined,
): number | undefined => {
  if (!declared) return bits;
  const said =
    group === "network" && value !== undefined
      ? declared.network(value)
      : group === "hours"
        ? declared.hour(firstAt)
        : undefined;
  if (said === "inside") return undefined;
  const against = said === "outside" ? DECLARED_BITS : 0;
  const isExpected = ["network", "hours", "client", "burst"].includes(group) && declared.isPlanned(firstAt);
  return Math.min(MOST_BITS, bits + against - (isExpected ? DECLARED_BITS : 0));
};
