// Who could have made a change, in plain words, with what is not known of it.
import { counted } from "../core/base/counted.ts";
import { iso } from "../core/base/time.ts";

const when = (at: number): string => iso(at).replace("T", " ").replace(".000Z", "Z");

const SHOWN = 5;
const listed = (names: readonly string[]): string =>
  `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ""}`;
const connected = (names: readonly string[], as: string): string =>
  `${names.length} principal${names.length === 1 ? " was" : "s were"} connected as ${as}: ${listed(names)}`;

/** Raw names: whoever shows it makes them visible. */
export const couldGrantText = (one: {
  readonly from: number;
  readonly to: number;
  readonly admins: readonly string[];
  readonly grantors: readonly { readonly role: string; readonly principals: readonly string[] }[];
  readonly hours: number;
  readonly unprovenHours: number;
}): string => {
  const { from, to, admins, grantors, hours, unprovenHours } = one;
  const said = [
    admins.length ? connected(admins, "admin") : "no connection as admin was seen",
    ...grantors.map(({ role, principals }) => connected(principals, `a principal mapped to ${role}`)),
  ].join("; ");
  const unknown = unprovenHours
    ? ` Not known: for ${unprovenHours} of ${counted(hours, "hour")} capture is not proven, there may have been others.`
    : "";
  return `Who could have done it, between ${when(from)} and ${when(to)}: ${said}.${unknown}`;
};
