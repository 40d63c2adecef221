// What is sent to do something over HTTP, by act: for whoever checks a request, and for the document.
import * as z from "../core/base/zod.ts";

const cluster = z.optional(z.string()).check(
  z.meta({
    description: "The cluster by its ARN or its id. May be left out where the store knows one cluster only.",
  }),
);
const optionalNote = z
  .optional(z.string().check(z.maxLength(1000)))
  .check(z.meta({ description: "Why; it is kept." }));

export const bodies = {
  ack: z.strictObject({ cluster, note: optionalNote }),
  exempt: z.strictObject({
    cluster,
    owner: z.string().check(z.minLength(1), z.meta({ description: "Who answers for it." })),
    reason: z.string().check(z.minLength(1), z.meta({ description: "Why it is accepted." })),
    until: z.iso
      .datetime({ offset: true, error: "a time as ISO 8601, such as 2027-01-31T00:00:00Z" })
      .check(z.meta({ description: "Its end, after now." })),
  }),
  unexempt: z.strictObject({ cluster }),
  retire: z.strictObject({
    note: z
      .string()
      .check(z.trim(), z.minLength(1), z.maxLength(1000), z.meta({ description: "Why; it is kept." })),
  }),
  restore: z.strictObject({ note: optionalNote }),
} as const;
