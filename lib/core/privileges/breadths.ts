// How many privileges roles have on all objects together.
import { HELD_BITS, type PrivilegeMask } from "../catalog/privileges.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";

const countOf = (mask: PrivilegeMask): number => {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count += 1;
  return count;
};

/**
 * The number of privileges of each role, at once or after SET ROLE, as the roles stand. Block by block: the matrix keeps few
 * of them, and role by role it would solve each anew for every role.
 */
export const breadthsOf = (
  { objects, matrix }: Pick<AccessEngine, "objects" | "matrix">,
  roles: readonly RoleId[],
): readonly number[] => {
  const sums = roles.map(() => 0);
  for (let at = 0; at < objects.length; ) {
    const { from, width, held, settable } = matrix.block(at);
    for (const [n, role] of roles.entries()) {
      let sum = 0;
      for (let i = role * width; i < (role + 1) * width; i += 1) {
        const mask = ((held[i] as number) | (settable[i] as number)) & HELD_BITS;
        if (mask !== 0) sum += countOf(mask);
      }
      sums[n] = (sums[n] as number) + sum;
    }
    at = from + width;
  }
  return sums;
};
