// What there is to do over HTTP, and what is sent for it and answered: for whoever checks a request, and for the document.
import * as z from "../core/base/zod.ts";
import { ClusterItem } from "./clusters.ts";
import { FindingAnswer } from "./finding-answer.ts";
import { IncidentAnswer } from "./incident-answer.ts";
import { text } from "./params.ts";
import type { Operation } from "./route.ts";
import { Time } from "./snapshot-ref.ts";

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

const Exempted = z
  .object({
    ...FindingAnswer.shape,
    exemption: z.object({ owner: z.string(), reason: z.string(), until: Time, by: z.string(), at: Time }),
  })
  .register(z.globalRegistry, {
    id: "ExemptedFinding",
    description: "The finding, and what was accepted of it.",
  });

const Acknowledged = z.union([FindingAnswer, IncidentAnswer]).register(z.globalRegistry, {
  id: "Acknowledged",
  description: "The finding, or the incident where its reference was given.",
});

const ofFinding = { params: z.strictObject({ id: text("The finding's id, or the beginning of it.") }) };
const ofCluster = { params: z.strictObject({ id: text("The cluster's ARN, or the id at its end.") }) };
const IN_NAME = "It is written down with the caller, as IAM names them. Twice is once.";

/** All of them by POST. */
export const acts: readonly (Operation & { readonly body: z.ZodObject })[] = [
  {
    path: "/findings/{id}/ack",
    summary: "Says that somebody takes care of a finding",
    description: `By an incident's reference: of all of its findings that are open. ${IN_NAME}`,
    ...ofFinding,
    body: bodies.ack,
    answer: Acknowledged,
  },
  {
    path: "/findings/{id}/exempt",
    summary: "Accepts a finding until a day",
    description: `People are not told of it again until then. ${IN_NAME}`,
    ...ofFinding,
    body: bodies.exempt,
    answer: Exempted,
  },
  {
    path: "/findings/{id}/unexempt",
    summary: "Withdraws what was accepted of a finding",
    description: IN_NAME,
    ...ofFinding,
    body: bodies.unexempt,
    answer: FindingAnswer,
  },
  {
    path: "/incidents/{id}/ack",
    summary: "Says that somebody takes care of an incident",
    description: `Of all of its findings that are open. ${IN_NAME}`,
    params: z.strictObject({ id: text("The incident's reference, with or without its inc-.") }),
    body: bodies.ack,
    answer: IncidentAnswer,
  },
  {
    path: "/clusters/{id}/retire",
    summary: "Ends the watch of a cluster",
    description: `It is neither read nor evaluated any more; what is on record stays. ${IN_NAME}`,
    ...ofCluster,
    body: bodies.retire,
    answer: ClusterItem,
  },
  {
    path: "/clusters/{id}/restore",
    summary: "Watches a cluster again",
    description: IN_NAME,
    ...ofCluster,
    body: bodies.restore,
    answer: ClusterItem,
  },
];
