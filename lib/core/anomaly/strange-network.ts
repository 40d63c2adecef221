// How strange a network is to a principal that never came from it, and whether such networks are its habit.
import type { Principal } from "../base/ids.ts";
import { coarseNetwork, isNamedNetwork } from "./coarse-network.ts";
import { LEAST_BITS, LEAST_CROWD } from "./constants.ts";
import type { HabitFigures } from "./habits.ts";
import { FOREIGN_NEIGHBOURHOOD, FOREIGN_NETWORK, type Surroundings } from "./sign-rule.ts";

/** What the levels of new networks are counted under. */
export const NEW_NETWORK = "new-network";

const SHARED_NEIGHBOURHOOD = 3;
const SHARED_NETWORK = 1;

/** The level of a network that the principal does not know: by whether it or others know the neighbourhood, and others the network. */
export const strangeness = (
  network: string,
  principal: Principal,
  own: HabitFigures,
  isUsedByOthers: Surroundings["isUsedByOthers"],
): number => {
  const coarse = coarseNetwork(network);
  if (!own.isKnown("neighbourhoods", coarse))
    return isUsedByOthers(coarse, principal) ? SHARED_NEIGHBOURHOOD : FOREIGN_NEIGHBOURHOOD;
  return isUsedByOthers(network, principal) ? SHARED_NETWORK : FOREIGN_NETWORK;
};

/**
 * Whether networks of this level or stranger ones are what the principal always brings: on three of its days at least, and
 * on one in sixteen. Of a function outside a VPC, whose every environment has another address, a new one says nothing.
 */
export const bringsNewNetworks = ({ habits, activeDays }: HabitFigures, level: number): boolean => {
  const days = habits.days.filter(({ levels }) => (levels[NEW_NETWORK] ?? 0) >= level).length;
  return days >= LEAST_CROWD && days * 2 ** LEAST_BITS >= activeDays;
};

/** Whether a principal that comes from this network does as ever: what befalls the whole estate befalls it there. */
export const isUsualPlace = (
  network: string,
  principal: Principal,
  own: HabitFigures,
  isUsedByOthers: Surroundings["isUsedByOthers"],
): boolean =>
  !isNamedNetwork(network) ||
  own.isKnown("networks", network) ||
  bringsNewNetworks(own, strangeness(network, principal, own, isUsedByOthers));
