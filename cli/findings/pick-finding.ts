// Finds the one finding that an id on the command line means.

import type { Cluster } from "../../lib/core/base/ids.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { AuditError } from "../../lib/errors.ts";
import type { FindingStore } from "../../lib/store/findings/findings.ts";

const hashOf = (id: string): string => id.slice(id.lastIndexOf("-") + 1);

/** By its id, or the only one whose id, or the part of it that lists show, begins so. AuditError("not-found"), AuditError("usage") where several do. */
export const pickFinding = async (store: FindingStore, cluster: Cluster, id: string): Promise<Finding> => {
  const exact = await store.get(cluster, id);
  if (exact) return exact;
  const found = (await store.list(cluster)).filter(
    (finding) => id.length >= 4 && (finding.id.startsWith(id) || hashOf(finding.id).startsWith(id)),
  );
  const [only, second] = found;
  if (only && !second) return only;
  if (second) {
    throw new AuditError("usage", `${found.length} findings begin with ${id}`, {
      hint: "Give more of the id: dsql-audit findings",
    });
  }
  throw new AuditError("not-found", `there is no finding ${id}`, {
    hint: "List them with: dsql-audit findings",
  });
};
