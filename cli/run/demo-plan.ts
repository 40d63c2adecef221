// One plan at the end of the demonstration: the script that ends a finding, tried before anybody runs it.
import type { Cluster } from "../../lib/core/base/ids.ts";
import { worstFirst } from "../../lib/core/findings/finding.ts";
import { shortId } from "../../lib/core/findings/finding-id.ts";
import { AuditError } from "../../lib/errors.ts";
import { planOf } from "../../lib/queries/plan.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { prover } from "../../local/prove/prover.ts";
import { detectOptions, settingsOf } from "../findings/judge-settings.ts";
import type { Io } from "../io.ts";

export type DemoPlan = {
  readonly finding: string;
  readonly title: string;
  readonly steps: readonly string[];
  readonly inverse: readonly string[];
  /** Rows of effective privileges that are lost or gained. */
  readonly changed: number;
};

/** So many are tried until one is proven. */
const MAX_TRIED = 8;

/** A finding that is not in the newest snapshot any more has no plan: the next one is tried. */
const staleToNull = (error: unknown): null => {
  if (error instanceof AuditError && error.code === "not-found") return null;
  throw error;
};

/** The plan of the worst open finding that SQL ends; null: none of those that were tried is proven. */
export const demoPlan = async (
  io: Pick<Io, "env" | "cwd" | "now">,
  store: Store,
  cluster: Cluster,
): Promise<DemoPlan | null> => {
  const open = (await store.findings.list(cluster))
    .filter(
      ({ status, category, fix }) => status === "open" && category === "over-privileged" && fix !== undefined,
    )
    .sort((a, b) => worstFirst(a.severity, b.severity) || (a.id < b.id ? -1 : 1));
  const settings = detectOptions(await settingsOf(io, store));
  for (const finding of open.slice(0, MAX_TRIED)) {
    const asked = { findings: [finding], dropRoles: false };
    const found = await planOf(store, cluster, asked, io.now(), { settings, prove: prover() }).catch(
      staleToNull,
    );
    if (found?.proof.status !== "proven") continue;
    const { plan, proof } = found;
    return {
      finding: shortId(finding.id),
      title: finding.title,
      steps: plan.steps.map(({ text }) => text),
      inverse: plan.inverse,
      changed: proof.changed?.length ?? 0,
    };
  }
  return null;
};
