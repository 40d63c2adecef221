// Findings that belong together, and what people were told of them: one incident, or all of a cluster.
import type { Cluster } from "../core/base/ids.ts";
import { type Instant, iso } from "../core/base/time.ts";
import { Status } from "../core/findings/finding.ts";
import { type Incident, incidentsOf } from "../core/incidents/incident.ts";
import type { NoticeRecord } from "../core/incidents/notice-record.ts";
import { titleOf } from "../detectors/words.ts";
import { AuditError } from "../errors.ts";
import { noticeFinding } from "../notices/notice.ts";
import { stemOf, stemText } from "../notices/stem.ts";
import type { LastLook } from "../store/findings/looks.ts";
import type { ReadStore } from "../store/open-store.ts";
import { findingDocument } from "./finding-document.ts";
import { oneOf } from "./findings.ts";

/** What is most of a person's business first: an incident is what the first of its findings in this order is. */
const order: readonly Status[] = ["open", "acknowledged", "exempt", "ended", "resolved"];

/** One incident and the mails that told of it, the oldest first. */
export type ToldIncident = { readonly incident: Incident; readonly sent: readonly NoticeRecord[] };

/** "open" while anything of it is; then acknowledged, exempt, ended, resolved. */
const statusOf = ({ findings }: Incident): Status =>
  order.find((status) => findings.some((finding) => finding.status === status)) ?? "resolved";

/** A mail that told of it; kind, severity and subject are null where an earlier release sent it and kept no record. */
const noticeRow = ({ at, kind, severity, subject, messageId, unheard }: NoticeRecord) => ({
  at: iso(at),
  kind: kind as NoticeRecord["kind"] | null,
  severity: severity as NoticeRecord["severity"] | null,
  subject: subject as string | null,
  ...(messageId !== undefined && { messageId }),
  ...(unheard && { unheard }),
});

type NoticeRow = ReturnType<typeof noticeRow>;

const noticeRows = ({ incident, sent }: ToldIncident): NoticeRow[] => {
  const known = new Set(sent.map(({ at }) => at));
  const marks = incident.findings.flatMap(({ noticedAt, closeNoticedAt }) =>
    [noticedAt, closeNoticedAt].filter((at) => at !== undefined && !known.has(at)),
  ) as Instant[];
  const unrecorded = [...new Set(marks)].map((at) => ({
    at: iso(at),
    kind: null,
    severity: null,
    subject: null,
  }));
  return [...sent.map(noticeRow), ...unrecorded].sort((a, b) => (a.at < b.at ? -1 : 1));
};

const common = (told: ToldIncident) => {
  const { incident } = told;
  return {
    id: incident.id,
    cluster: incident.cluster,
    status: statusOf(incident),
    severity: incident.severity,
    title: stemText(stemOf(incident, titleOf)),
    openedAt: iso(incident.openedAt),
    ...(incident.overAt !== undefined && { overAt: iso(incident.overAt) }),
    notices: noticeRows(told),
  };
};

/** As a list shows it: its findings in short. */
export const incidentRow = (told: ToldIncident) => ({
  ...common(told),
  findings: told.incident.findings.map(noticeFinding),
});
export type IncidentRow = ReturnType<typeof incidentRow>;

/** As it is shown alone: its findings whole. */
export const incidentDocument = (told: ToldIncident) => ({
  ...common(told),
  findings: told.incident.findings.map(findingDocument),
});
export type IncidentDocument = ReturnType<typeof incidentDocument>;

/** Before any store is opened. AuditError("usage") names the words there are. */
export const parseIncidentStatus = (status: string | undefined): ((incident: Incident) => boolean) => {
  const wanted = oneOf("status", status, Status.options);
  return (incident) => wanted?.has(statusOf(incident)) ?? true;
};

export type IncidentList = {
  /** What people still have to do with first, of these the worst, of these the newest. */
  readonly incidents: readonly ToldIncident[];
  /** When findings were last looked for; undefined: never. */
  readonly look: LastLook | undefined;
};

type From = Pick<ReadStore, "findings" | "sentNotices">;

const told = async ({ findings, sentNotices }: From, cluster: Cluster): Promise<readonly ToldIncident[]> => {
  const [found, sent] = await Promise.all([findings.list(cluster), sentNotices.list(cluster)]);
  const byIncident = new Map<string, NoticeRecord[]>();
  for (const record of sent)
    for (const id of record.incidents) byIncident.set(id, [...(byIncident.get(id) ?? []), record]);
  return incidentsOf(found).map((incident) => ({ incident, sent: byIncident.get(incident.id) ?? [] }));
};

const severityOrder: readonly string[] = ["critical", "high", "medium", "low"];

const inOrder = ({ incident: a }: ToldIncident, { incident: b }: ToldIncident): number =>
  order.indexOf(statusOf(a)) - order.indexOf(statusOf(b)) ||
  severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity) ||
  b.openedAt - a.openedAt ||
  (a.id < b.id ? -1 : 1);

/** The incidents of a cluster that are wanted. */
export const listIncidents = async (
  store: From,
  cluster: Cluster,
  isWanted: (incident: Incident) => boolean,
): Promise<IncidentList> => {
  const [all, look] = await Promise.all([told(store, cluster), store.findings.lastLook(cluster)]);
  return { incidents: all.filter(({ incident }) => isWanted(incident)).toSorted(inOrder), look };
};

const MIN_PREFIX = 4;

/**
 * The incident of a reference such as inc-3f9a1c2b, or the only one that begins so. `list`: how whoever asks lists them.
 * AuditError("not-found"), ("usage") where several begin so.
 */
export const findIncident = async (
  store: From,
  cluster: Cluster,
  id: string,
  list: string,
): Promise<ToldIncident> => {
  const all = await told(store, cluster);
  const exact = all.find(({ incident }) => incident.id === id);
  if (exact) return exact;
  const found =
    id.length >= MIN_PREFIX
      ? all.filter(({ incident }) => incident.id.startsWith(id) || incident.id.startsWith(`inc-${id}`))
      : [];
  const [only, second] = found;
  if (only && !second) return only;
  if (second) {
    throw new AuditError("usage", `${found.length} incidents begin with ${id}`, {
      hint: `Give more of the reference. Listed by: ${list}`,
    });
  }
  throw new AuditError("not-found", `there is no incident ${id || '""'}`, {
    hint: `List them with: ${list}`,
  });
};
