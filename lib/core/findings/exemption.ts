// A finding that people accepted: by whom, why, and until when. All three are mandatory, so that none rots unseen.
import { AuditError } from "../../errors.ts";
import { Cluster } from "../base/ids.ts";
import { DAY, type Instant, iso } from "../base/time.ts";
import * as z from "../base/zod.ts";
import { type Finding, Subject } from "./finding.ts";
import { exemptionKey, exemptionKeys } from "./finding-id.ts";
import { MAX_BY, MAX_OWNER, MAX_WHY, said } from "./said.ts";

export const Exemption = z.object({
  /** Detector and subject; for over-privileged access the facet too. */
  key: z.string(),
  cluster: Cluster,
  detector: z.string(),
  subject: Subject,
  owner: z.string().check(z.minLength(1), z.maxLength(MAX_OWNER)),
  reason: z.string().check(z.minLength(1), z.maxLength(MAX_WHY)),
  /** What the finding counted together when it was accepted; a further grant is not. Missing: all of it is accepted. */
  grants: z.optional(z.array(z.string())),
  /** From here on it no longer holds. */
  until: z.int(),
  createdAt: z.int(),
  /** Who wrote it down; not known of those that earlier releases stored. */
  createdBy: z.optional(z.string()),
});
export type Exemption = z.infer<typeof Exemption>;

const MAX_DAYS = 365;

/** The exemption of all that is the same subject to the same detector. AuditError("usage") without owner, reason or a sane end. */
export const exemptionOf = (
  finding: Finding,
  {
    owner,
    reason,
    until,
    by,
  }: {
    readonly owner: string;
    readonly reason: string;
    readonly until: Instant;
    readonly by?: string | undefined;
  },
  now: Instant,
): Exemption => {
  const who = said(owner, MAX_OWNER);
  const why = said(reason, MAX_WHY);
  if (!who || !why) {
    throw new AuditError("usage", "an exemption needs an owner and a reason that say something");
  }
  if (until <= now || until > now + MAX_DAYS * DAY) {
    throw new AuditError("usage", `an exemption cannot end at ${iso(until)}`, {
      hint: `Its end lies after now (${iso(now)}) and at most ${MAX_DAYS} days ahead.`,
    });
  }
  const createdBy = said(by, MAX_BY);
  return {
    key: exemptionKey(finding),
    cluster: finding.cluster,
    detector: finding.detector,
    subject: finding.subject,
    owner: who,
    reason: why,
    ...(finding.grants && { grants: finding.grants }),
    until,
    createdAt: now,
    ...(createdBy && { createdBy }),
  };
};

/** Whether an exemption of this subject accepted each grant that the finding counts together. */
export const acceptsGrants = ({ grants }: Exemption, finding: Finding): boolean =>
  grants === undefined || (finding.grants ?? []).every((grant) => grants.includes(grant));

/** When each exemption last accepted a finding that there was: `now` where one stands, else when the last one closed. */
export const lastMatched = (
  exemptions: readonly Exemption[],
  findings: readonly Finding[],
  now: Instant,
): ReadonlyMap<string, Instant> => {
  const wanted = new Set(exemptions.map(({ key }) => key));
  const last = new Map<string, Instant>();
  if (!wanted.size) return last;
  for (const finding of findings) {
    const { closedAt = now } = finding;
    for (const key of exemptionKeys(finding)) {
      if (wanted.has(key)) last.set(key, Math.max(closedAt, last.get(key) ?? closedAt));
    }
  }
  return last;
};
