// Which cluster a question is about: the one that is named, or the only one there is.
import type { Cluster } from "../core/base/ids.ts";
import { AuditError } from "../errors.ts";

/** How whoever asks can find out and name clusters. */
export type ClusterHints = {
  /** What to do where none is known. */
  readonly none: string;
  /** What to do where the name fits none, or none was named and there are several. */
  readonly several: (known: readonly Cluster[]) => string;
};

/**
 * The cluster by its ARN or the id at its end, or the only one known. AuditError("not-found") where it is not known,
 * ("usage") where several are meant.
 */
export const pickCluster = (
  known: readonly Cluster[],
  named: string | undefined,
  hints: ClusterHints,
): Cluster => {
  const hint = known.length ? hints.several(known) : hints.none;
  if (named !== undefined) {
    const found = known.filter((cluster) => cluster === named || cluster.endsWith(`/${named}`));
    const [only, another] = found;
    if (only && !another) return only;
    throw another
      ? new AuditError("usage", `more than one cluster is known as ${named}`, { hint })
      : new AuditError("not-found", `the store holds no cluster ${named || '""'}`, { hint });
  }
  const [only, another] = known;
  if (!only) throw new AuditError("not-found", "the store holds no snapshot yet", { hint });
  if (another) throw new AuditError("usage", "the store holds more than one cluster", { hint });
  return only;
};
