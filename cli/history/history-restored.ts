// `dsql-audit history restored`: signs that a backup was restored, so that verify does not take it for tampering.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Sha256 } from "../../lib/core/base/ids.ts";
import { signRestore } from "../../lib/core/history/restore-marker.ts";
import { AuditError } from "../../lib/errors.ts";
import type { AddCommand } from "../command.ts";
import { addStoreOptions, pickCluster, type StoreOptions, withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { parseHead } from "./history-verify.ts";

type Options = StoreOptions & { readonly lost: string; readonly privateKey: string; readonly reason: string };

const readKey = (io: Io, file: string): string => {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (cause) {
    throw new AuditError("bad-file", `${file} cannot be read`, { cause });
  }
};

export const addRestored: AddCommand = (history, io) => {
  const command = history
    .command("restored")
    .summary("note, with a signature, that a backup was restored")
    .description(
      "Run it right after the restore, before the next snapshot. It proves that whoever holds the key declared these " +
        "snapshots lost; it proves nothing about what was in them.",
    )
    .requiredOption("--lost <n:hash>", "the newest head known before the restore, with its full hash")
    .requiredOption("--private-key <file>", "Ed25519 key in PEM: openssl genpkey -algorithm ed25519")
    .requiredOption("--reason <text>", "why, for those who read it later")
    .addHelpText(
      "after",
      '\nExample:\n  $ dsql-audit history restored --lost 812:HASH --private-key restore.pem --reason "failed migration"',
    );
  addStoreOptions(command).action(async (options: Options) => {
    const lost = parseHead(options.lost);
    const hash = Sha256.safeParse(lost.hash);
    if (lost.seq === null || !hash.success)
      throw new AuditError("usage", "--lost wants NUMBER:HASH with all 64 digits");
    const key = readKey(io, options.privateKey);
    const seq = lost.seq;
    await withStore(io, options, { mustExist: true }, async (store) => {
      const cluster = await pickCluster(store, options.cluster);
      const head = await store.snapshots.head(cluster);
      if (head && head.manifest.seq >= seq) {
        throw new AuditError(
          "usage",
          `snapshot ${seq} is not lost: the history goes up to ${head.manifest.seq}`,
        );
      }
      const kept = { seq: head?.manifest.seq ?? 0, hash: head?.hash ?? null };
      const note = {
        v: 1 as const,
        cluster,
        restoredAt: io.now(),
        kept,
        lost: { seq, hash: hash.data },
        reason: options.reason,
      };
      await store.archive.noteRestore(signRestore(note, key));
      io.stdout.write(`Noted: snapshots ${kept.seq + 1} to ${seq} were lost with a restore.\n`);
    });
  });
};
