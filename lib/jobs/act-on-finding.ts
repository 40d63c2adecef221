// What people may do about a finding: take it, accept it, take that back. Each is written down before it is done.
import type { Cluster } from "../core/base/ids.ts";
import type { Instant } from "../core/base/time.ts";
import { acknowledge } from "../core/findings/acknowledge.ts";
import type { Act } from "../core/findings/act.ts";
import { type Exemption, exemptionOf } from "../core/findings/exemption.ts";
import type { Finding } from "../core/findings/finding.ts";
import { exemptionKeys } from "../core/findings/finding-id.ts";
import { reconcileFindings } from "../core/findings/reconcile-findings.ts";
import type { Store } from "../store/open-store.ts";

/** Who acts, by which way and when. */
export type Acting = { readonly by: string; readonly via: Act["via"]; readonly at: Instant };

type ActStores = Pick<Store, "findings" | "acts">;

const again = (all: readonly Finding[], finding: Finding): Finding =>
  all.find(({ id }) => id === finding.id) ?? finding;

/** Somebody takes care of it. What has been resolved since stays so. AuditError("usage") as `acknowledge`. */
export const acknowledgeFinding = async (
  { findings, acts }: ActStores,
  finding: Finding,
  { by, via, at }: Acting,
  note?: string,
): Promise<Finding> => {
  const who = { by, note };
  const change = (one: Finding): Finding =>
    one.id === finding.id && one.status !== "resolved" ? acknowledge(one, at, who) : one;
  const wanted = change(finding);
  if (wanted === finding) return finding;
  const act: Act = { cluster: finding.cluster, at, kind: "ack", finding: finding.id, by, via };
  await acts.note({ ...act, ...(wanted.acknowledged?.note && { note: wanted.acknowledged.note }) });
  return again(await findings.update(finding.cluster, (existing) => existing.map(change)), finding);
};

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

/** Accepts it until an end. AuditError("usage") as `exemptionOf`. */
export const exemptFinding = async (
  stores: ActStores,
  finding: Finding,
  { by, via, at }: Acting,
  terms: Terms,
): Promise<{ readonly finding: Finding; readonly exemption: Exemption }> => {
  const exemption = exemptionOf(finding, { ...terms, by }, at);
  const { owner, reason, until } = exemption;
  const { cluster, id } = finding;
  await stores.acts.note({ cluster, at, kind: "exempt", finding: id, by, via, owner, reason, until });
  await stores.findings.exempt(exemption);
  return { finding: await follow(stores, cluster, finding, at), exemption };
};

/** Withdraws its exemption, or the one that a finding on a stale exemption is about. */
export const unexemptFinding = async (
  stores: ActStores,
  finding: Finding,
  { by, via, at }: Acting,
): Promise<Finding> => {
  const { cluster, id, evidence } = finding;
  const { exemptionKey } = evidence;
  const stale =
    finding.detector === "exemption-stale" && typeof exemptionKey === "string" ? [exemptionKey] : [];
  await stores.acts.note({ cluster, at, kind: "unexempt", finding: id, by, via });
  for (const key of [...exemptionKeys(finding), ...stale]) await stores.findings.unexempt(cluster, key);
  return follow(stores, cluster, finding, at);
};
