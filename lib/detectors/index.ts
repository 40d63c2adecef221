// The registry: every detector there is, one file and one line each.
import type { Detector } from "../core/detector.ts";
import { ambiguousMapping } from "./ambiguous-mapping.ts";
import { canaryMissed } from "./canary-missed.ts";
import { captureConfiguration } from "./capture-configuration.ts";
import { captureGap } from "./capture-gap.ts";
import { dormantMapping } from "./dormant-mapping.ts";
import { neverUsedMapping } from "./never-used-mapping.ts";
import { newNetwork } from "./new-network.ts";
import { privilegeExceedsArchetype } from "./privilege-exceeds-archetype.ts";
import { sectionUnreadable } from "./section-unreadable.ts";
import { selfAudit } from "./self-audit.ts";
import { unknownMapping } from "./unknown-mapping.ts";

export const detectors: readonly Detector[] = [
  ambiguousMapping,
  canaryMissed,
  captureConfiguration,
  captureGap,
  dormantMapping,
  neverUsedMapping,
  newNetwork,
  privilegeExceedsArchetype,
  sectionUnreadable,
  selfAudit,
  unknownMapping,
];
