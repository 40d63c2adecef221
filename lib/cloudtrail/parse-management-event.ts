// Reads the few management events that matter out of a CloudTrail record, bare or in EventBridge's envelope.

import { callerOf, fieldsOf, textOf } from "../core/activity/principal.ts";
import { scopeOf } from "../core/coverage/coverage-scope.ts";
import {
  type ManagementEvent,
  type ManagementKind,
  managementKinds,
} from "../core/coverage/management-event.ts";
import { eventTimeOf, unwrapRecord } from "./parse-record.ts";

const kindOf = (source: string, name: string): ManagementKind | undefined => {
  if (!Object.hasOwn(managementKinds, source)) return undefined;
  const kinds: Readonly<Record<string, ManagementKind>> =
    managementKinds[source as keyof typeof managementKinds];
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
};

/** undefined: another event, a refused one (it changed nothing), or one without id and time. */
export const parseManagementEvent = (raw: unknown): ManagementEvent | undefined => {
  const { record } = unwrapRecord(raw);
  const source = textOf(record.eventSource);
  const name = textOf(record.eventName);
  const kind = source === undefined || name === undefined ? undefined : kindOf(source, name);
  const at = eventTimeOf(record.eventTime);
  const eventId = textOf(record.eventID);
  if (kind === undefined || name === undefined || at === undefined || eventId === undefined) return undefined;
  if (textOf(record.errorCode) !== undefined) return undefined;
  const request = fieldsOf(record.requestParameters);
  const response = fieldsOf(record.responseElements);
  const { principal } = callerOf(record.userIdentity);
  return {
    eventId,
    at,
    kind,
    name,
    scope: scopeOf(textOf(record.recipientAccountId), textOf(record.awsRegion)),
    principal,
    target:
      textOf(request.name) ??
      textOf(request.trailName) ??
      textOf(request.identifier) ??
      textOf(response.arn) ??
      textOf(response.trailARN) ??
      null,
  };
};
