// What there is to do over HTTP, and what is answered: for the document. What is sent stands in act-bodies.ts.
import * as z from "../core/base/zod.ts";
import { bodies } from "./act-bodies.ts";
import { ClusterItem } from "./clusters.ts";
import { FindingAnswer } from "./finding-answer.ts";
import { IncidentAnswer } from "./incident-answer.ts";
import { text } from "./params.ts";
import type { Operation } from "./route.ts";
import { Time } from "./snapshot-ref.ts";

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
