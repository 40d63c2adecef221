// What changed from one catalog to another, as changes that people recognise. Pure, and exact: see apply.ts.
import { AuditError } from "../../errors.ts";
import { sectionNames } from "../catalog/catalog.ts";
import type { KnownCatalog } from "../catalog/known-catalog.ts";
import { applyChange } from "./apply.ts";
import type { Change } from "./change.ts";
import { diffExtras } from "./diff-extras.ts";
import { diffIam } from "./diff-iam.ts";
import { namesOf } from "./diff-names.ts";
import { type Step, same } from "./diff-step.ts";
import { sectionDiffs } from "./section-diff.ts";
import { takeApart } from "./working-catalog.ts";

const diffStatus = ({ now, target, found }: Step): void => {
  for (const section of sectionNames) {
    const a = now.sections[section];
    const b = target.sections[section];
    const first = !a.rows && b.rows ? ([...b.rows.values()] as Record<string, unknown>[]) : null;
    const { status, last } = b;
    if (status.read) {
      if (!a.status.read) found({ kind: "section-readable", section, first });
    } else if (!same(a.status, status) || !same(a.last, last)) {
      const { reason, code } = status;
      found({ kind: "section-unreadable", section, reason, code, known: last && { ...last }, first });
    }
  }
};

/**
 * The changes that lead from `a` to `b`, in an order in which they can be applied. A section that one side could not
 * read is compared by what was last known of it; where nothing was, nothing is said to have come or gone.
 * AuditError("usage") for catalogs of two clusters.
 */
export const diffCatalogs = (a: KnownCatalog, b: KnownCatalog): Change[] => {
  if (a.cluster !== b.cluster) throw new AuditError("usage", "cannot compare the catalogs of two clusters");
  const changes: Change[] = [];
  const now = takeApart(a);
  const step: Step = {
    now,
    target: takeApart(b),
    names: namesOf(a, b),
    aclBefore: new Map(),
    found: (change) => {
      applyChange(now, change);
      changes.push(change);
    },
  };
  if (a.serverVersion !== b.serverVersion) {
    step.found({ kind: "server-version", from: a.serverVersion, to: b.serverVersion });
  }
  diffStatus(step);
  for (const name of sectionNames) sectionDiffs[name].rows(step);
  for (const name of sectionNames) sectionDiffs[name].grants?.(step);
  diffExtras(step);
  return [...changes, ...diffIam(a, b)];
};
