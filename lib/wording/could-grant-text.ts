// Who could have made a change, in plain words, with what is not known of it.
import { iso } from "../core/base/time.ts";
import { othersUnseen, type SessionHours } from "../core/coverage/session-hours.ts";

const when = (at: number): string => iso(at).replace("T", " ").replace(".000Z", "Z");

const SHOWN = 5;
const listed = (names: readonly string[]): string =>
  `${names.slice(0, SHOWN).join(", ")}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ""}`;
const connected = (names: readonly string[], as: string): string =>
  `${names.length} principal${names.length === 1 ? " was" : "s were"} connected as ${as}: ${listed(names)}`;

/** Raw names: whoever shows it makes them visible. */
export const couldGrantText = (
  one: SessionHours & {
    readonly from: number;
    readonly to: number;
    readonly admins: readonly string[];
    readonly grantors: readonly { readonly role: string; readonly principals: readonly string[] }[];
    readonly peersUnread: string | null;
  },
): string => {
  const { from, to, admins, grantors, peersUnread } = one;
  const said = [
    admins.length ? connected(admins, "admin") : "no connection as admin was seen",
    ...grantors.map(({ role, principals }) => connected(principals, `a principal mapped to ${role}`)),
  ].join("; ");
  const who = `Who could have done it, between ${when(from)} and ${when(to)}: ${said}.`;
  return [who, ...othersUnseen(one, peersUnread)].join(" ");
};
