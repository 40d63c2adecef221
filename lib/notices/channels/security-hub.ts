// Imports findings into Security Hub: each as it is now, in the place of what it was.
import { BatchImportFindingsCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { FeedEvent } from "../../core/incidents/feed.ts";
import { asffOf } from "../formats/asff.ts";
import type { FormatOptions } from "../formats/format.ts";
import { byteLength } from "../message-size.ts";
import { type Channel, packed } from "./channel.ts";
import { type Place, refusedCall, refusedPart } from "./refusal.ts";

// https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchimportfindings.html: findings of a call, and their size
const LIMITS = { most: 100, bytes: 5_500_000 } as const;

/** Its client comes with the channel: it is large, and few deployments have it. */
export { SecurityHubClient };

const PLACE: Place = {
  what: "Security Hub",
  missing: "Switch Security Hub on in this account and Region, or set the parameter securityHub to off.",
  denied: "Allow securityhub:BatchImportFindings on the account's default product, in the role of notify.",
};

/** The newest of each finding last: Security Hub keeps one state of each. */
const statesOf = (events: readonly FeedEvent[]) =>
  [...Map.groupBy(events, ({ finding }) => finding.id).values()].flatMap((own) => {
    const last = own.at(-1);
    return last ? [{ own, last }] : [];
  });

export const securityHub = (client: SecurityHubClient, options: Pick<FormatOptions, "wordsOf">): Channel => ({
  name: "security-hub",
  send: async (events) => {
    const taken: FeedEvent[] = [];
    // An update that is not newer than what is there is passed over: it is as new as what is told by it.
    const states = statesOf(events).map(({ own, last }) => ({
      own,
      asff: asffOf(last.finding, { ...options, updatedAt: last.mark.at }),
    }));
    let failure: ReturnType<typeof refusedPart> | undefined;
    for (const group of packed(states, ({ asff }) => byteLength(JSON.stringify(asff)), LIMITS)) {
      try {
        const { FailedFindings = [] } = await client.send(
          new BatchImportFindingsCommand({ Findings: group.map(({ asff }) => asff) }),
        );
        const refused = new Map(FailedFindings.map(({ Id, ErrorCode }) => [Id, ErrorCode]));
        for (const { own, asff } of group) {
          if (!refused.has(asff.Id)) taken.push(...own);
          else failure ??= refusedPart(PLACE, refused.get(asff.Id));
        }
      } catch (error) {
        return { taken, failure: refusedCall(PLACE, error) };
      }
    }
    return { taken, failure };
  },
});
