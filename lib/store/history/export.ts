// A history as a file: one JSON value a line, as it is stored, so that it can be verified where the table is not.
import { Cluster, Sha256 } from "../../core/base/ids.ts";
import * as z from "../../core/base/zod.ts";
import { RestoreMarker } from "../../core/history/restore-marker.ts";
import type { Fault, StoredManifest } from "../../core/history/verify-manifest.ts";
import { AuditError } from "../../errors.ts";
import * as keys from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";
import { bytesOf, timeFault } from "./chunk-item.ts";
import { storedManifests } from "./manifests.ts";
import { readMarkers, storedMarkers } from "./restores.ts";
import { RetentionMark, readRetentionMark } from "./retention-mark.ts";
import type { StoredChunk, VerifyRequest } from "./verify-history.ts";

const EXPORT_FORMAT = 1;
const WHAT = "dsql-access-auditor history";

const Header = z.object({
  what: z.literal(WHAT),
  v: z.literal(EXPORT_FORMAT),
  cluster: Cluster,
  /** What retention left word of; earlier releases pass it over. */
  retained: z.optional(RetentionMark),
});
const Line = z.union([
  z.object({ manifest: z.int(), takenAt: z.nullable(z.int()), body: z.string(), sum: z.string() }),
  z.object({ chunk: Sha256, data: z.base64() }),
  z.object({ marker: RestoreMarker }),
  z.object({ manifests: z.int(), chunks: z.int(), markers: z.int() }),
]);

/**
 * The lines of an export, without line feeds. Manifests first: every chunk that they name was stored before them, so a
 * snapshot that runs meanwhile does no harm. AuditError("not-found") where there is no snapshot.
 */
export async function* exportHistory(table: Table, cluster: Cluster): AsyncGenerator<string> {
  const manifests = await Array.fromAsync(storedManifests(table, cluster));
  if (!manifests.length) throw new AuditError("not-found", "there is no snapshot to export");
  const { mark } = await readRetentionMark(table, cluster);
  yield JSON.stringify({ what: WHAT, v: EXPORT_FORMAT, cluster, ...(mark && { retained: mark }) });
  for (const { key, takenAt, body, sum } of manifests)
    yield JSON.stringify({ manifest: key, takenAt, body, sum });
  let chunks = 0;
  for (const pk of keys.chunkShards(cluster)) {
    for await (const item of table.query({ pk, consistent: true })) {
      chunks++;
      yield JSON.stringify({ chunk: item.sk, data: Buffer.from(bytesOf(item)).toString("base64") });
    }
  }
  const markers = await readMarkers(table, cluster);
  for (const marker of markers) yield JSON.stringify({ marker });
  yield JSON.stringify({ manifests: manifests.length, chunks, markers: markers.length });
}

const badLine = (number: number): Fault => ({
  kind: "altered",
  seq: null,
  message: `line ${number} of the export cannot be read`,
});

/** Reads an export for `verifyHistory`. What is wrong with single lines becomes faults; AuditError("bad-file") if it is no export. */
export const readExport = async (lines: AsyncIterable<string> | Iterable<string>): Promise<VerifyRequest> => {
  let cluster: Cluster | undefined;
  let retained: RetentionMark | null = null;
  const manifests: StoredManifest[] = [];
  const chunks = new Map<Sha256, Uint8Array>();
  const markers: RestoreMarker[] = [];
  const faults: Fault[] = [];
  let counted: { manifests: number; chunks: number; markers: number } | undefined;
  let chunkLines = 0;
  let number = 0;
  for await (const text of lines) {
    number++;
    if (!text.trim()) continue;
    const value = parseJson(text);
    if (cluster === undefined) {
      const header = Header.safeParse(value);
      if (!header.success)
        throw new AuditError("bad-file", "this is not an export of a history, or it is of a later version");
      cluster = header.data.cluster;
      retained = header.data.retained ?? null;
      continue;
    }
    const line = Line.safeParse(value);
    if (!line.success) faults.push(badLine(number));
    else if ("manifest" in line.data) {
      const { manifest: key, takenAt, body, sum } = line.data;
      manifests.push({ key, takenAt, body, sum });
    } else if ("chunk" in line.data) {
      chunkLines++;
      chunks.set(line.data.chunk, Buffer.from(line.data.data, "base64"));
    } else if ("marker" in line.data) markers.push(line.data.marker);
    else counted = line.data;
  }
  if (cluster === undefined) throw new AuditError("bad-file", "the file is empty");
  if (!counted)
    faults.push({
      kind: "missing",
      seq: null,
      message: "the export ends too early: its last line is missing",
    });
  else if (
    counted.manifests !== manifests.length ||
    counted.chunks !== chunkLines ||
    counted.markers !== markers.length
  ) {
    faults.push({
      kind: "missing",
      seq: null,
      message: "the export does not hold as many lines as its last line says",
    });
  }
  const source: VerifyRequest["chunks"] = async (hashes) =>
    new Map(
      hashes.flatMap((hash) => {
        const bytes = chunks.get(hash);
        return bytes ? [[hash, { bytes, fault: null }] as const] : [];
      }),
    );
  return { cluster, manifests, chunks: source, markers, faults, retained };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const chunkOf = (item: Item): StoredChunk => ({
  bytes: bytesOf(item),
  fault: timeFault(item),
});

/** The table itself for `verifyHistory`, without its timelines: see checkTimelines. */
export const tableHistory = async (table: Table, cluster: Cluster): Promise<VerifyRequest> => ({
  cluster,
  manifests: await Array.fromAsync(storedManifests(table, cluster)),
  chunks: async (hashes) => {
    const found = new Map<Sha256, StoredChunk>();
    const take = (item: Item): unknown => found.set(item.sk as Sha256, chunkOf(item));
    for (const item of await table.getMany(hashes.map((hash) => keys.chunk(cluster, hash)))) take(item);
    for (const hash of hashes.filter((one) => !found.has(one))) {
      const item = await table.get(keys.chunk(cluster, hash), { consistent: true });
      if (item) take(item);
    }
    return found;
  },
  ...(await storedMarkers(table, cluster)),
});
