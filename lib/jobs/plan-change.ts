// What follows from an event of CloudTrail that something changed: it is kept, and clusters are looked at soon, once for
// all events of a while. Used by the plan function.
import { envelopeFlaw } from "../cloudtrail/envelope-flaw.ts";
import { parseIamEvent } from "../cloudtrail/parse-iam-event.ts";
import { parseManagementEvent } from "../cloudtrail/parse-management-event.ts";
import { type Instant, MINUTE } from "../core/base/time.ts";
import * as z from "../core/base/zod.ts";
import { isAboutCluster, type ManagementEvent } from "../core/coverage/management-event.ts";
import { AuditError } from "../errors.ts";
import type { Store } from "../store/open-store.ts";
import { noteDeletion } from "./cluster-life.ts";
import { noteManagement } from "./note-management.ts";

/** EventBridge's envelope around a record: https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html */
const ChangeEvent = z.object({
  "detail-type": z.string().check(z.regex(/ via CloudTrail$/)),
  detail: z.object({ eventSource: z.string(), errorCode: z.nullish(z.string()) }),
});

/** What a schedule sends: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
const ScheduledEvent = z.object({ "detail-type": z.literal("Scheduled Event") });

export type ChangePlan =
  /** The hour has come: plan now. */
  | { readonly kind: "schedule" }
  /** A person calls: plan now, whatever the schedule would leave out. */
  | { readonly kind: "asked" }
  /** Nothing to do: the call was refused, or a look is planned that will see it. */
  | { readonly kind: "none" }
  /** Look at or after `dueAt`, in `waitMs`; `done` once that has been asked for. */
  | {
      readonly kind: "change";
      readonly waitMs: number;
      readonly dueAt: Instant;
      readonly done: () => Promise<void>;
    };

/**
 * IAM says often that something changed: a deployment writes hundreds of roles. What it changes stands in no catalog, so
 * ten minutes are early enough, and one look in ten minutes is all that any number of them makes.
 */
const waitOf = (eventSource: string): number => (eventSource === "iam.amazonaws.com" ? 10 : 1) * MINUTE;

/** The known cluster that the event names, by its id and the account and Region of the record, is deleted since. */
const noteDeletedBy = async (
  store: Pick<Store, "clusters" | "snapshots">,
  event: ManagementEvent,
): Promise<void> => {
  const by = event.principal.startsWith("unknown:") ? undefined : event.principal;
  for (const cluster of await store.clusters.list())
    if (isAboutCluster(event, cluster)) await noteDeletion(store, cluster, event.at, by);
};

/**
 * Keeps what ends or begins capture, changes a cluster or changes IAM, then says what to plan. Twice is the same as once; dying
 * before `done` means that the event comes again. AuditError("bad-record") for an event that speaks for another account.
 */
export const planChange = async (
  store: Pick<Store, "clusters" | "snapshots" | "trailEvents" | "plannedLooks">,
  event: unknown,
  now: Instant,
): Promise<ChangePlan> => {
  const change = ChangeEvent.safeParse(event);
  if (!change.success) return { kind: ScheduledEvent.safeParse(event).success ? "schedule" : "asked" };
  const { eventSource, errorCode } = change.data.detail;
  if (errorCode) return { kind: "none" };
  const flaw = envelopeFlaw(event);
  if (flaw !== undefined) throw new AuditError("bad-record", flaw);
  const management = parseManagementEvent(event);
  if (management) await noteManagement(store, management);
  const iam = parseIamEvent(event);
  if (iam) await store.trailEvents.recordIam(iam);
  if (management?.kind === "cluster-deleted") await noteDeletedBy(store, management);
  const waitMs = waitOf(eventSource);
  const looks = store.plannedLooks;
  // What is due later than now was not begun when this happened, and will see it.
  if ((await looks.dueAt(waitMs)) > now) return { kind: "none" };
  const dueAt = now + waitMs;
  return { kind: "change", waitMs, dueAt, done: () => looks.planned(waitMs, dueAt) };
};
