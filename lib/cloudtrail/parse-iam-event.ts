// Reads who changed IAM out of a CloudTrail record, bare or in EventBridge's envelope.
import { callerOf, fieldsOf, textOf } from "../core/activity/principal.ts";
import type { IamEvent } from "../core/iam/iam-event.ts";
import { eventTimeOf, unwrapRecord } from "./parse-record.ts";

/** IAM's calls have such names; its ARNs are shorter than this. */
const CALL = /^[A-Z][A-Za-z]{2,60}$/;
const MAX_TARGET = 600;

/** What a call changes, by the parameter that names it: of a user in a group the user. */
const TARGETS = ["roleName", "userName", "groupName", "policyArn"] as const;

/** undefined: another event, a refused one (it changed nothing), one that only reads, or one without id, time or account. */
export const parseIamEvent = (raw: unknown): IamEvent | undefined => {
  const { record } = unwrapRecord(raw);
  const name = textOf(record.eventName);
  const at = eventTimeOf(record.eventTime);
  const eventId = textOf(record.eventID);
  const account = textOf(record.recipientAccountId);
  if (record.eventSource !== "iam.amazonaws.com" || record.readOnly === true) return undefined;
  if (name === undefined || !CALL.test(name) || textOf(record.errorCode) !== undefined) return undefined;
  if (at === undefined || eventId === undefined || account === undefined) return undefined;
  const request = fieldsOf(record.requestParameters);
  const target = TARGETS.flatMap((field) => textOf(request[field]) ?? [])[0];
  const { principal } = callerOf(record.userIdentity);
  return { eventId, at, name, account, principal, target: target?.slice(0, MAX_TARGET) ?? null };
};
