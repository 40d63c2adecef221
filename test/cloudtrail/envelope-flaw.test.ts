// Events that speak for another account than the one that they came from.
import { describe, expect, it } from "vitest";
import { envelopeFlaw } from "../../lib/cloudtrail/envelope-flaw.ts";
import { parseRecord } from "../../lib/cloudtrail/parse-record.ts";
import { connectRecord, envelope } from "../support/records.ts";

const HOME = "111122223333";
const MEMBER = "444455556666";
const CALLER = "777788889999";

/** A connect to a cluster of HOME by a role of `caller`, as EventBridge of `from` brings it. */
const connect = (
  caller: string,
  recipient: unknown,
  from: unknown = recipient,
  source: unknown = "aws.dsql",
) => {
  const issuer = { type: "Role", arn: `arn:aws:iam::${caller}:role/App`, accountId: caller };
  const userIdentity = {
    ...{ type: "AssumedRole", arn: `arn:aws:sts::${caller}:assumed-role/App/s`, accountId: caller },
    sessionContext: { sessionIssuer: issuer },
  };
  const record = connectRecord({ extra: { userIdentity, recipientAccountId: recipient } });
  return { ...envelope(record), account: from, source };
};
const flawOf = (event: unknown) => {
  const parsed = parseRecord(event);
  return envelopeFlaw(event, parsed.kind === "connection" ? parsed.connection : undefined);
};

describe("an event of EventBridge", () => {
  it.each([
    ["of the cluster's account, by its own role", connect(HOME, HOME)],
    ["of the cluster's account, by a role of another one", connect(CALLER, HOME)],
    ["of the caller's account", connect(CALLER, CALLER)],
    ["without a recipient", connect(CALLER, undefined, MEMBER)],
    ["without an account", connect(HOME, HOME, undefined)],
    ["that is a bare record", connectRecord({ extra: { recipientAccountId: MEMBER } })],
  ])("%s is taken", (_, event) => {
    expect(flawOf(event)).toBeUndefined();
  });

  it.each([
    [
      "whose record is of an account that neither calls nor has the cluster",
      connect(HOME, MEMBER),
      /neither/,
    ],
    [
      "that came from another account than its record's",
      connect(HOME, HOME, MEMBER),
      /came from account 4444/,
    ],
    ["that somebody put", connect(HOME, HOME, HOME, "my.app"), /its source is my\.app/],
  ])("%s is not", (_, event, why) => {
    expect(flawOf(event)).toMatch(why);
  });
});
