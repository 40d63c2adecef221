// Who used an emergency role outside the windows that the baseline declares for it.
import { counted } from "../../../core/base/counted.ts";
import type { Principal } from "../../../core/base/ids.ts";
import { DAY, type Interval } from "../../../core/base/time.ts";
import { principalName } from "../../../core/base/visible-text.ts";
import type { Baseline, Component } from "../../../core/baseline/baseline.ts";
import { useOutsideWindows } from "../../../core/baseline/break-glass.ts";
import { shownRole } from "../../../core/findings/catalog-judgement.ts";
import type { DetectorView, Judgement, KnownSubject, WhyGone } from "../../../core/findings/detector.ts";
import type { DriftEvidence } from "./drift-judgement.ts";

export const EMERGENCY_FACET = "break-glass";

/**
 * Uses of the last `days` days, by those who may use an emergency role: whom the baseline declares for it, and who is mapped to it.
 * None where mappings cannot be read: of whom nobody knows the roles it cannot be told what it connected as.
 */
export const emergencyUses = (
  view: DetectorView,
  { components }: Baseline,
  days: number,
): Judgement<DriftEvidence>[] => {
  if (view.mappings.unreadable !== undefined) return [];
  const judgeUser = (component: Component, principal: Principal): Judgement<DriftEvidence>[] => {
    const mine = view.mappings.standing.filter((mapping) => mapping.principal === principal);
    const user = {
      tallies: view.activity.talliesOf(principal),
      onlyRole: mine.every(({ role }) => role === component.role),
    };
    const use = useOutsideWindows(component, user, { from: view.now - days * DAY, to: view.now });
    if (!use) return [];
    const mapped = mine.find(({ role }) => role === component.role);
    return [
      {
        subject: {
          principal,
          role: component.role,
          ...(mapped && { roleOid: mapped.roleOid }),
          facet: EMERGENCY_FACET,
        },
        title: `${principalName(principal)} used the emergency role ${shownRole(component.role)} outside its declared windows`,
        severity: "high",
        evidence: {
          drift: "break-glass",
          component: component.name,
          object: null,
          privileges: [],
          options: [],
          declaredUntil: null,
          connections: use.connections,
          since: { by: new Date(use.firstAt).toISOString() },
        },
        firstSeenAt: use.firstAt,
        lastSeenAt: Math.min(use.lastAt, view.now),
        eventIds: use.eventIds,
        fix: "Ask who opened it and why. If it was an emergency, declare its window in access.yml and publish it; else revoke the sessions of the principal.",
      },
    ];
  };
  return components
    .filter(({ breakGlass }) => breakGlass !== undefined)
    .flatMap((component) => {
      const declared = (component.principals ?? []).map(({ arn }) => arn as Principal);
      const live = view.mappings.standing.flatMap(({ role, principal }) =>
        role === component.role ? [principal] : [],
      );
      return [...new Set([...declared, ...live])].flatMap((principal) => judgeUser(component, principal));
    });
};

/** Why a use is no finding any more. That it lies far back mends nothing, nor that nobody can tell it any more. */
export const whyEmergencyGone = (
  view: DetectorView,
  { principal, role }: KnownSubject,
  days: number,
  seen: Interval,
): WhyGone | undefined => {
  const component = view.baseline.declared?.components.find(
    (one) => one.role === role && one.breakGlass !== undefined,
  );
  if (!component || principal === undefined)
    return "The baseline no longer declares this role for emergencies.";
  const from = view.now - days * DAY;
  if (seen.to < from)
    return {
      ended: `It is told for ${counted(days, "day")}. Nothing was mended, and nobody declared a window for it.`,
    };
  const tallies = view.activity.talliesOf(principal);
  return useOutsideWindows(component, { tallies, onlyRole: true }, { from, to: view.now })
    ? {
        ended: "Nothing was mended: which role it used is no longer known, as it is mapped to others too.",
      }
    : "The baseline declares a window for it now.";
};
