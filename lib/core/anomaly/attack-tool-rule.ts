// The rule of signs that a client calls itself by the name of a tool that is made to attack databases or accounts.
import { clientFamily } from "../activity/client-family.ts";
import { LEAST_THRESHOLD, STANDING_DAYS } from "./constants.ts";
import { connectedOrTried } from "./in-words.ts";
import type { SignRule } from "./sign-rule.ts";

/**
 * Names that nothing else bears. Of tools whose names are those of ordinary programs too (hydra, medusa, nuclei, pacu) none
 * stands here: somebody is woken by these.
 */
const TOOLS =
  "sqlmap sqlninja sqlsus bbqsql nosqlmap havij metasploit msfconsole meterpreter crackmapexec ncrack nmap masscan zgrab nikto w3af weirdaal cloudfox stratus-red-team";

const TOOL = new RegExp(`(?:^|[^a-z0-9])(?:${TOOLS.replaceAll(" ", "|")})\\d*(?:$|[^a-z0-9])`, "i");

/** Whether a client family is one of a tool made for attacks, as whole words. */
export const isAttackTool = (family: string): boolean => TOOL.test(family);

/** Whether a sign says that a client let in calls itself such a tool, or that it only tried; undefined: neither. */
export const attackToolIn = ({
  evidence,
}: {
  readonly evidence: Readonly<Record<string, unknown>>;
}): "let in" | "refused" | undefined =>
  typeof evidence.attackTool !== "string" ? undefined : evidence.refused === true ? "refused" : "let in";

/**
 * A fact: it takes no history to know such a name. What was let in so on a week of days stands, and is no event. A try alone
 * carries as much as the least finding: anybody can put a name into a request that is refused.
 */
export const attackToolRule: SignRule = {
  id: "attack-tool",
  group: "client",
  measure: "fact",
  habitFree: true,
  isCertain: true,
  reached: ({ tallies }, { habits }) => {
    const named = tallies.filter(({ client }) => isAttackTool(clientFamily(client)));
    return [...Map.groupBy(named, ({ client }) => clientFamily(client))].flatMap(([family, seen]) => {
      if ((habits.families.get(family)?.days ?? 0) >= STANDING_DAYS) return [];
      const { refused, did } = connectedOrTried(seen);
      return [
        {
          level: 1,
          value: family,
          ...(refused && { bits: LEAST_THRESHOLD }),
          firstAt: Math.min(...seen.map(({ firstAt }) => firstAt)),
          lastAt: Math.max(...seen.map(({ lastAt }) => lastAt)),
          eventIds: seen.map(({ firstEventId }) => firstEventId).slice(0, 5),
          what: `${did} with a client that calls itself ${family}, a tool made for attacks`,
          evidence: {
            attackTool: family,
            connections: seen.reduce((sum, { count }) => sum + count, 0),
            refused,
          },
        },
      ];
    });
  },
};
