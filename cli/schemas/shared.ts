// What the JSON documents of several commands have in common. Fields may be added to a document; those listed stay.
import * as z from "zod";
import { sectionNames } from "../../lib/core/catalog/catalog.ts";
import { PRIVILEGES } from "../../lib/core/catalog/privileges.ts";

export const Time = z.iso.datetime().describe("ISO 8601 in UTC.");
export const Count = z.int().nonnegative();
export const Cluster = z.string().describe("The ARN of the cluster, or its address.");
export const Section = z.enum(sectionNames).describe("One part of a snapshot.");
const privilegeNames = PRIVILEGES.map(({ name }) => name) as [string, ...string[]];
export const Privilege = z.enum(privilegeNames);
export const Hash = z.string().regex(/^[0-9a-f]{64}$/);

export const SnapshotRef = z.looseObject({ seq: z.int().positive(), takenAt: Time, manifestHash: Hash });

/** What an answer about the past rests on. */
export const basis = {
  snapshot: SnapshotRef,
  uncertainty: z
    .looseObject({
      after: Time.describe("When the snapshot was taken."),
      before: Time.nullable().describe("When the next one was taken; null: there is none."),
      unreadable: z.array(z.looseObject({ section: Section, lastReadAt: Time.nullable() })),
      text: z.string(),
    })
    .describe("What the snapshot cannot say."),
};

const At = z.looseObject({ seq: z.int().positive(), takenAt: Time });
const changed = {
  text: z.string().describe("The change in a sentence."),
  change: z.looseObject({ kind: z.string() }).describe("The change as data; its fields depend on its kind."),
};
export const Change = z.looseObject(changed);
export const RecordedChange = z.looseObject({
  after: At.describe("The last snapshot that still showed the old state."),
  before: At.describe("The first snapshot that showed the new one."),
  ...changed,
});
