// The registry: every detector there is, one file and one line each.
import type { Detector } from "../core/findings/detector.ts";
import { adminConnection } from "./anomalous/admin-connection.ts";
import { attackTool } from "./anomalous/attack-tool.ts";
import { concurrentNetworks } from "./anomalous/concurrent-networks.ts";
import { connectionBurst } from "./anomalous/connection-burst.ts";
import { crossAccount } from "./anomalous/cross-account.ts";
import { dormantAwakened } from "./anomalous/dormant-awakened.ts";
import { failedAttempts } from "./anomalous/failed-attempts.ts";
import { humanInMachineRole } from "./anomalous/human-in-machine-role.ts";
import { newClient } from "./anomalous/new-client.ts";
import { newNetwork } from "./anomalous/new-network.ts";
import { offHours } from "./anomalous/off-hours.ts";
import { revokedConnection } from "./anomalous/revoked-connection.ts";
import { rootConnection } from "./anomalous/root-connection.ts";
import { spreadRefusals } from "./anomalous/spread-refusals.ts";
import { unmappedConnection } from "./anomalous/unmapped-connection.ts";
import { auditAsAdmin } from "./coverage/audit-as-admin.ts";
import { auditorHoldsMore } from "./coverage/auditor-holds-more.ts";
import { canaryMissed } from "./coverage/canary-missed.ts";
import { captureConfiguration } from "./coverage/capture-configuration.ts";
import { captureGap } from "./coverage/capture-gap.ts";
import { clockSkew } from "./coverage/clock-skew.ts";
import { evaluatorDisagrees } from "./coverage/evaluator-disagrees.ts";
import { exemptionStale } from "./coverage/exemption-stale.ts";
import { nobodyListens } from "./coverage/nobody-listens.ts";
import { sectionUnreadable } from "./coverage/section-unreadable.ts";
import { selfAudit } from "./coverage/self-audit.ts";
import { snapshotOverdue } from "./coverage/snapshot-overdue.ts";
import { ambiguousMapping } from "./dormant/ambiguous-mapping.ts";
import { dormantMapping } from "./dormant/dormant-mapping.ts";
import { dormantRole } from "./dormant/dormant-role.ts";
import { neverUsedMapping } from "./dormant/never-used-mapping.ts";
import { orphanMapping } from "./dormant/orphan-mapping.ts";
import { reboundRole } from "./dormant/rebound-role.ts";
import { unknownMapping } from "./dormant/unknown-mapping.ts";
import { unmappedLoginRole } from "./dormant/unmapped-login-role.ts";
import { adminMembership } from "./over-privileged/admin-membership.ts";
import { auditAdmin } from "./over-privileged/audit-admin.ts";
import { baselineDrift } from "./over-privileged/baseline-drift.ts";
import { ddlInApplicationRole } from "./over-privileged/ddl-in-application-role.ts";
import { escalationPath } from "./over-privileged/escalation-path.ts";
import { grantOption } from "./over-privileged/grant-option.ts";
import { leftoverRole } from "./over-privileged/leftover-role.ts";
import { longLivedKey } from "./over-privileged/long-lived-key.ts";
import { looseMapping } from "./over-privileged/loose-mapping.ts";
import { mappingWithoutPermission } from "./over-privileged/mapping-without-permission.ts";
import { permissionWithoutMapping } from "./over-privileged/permission-without-mapping.ts";
import { policyDiffers } from "./over-privileged/policy-differs.ts";
import { policyMissesAdmin } from "./over-privileged/policy-misses-admin.ts";
import { privilegeExceedsArchetype } from "./over-privileged/privilege-exceeds-archetype.ts";
import { publicAccess } from "./over-privileged/public-access.ts";
import { publicCluster } from "./over-privileged/public-cluster.ts";
import { rapidEscalation } from "./over-privileged/rapid-escalation.ts";
import { sensitiveSchema } from "./over-privileged/sensitive-schema.ts";
import { separationOfDuties } from "./over-privileged/separation-of-duties.ts";
import { sharedRole } from "./over-privileged/shared-role.ts";
import { tagBasedAccess } from "./over-privileged/tag-based-access.ts";
import { undeclaredAdmin } from "./over-privileged/undeclared-admin.ts";
import { wideningDefault } from "./over-privileged/widening-default.ts";

export const detectors: readonly Detector[] = [
  adminConnection,
  adminMembership,
  ambiguousMapping,
  attackTool,
  auditAdmin,
  auditAsAdmin,
  auditorHoldsMore,
  baselineDrift,
  canaryMissed,
  captureConfiguration,
  captureGap,
  clockSkew,
  concurrentNetworks,
  connectionBurst,
  crossAccount,
  ddlInApplicationRole,
  dormantAwakened,
  dormantMapping,
  dormantRole,
  escalationPath,
  evaluatorDisagrees,
  exemptionStale,
  failedAttempts,
  grantOption,
  humanInMachineRole,
  leftoverRole,
  longLivedKey,
  looseMapping,
  mappingWithoutPermission,
  neverUsedMapping,
  newClient,
  newNetwork,
  nobodyListens,
  offHours,
  orphanMapping,
  permissionWithoutMapping,
  policyDiffers,
  policyMissesAdmin,
  privilegeExceedsArchetype,
  publicAccess,
  publicCluster,
  rapidEscalation,
  reboundRole,
  revokedConnection,
  rootConnection,
  sectionUnreadable,
  selfAudit,
  sensitiveSchema,
  separationOfDuties,
  sharedRole,
  snapshotOverdue,
  spreadRefusals,
  tagBasedAccess,
  undeclaredAdmin,
  unknownMapping,
  unmappedConnection,
  unmappedLoginRole,
  wideningDefault,
];

const byId = new Map(detectors.map((detector) => [detector.id, detector]));

/** The detector of this id; undefined: there is none, or not in this release. */
export const detectorOf = (id: string): Detector | undefined => byId.get(id);
