// A finding about the auditor itself: it may connect as admin, because somebody set auditAsAdmin.
import { minute } from "../../core/base/time.ts";
import { visible } from "../../core/base/visible-text.ts";
import * as z from "../../core/base/zod.ts";
import { MAPPINGS_GRANT } from "../../core/catalog/auditor-needs.ts";
import { defineDetector, type Judgement } from "../../core/findings/detector.ts";
import { type Case, exampleFacts } from "../../core/findings/example-facts.ts";
import type { AsAdmin } from "../../core/history/manifest.ts";

type AsAdminEvidence = { readonly mappings: string; readonly reason: string };

const SWITCH_OFF = "Set auditAsAdmin: off in deploy/params.STAGE.yml and deploy.";
/** As admin in the cluster; nobody knows yet whether Aurora DSQL takes it. */
const TRY_GRANT = `Try, as admin in each cluster: ${MAPPINGS_GRANT} AWS does not document whether that works.`;

/** By how the last snapshot read the mappings: the title, what the evidence says, what to do. */
const words: Readonly<
  Record<AsAdmin, { readonly title: string; readonly mappings: string; readonly fix: string }>
> = {
  read: {
    title:
      "The auditor reads the mappings as admin, and may connect as admin to every cluster of its own account here",
    mappings: "read as admin: the auditor's database role was refused",
    fix: `${TRY_GRANT} If the next snapshot then reads them without admin, this finding says so. ${SWITCH_OFF}`,
  },
  failed: {
    title:
      "The auditor may connect as admin to every cluster of its own account here, and cannot read the mappings even so",
    mappings: "not read, neither by the auditor's database role nor as admin",
    fix: `Mend what the reason says, or give the right up. ${SWITCH_OFF}`,
  },
  "not-needed": {
    title: "The auditor may connect as admin to every cluster of its own account here, and does not need to",
    mappings: "read by the auditor's database role",
    fix: SWITCH_OFF,
  },
};

export const auditAsAdmin = /* @__PURE__ */ defineDetector({
  id: "audit-as-admin",
  category: "coverage",
  title: "The auditor itself may connect as admin",
  short: "Auditor may connect as admin",
  severity: "medium",
  life: "state",
  docs: {
    why: "With auditAsAdmin, the IAM role of the snapshot function may connect as admin to every cluster of its own account in the deployment's Regions. In member accounts it never may. Its code reads the mappings and nothing else that way, in a read-only transaction. Whoever gets hold of the role or changes the code is held to nothing.",
    fix: "Where the auditor's database role can read sys.iam_pg_role_mappings by a grant, switch auditAsAdmin off. Where it cannot, exempt this finding until a date, with the reason that mappings would be unknown otherwise.",
    falsePositives: "It is open for as long as the deployment has the right.",
    blindSpots:
      "It is told by the last snapshot. A right that was given to the role by other means does not show here, nor what is done with it elsewhere: self-audit reports every login as admin that the auditor did not write down first.",
  },
  evidence: { mappings: "Mappings", reason: { label: "The answer was", whenEmpty: "" } },
  options: z.object({}),
  detect: ({ privileges: { snapshot } }): Judgement<AsAdminEvidence>[] => {
    if (!snapshot?.asAdmin) return [];
    const { title, mappings, fix } = words[snapshot.asAdmin];
    const section = snapshot.catalog.sections.mappings;
    return [
      {
        subject: { object: "mappings" },
        title,
        evidence: {
          mappings,
          reason: section.status === "unreadable" ? visible(section.reason, 500) : "",
        },
        firstSeenAt: snapshot.takenAt,
        lastSeenAt: snapshot.takenAt,
        fix,
      },
    ];
  },
  gone: ({ privileges: { snapshot } }) =>
    snapshot ? `The snapshot of ${minute(snapshot.takenAt)} was taken without that right.` : undefined,
});

export const cases = (): Case[] => {
  const facts = (asAdmin: AsAdmin | undefined, mappings: [] | string = []) =>
    exampleFacts({ catalog: { mappings }, ...(asAdmin && { asAdmin }) });
  return [
    { name: "fires while the mappings are read as admin", facts: facts("read"), expect: ["mappings"] },
    {
      name: "fires where admin was refused as well",
      facts: facts("failed", "permission denied. As admin: access denied"),
      expect: ["mappings"],
    },
    {
      name: "fires where the right is there and not needed",
      facts: facts("not-needed"),
      expect: ["mappings"],
    },
    {
      name: "is quiet where the mappings are refused and nobody lets it be admin",
      facts: facts(undefined, "permission denied"),
      expect: [],
    },
    { name: "is quiet while there is no snapshot", facts: exampleFacts({}), expect: [] },
    { name: "clears when the deployment has lost the right", facts: facts(undefined), expect: [] },
  ];
};
