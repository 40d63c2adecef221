// The standing mappings to IAM roles and users, each with what IAM said of the identity behind it.
import type { MappedIdentity } from "../catalog/iam-facts.ts";
import { mappingGoneText } from "./after-revoke.ts";
import type { DetectorView, Judgement, KnownSubject } from "./detector.ts";
import type { MappingSubject } from "./view-mappings.ts";

/** `identity` undefined: IAM was not asked about this ARN, as the mapping is newer than the snapshot that asked. */
export type MappedPair = { readonly mapping: MappingSubject; readonly identity: MappedIdentity | undefined };

export const mappedPairs = (view: DetectorView): readonly MappedPair[] =>
  view.mappings.standing.map((mapping) => ({ mapping, identity: view.iam.identityOf(mapping.principal) }));

/** The same object each time, so that its identity is worked out once. */
export const mappingSubject = (view: DetectorView, mapping: MappingSubject): Judgement["subject"] =>
  view.once(mapping, () => {
    const { principal, role, roleOid } = mapping;
    return { principal, role, roleOid };
  });

/** Mappings of which IAM could not say whether there is such an identity: nothing found of them is taken back. */
export const notTold = (view: DetectorView): readonly Judgement["subject"][] =>
  mappedPairs(view)
    .filter(({ identity }) => identity === undefined || identity.status === "unreadable")
    .map(({ mapping }) => mappingSubject(view, mapping));

/** For `gone`: whether the mapping itself was taken away, in a sentence. */
export const mappingRevoked = (view: DetectorView, subject: KnownSubject): string | undefined =>
  view.mappings.standing.some((one) => one.principal === subject.principal && one.roleOid === subject.roleOid)
    ? undefined
    : mappingGoneText(view, subject);
