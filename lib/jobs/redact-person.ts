// Takes a person's name out of everything that is kept of a cluster but the snapshots, which hold no session.
import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "../core/base/ids.ts";
import { redactAct, redactExemption, redactFinding, redactor, redactSign } from "../core/findings/redact.ts";
import { named } from "../core/findings/said.ts";
import { AuditError } from "../errors.ts";
import type { Store } from "../store/open-store.ts";
import type { Acting } from "./act-on-finding.ts";

/** How many of each held the name. */
export type Redacted = {
  readonly segments: number;
  readonly profiles: number;
  readonly findings: number;
  readonly exemptions: number;
  readonly acts: number;
  /** Times that the cluster was retired or restored, as the register tells of them. */
  readonly register: number;
  /** Baselines that the person published. */
  readonly baselines: number;
  readonly mails: number;
};

type Stores = Pick<Store, "activity" | "baselines" | "clusters" | "findings" | "acts" | "sentNotices">;

const MIN_NAME = 2;

/**
 * With `apply: false` only counts. The history's chain stays whole: nothing of it is touched. That somebody redacted is
 * written down first, whom they redacted is not. Running it again does what was left. AuditError("usage") for a name that
 * is too short, or that is what stands in its place.
 */
export const redactPerson = async (
  { activity, baselines, clusters, findings, acts, sentNotices }: Stores,
  cluster: Cluster,
  name: string,
  { apply, who }: { readonly apply: boolean; readonly who: Acting },
): Promise<Redacted> => {
  const person = name.trim();
  if (person.length < MIN_NAME || !/[\p{L}\p{N}]/u.test(person) || /redacted/i.test(person))
    throw new AuditError("usage", `${JSON.stringify(name)} is not the name of a session`, {
      hint: "Give it whole, as `dsql-audit finding` shows it: ana, or ana@example.com.",
    });
  const { via, at } = who;
  const by = named(who.by);
  if (apply) await acts.note({ cluster, at, kind: "redact", by: redactor(person)(by), via });
  const counted = await activity.redact(cluster, person, { apply });

  const held = (await findings.list(cluster)).filter(
    (finding) => !isDeepStrictEqual(redactFinding(finding, person), finding),
  ).length;
  if (apply && held)
    await findings.update(cluster, (all) =>
      all.map((finding) => {
        const redacted = redactFinding(finding, person);
        return isDeepStrictEqual(redacted, finding) ? finding : redacted;
      }),
    );

  const accepted = (await findings.exemptions(cluster))
    .map((exemption) => [exemption, redactExemption(exemption, person)] as const)
    .filter(([was, is]) => !isDeepStrictEqual(was, is));
  if (apply) for (const [, exemption] of accepted) await findings.exempt(exemption);

  return {
    ...counted,
    findings: held,
    exemptions: accepted.length,
    acts: await acts.rewrite(cluster, (act) => redactAct(act, person), { apply }),
    register: await clusters.rewrite(cluster, (sign) => redactSign(sign, person), { apply }),
    baselines: await baselines.rewriteBy(cluster, redactor(person), { apply }),
    mails: await sentNotices.rewrite(
      cluster,
      (sent) => ({ ...sent, subject: redactor(person)(sent.subject) }),
      { apply },
    ),
  };
};
