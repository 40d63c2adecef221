// The registry: every detector there is, one file and one line each.
import type { Detector } from "../core/findings/detector.ts";
import { newNetwork } from "./anomalous/new-network.ts";
import { canaryMissed } from "./coverage/canary-missed.ts";
import { captureConfiguration } from "./coverage/capture-configuration.ts";
import { captureGap } from "./coverage/capture-gap.ts";
import { sectionUnreadable } from "./coverage/section-unreadable.ts";
import { selfAudit } from "./coverage/self-audit.ts";
import { snapshotOverdue } from "./coverage/snapshot-overdue.ts";
import { ambiguousMapping } from "./dormant/ambiguous-mapping.ts";
import { dormantMapping } from "./dormant/dormant-mapping.ts";
import { neverUsedMapping } from "./dormant/never-used-mapping.ts";
import { unknownMapping } from "./dormant/unknown-mapping.ts";
import { grantOption } from "./over-privileged/grant-option.ts";
import { privilegeExceedsArchetype } from "./over-privileged/privilege-exceeds-archetype.ts";

export const detectors: readonly Detector[] = [
  ambiguousMapping,
  canaryMissed,
  captureConfiguration,
  captureGap,
  dormantMapping,
  grantOption,
  neverUsedMapping,
  newNetwork,
  privilegeExceedsArchetype,
  sectionUnreadable,
  selfAudit,
  snapshotOverdue,
  unknownMapping,
];

const byId = new Map(detectors.map((detector) => [detector.id, detector]));

/** The detector of this id; undefined: there is none, or not in this release. */
export const detectorOf = (id: string): Detector | undefined => byId.get(id);
