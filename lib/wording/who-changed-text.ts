// Who changed IAM or a cluster's policy while a finding ended, in plain words.
import { minute } from "../core/base/time.ts";
import { principalName, visible } from "../core/base/visible-text.ts";

/** A call that CloudTrail recorded; names as they came. */
export type RecordedCall = {
  readonly eventId: string;
  readonly at: number;
  readonly name: string;
  readonly principal: string;
  readonly target: string | null;
};

const SHOWN = 3;

const callText = ({ eventId, at, name, principal, target }: RecordedCall): string => {
  const of = target === null ? "" : ` of ${visible(target.slice(target.lastIndexOf("/") + 1), 64)}`;
  return `${visible(name, 64)}${of} by ${principalName(principal)} at ${minute(at)} (event ${visible(eventId, 64)})`;
};

/** `isCut`: there are further ones; `unreadable`: the keys of stored ones that cannot be read. */
type NotTold = { readonly isCut: boolean; readonly unreadable: readonly string[] };

const unreadableText = ([first, ...more]: readonly string[]): string =>
  first === undefined
    ? ""
    : ` What was stored of ${more.length ? `${more.length + 1} calls` : "one call"} cannot be read: ${first}${more.length ? ` and ${more.length} more` : ""}.`;

/** In the order given, the first three. A recorded call is one that may have done it: what else changed is not known. */
export const whoChangedText = (calls: readonly RecordedCall[], { isCut, unreadable }: NotTold): string =>
  `${recordedText(calls, isCut)}${unreadableText(unreadable)}`;

const recordedText = (calls: readonly RecordedCall[], isCut: boolean): string => {
  if (!calls.length)
    return "Who did it is not known: CloudTrail told of no change of IAM or of the cluster's policy in between, or its event has not come.";
  const shown = calls.slice(0, SHOWN).map(callText).join("; ");
  const more = calls.length - SHOWN;
  const others = more > 0 ? `; and ${isCut ? "at least " : ""}${more} more` : "";
  return `CloudTrail recorded in between: ${shown}${others}.`;
};
