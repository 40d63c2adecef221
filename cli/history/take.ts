// Takes a snapshot from whatever source is named into a store; `snapshot` and `scan` both do it.

import type { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { iso } from "../../lib/core/base/time.ts";
import { type Catalog, type SectionName, sectionNames } from "../../lib/core/catalog/catalog.ts";
import { catalogFileText, parseCatalogFile } from "../../lib/core/catalog/catalog-file.ts";
import { type IamPartName, iamPartNames } from "../../lib/core/catalog/iam-facts.ts";
import type { Change } from "../../lib/core/history/change.ts";
import { takeSnapshot } from "../../lib/jobs/take-snapshot.ts";
import type { Store } from "../../lib/store/open-store.ts";
import { changeText } from "../../lib/wording/change-text.ts";
import type { Io } from "../io.ts";
import { iamBeside } from "../read-iam.ts";
import { readText } from "../read-text.ts";
import { type Source, whileConnecting } from "../source.ts";

type SectionDocument =
  | { readonly status: "read"; readonly rows: number }
  | { readonly status: "unreadable"; readonly reason: string };

/** What `snapshot --json` prints. */
export type SnapshotDocument = {
  readonly cluster: Cluster;
  readonly snapshot: number;
  readonly takenAt: string;
  readonly unchanged: boolean;
  /** Each with the two snapshots it happened between. */
  readonly changes: readonly {
    readonly from: string;
    readonly to: string;
    readonly text: string;
    readonly change: Change;
  }[];
  readonly sections: Readonly<Record<SectionName, SectionDocument>>;
  /** The parts of what IAM says; null: it was not asked. */
  readonly iam: Readonly<Record<IamPartName, SectionDocument>> | null;
};

export type Taken = {
  readonly cluster: Cluster;
  readonly document: SnapshotDocument;
  readonly canonical: string;
};

type Read =
  | { readonly status: "read"; readonly rows: readonly unknown[] }
  | { readonly status: "unreadable"; readonly reason: string };

const told = (section: Read): SectionDocument =>
  section.status === "read"
    ? { status: "read", rows: section.rows.length }
    : { status: "unreadable", reason: section.reason };

const sectionsOf = (catalog: Catalog): SnapshotDocument["sections"] =>
  Object.fromEntries(
    sectionNames.map((name) => [name, told(catalog.sections[name])]),
  ) as SnapshotDocument["sections"];

const iamOf = ({ iam }: Catalog): SnapshotDocument["iam"] =>
  iam
    ? (Object.fromEntries(
        iamPartNames.map((name) => [name, told(iam.parts[name])]),
      ) as SnapshotDocument["iam"])
    : null;

/** Reads and stores; running it twice stores an unchanged snapshot. */
export const take = async (
  io: Io,
  store: Store,
  source: Source,
  auditor: Principal | undefined,
): Promise<Taken> => {
  const save = async () => {
    if (source.kind === "database") {
      const { target, limits } = source;
      return whileConnecting(io, target, () =>
        takeSnapshot({ store, ...io, auditor, limits, ...iamBeside(io, target, source) }, target),
      );
    }
    const catalog = parseCatalogFile(readText(source.file), source.file);
    await store.clusters.register(catalog.cluster);
    const saved = await store.snapshots.save(catalog.cluster, catalog, io.now());
    return { ...saved, catalog };
  };
  const { seq, takenAt, unchanged, changes, catalog } = await save();
  if (source.kind === "database" && source.target.kind === "dsql" && source.target.cluster === undefined) {
    io.stderr.write(
      `Stored as ${catalog.cluster}, because an endpoint does not name its account.\n` +
        "Name the ARN with --cluster, so that the cluster's connections can be joined to it.\n",
    );
  }
  return {
    cluster: catalog.cluster,
    canonical: catalogFileText(catalog),
    document: {
      cluster: catalog.cluster,
      snapshot: seq,
      takenAt: iso(takenAt),
      unchanged,
      changes: changes.map(({ from, to, change }) => ({
        from: iso(from),
        to: iso(to),
        text: changeText(change),
        change,
      })),
      sections: sectionsOf(catalog),
      iam: iamOf(catalog),
    },
  };
};
