// What people may do about a finding: take it, accept it, take that back. Each is written down before it is done.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { acknowledge } from "../core/findings/acknowledge.ts";
import type { Act } from "../core/findings/act.ts";
import { type Exemption, exemptionOf } from "../core/findings/exemption.ts";
import type { Finding } from "../core/findings/finding.ts";
import { exemptionKeys } from "../core/findings/finding-id.ts";
import { reconcileFindings } from "../core/findings/reconcile-findings.ts";
import { named } from "../core/findings/said.ts";
import { findFinding } from "../queries/findings.ts";
import { findIncident, type ToldIncident } from "../queries/incidents.ts";
import type { Store } from "../store/open-store.ts";

/** Who acts, by which way and when. */
export type Acting = { readonly by: string; readonly via: Act["via"]; readonly at: Instant };

type ActStores = Pick<Store, "findings" | "acts">;

const again = (all: readonly Finding[], finding: Finding): Finding =>
  all.find(({ id }) => id === finding.id) ?? finding;

/** Those that somebody takes care of, each act written down first. What has been resolved since stays so. */
const acknowledgeAll = async (
  { findings, acts }: ActStores,
  cluster: Cluster,
  those: readonly Finding[],
  { via, at, ...acting }: Acting,
  note: string | undefined,
): Promise<readonly Finding[] | undefined> => {
  const by = named(acting.by);
  const who = { by, note };
  const change = (one: Finding): Finding => (one.status === "resolved" ? one : acknowledge(one, at, who));
  const wanted = those
    .map((finding) => [finding, change(finding)] as const)
    .filter(([was, is]) => was !== is);
  if (!wanted.length) return undefined;
  for (const [{ id }, { acknowledged }] of wanted) {
    const act: Act = { cluster, at, kind: "ack", finding: id, by, via };
    await acts.note({ ...act, ...(acknowledged?.note && { note: acknowledged.note }) });
  }
  const ids = new Set(wanted.map(([{ id }]) => id));
  return findings.update(cluster, (existing) =>
    existing.map((one) => (ids.has(one.id) && one.status !== "exempt" ? change(one) : one)),
  );
};

/** Somebody takes care of it. What has been resolved since stays so. AuditError("usage") as `acknowledge`. */
export const acknowledgeFinding = async (
  stores: ActStores,
  finding: Finding,
  who: Acting,
  note?: string,
): Promise<Finding> => {
  const all = await acknowledgeAll(stores, finding.cluster, [finding], who, note);
  return all ? again(all, finding) : finding;
};

/** Waits for somebody: it goes on, or ended and was never explained. */
const isForSomebody = ({ status, closedAt }: Finding): boolean =>
  status === "open" || (status === "ended" && closedAt === undefined);

/** What somebody takes care of: a finding, or an incident with all of it that waits for somebody. */
export type Acknowledged =
  | { readonly finding: Finding }
  | { readonly incident: ToldIncident; readonly findings: readonly Finding[] };

/**
 * Somebody takes care of what `id` names: a reference such as inc-3f9a1c2b is an incident, anything else a finding; the
 * beginning is enough. `findings` of an incident: those that were taken. `lists`: how whoever asks lists either.
 * AuditError("not-found"), ("usage") as `findFinding`, `findIncident` and `acknowledge`.
 */
export const acknowledgeById = async (
  store: ActStores & Pick<Store, "sentNotices">,
  cluster: Cluster,
  id: string,
  who: Acting,
  { note, lists }: { readonly note?: string | undefined; readonly lists: Lists },
): Promise<Acknowledged> => {
  if (!/^inc-/i.test(id)) {
    const finding = await findFinding(store.findings, cluster, id, lists.findings);
    return { finding: await acknowledgeFinding(store, finding, who, note) };
  }
  const find = () => findIncident(store, cluster, id.toLowerCase(), lists.incidents);
  const found = await find();
  const those = found.incident.findings.filter(isForSomebody);
  const all = await acknowledgeAll(store, cluster, those, who, note);
  if (!all) return { incident: found, findings: [] };
  return { incident: await find(), findings: those.map((finding) => again(all, finding)) };
};

/** "dsql-audit findings", "GET /findings": what a hint names. */
export type Lists = { readonly findings: string; readonly incidents: string };

/** Lets the findings follow the exemptions: no look took place, so nothing else changes. */
const follow = async (
  { findings }: ActStores,
  cluster: Cluster,
  finding: Finding,
  at: Instant,
): Promise<Finding> => {
  const exemptions = await findings.exemptions(cluster);
  const all = await findings.update(cluster, (existing) =>
    reconcileFindings(existing, [], [], at, { exemptions }),
  );
  return again(all, finding);
};

export type Terms = { readonly owner: string; readonly reason: string; readonly until: Instant };

/** Accepts it until an end. AuditError("usage") as `exemptionOf`, and where nobody is named. */
export const exemptFinding = async (
  stores: ActStores,
  finding: Finding,
  { via, at, ...who }: Acting,
  terms: Terms,
): Promise<{ readonly finding: Finding; readonly exemption: Exemption }> => {
  const by = named(who.by);
  const exemption = exemptionOf(finding, { ...terms, by }, at);
  const { owner, reason, until } = exemption;
  const { cluster, id } = finding;
  await stores.acts.note({ cluster, at, kind: "exempt", finding: id, by, via, owner, reason, until });
  await stores.findings.exempt(exemption);
  return { finding: await follow(stores, cluster, finding, at), exemption };
};

/** Withdraws its exemption, or the one that a finding on a stale exemption is about. Where there is none, nothing is written down. */
export const unexemptFinding = async (
  stores: ActStores,
  finding: Finding,
  { via, at, ...who }: Acting,
): Promise<Finding> => {
  const by = named(who.by);
  const { cluster, id, evidence } = finding;
  const { exemptionKey } = evidence;
  const stale =
    finding.detector === "exemption-stale" && typeof exemptionKey === "string" ? [exemptionKey] : [];
  const held = new Set((await stores.findings.exemptions(cluster)).map(({ key }) => key));
  const withdrawn = [...exemptionKeys(finding), ...stale].filter((key) => held.has(key));
  if (withdrawn.length) await stores.acts.note({ cluster, at, kind: "unexempt", finding: id, by, via });
  for (const key of withdrawn) await stores.findings.unexempt(cluster, key);
  return follow(stores, cluster, finding, at);
};
