// node scripts/convert-store.ts OLD_FOLDER NEW_FILE: carries a store of release 0.1.0, a folder, over into one file.
import { setTimeout as sleep } from "node:timers/promises";
import { AuditError } from "../lib/errors.ts";
import { convertStore } from "../local/store/convert-store.ts";

const [folder, file, ...more] = process.argv.slice(2);
if (!folder || !file || more.length) {
  console.error("Usage: node scripts/convert-store.ts OLD_FOLDER NEW_FILE");
  process.exit(64);
}
try {
  const items = await convertStore(folder, file, { sleep: (ms) => sleep(ms), random: Math.random });
  console.log(`${file}: ${items.toLocaleString("en-US")} items. ${folder} is as it was.`);
} catch (error) {
  if (!(error instanceof AuditError)) throw error;
  console.error(`error: ${error.message}${error.hint ? `\n  ${error.hint}` : ""}`);
  process.exit(1);
}
