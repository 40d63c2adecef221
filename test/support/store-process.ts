// A process of its own that uses a store file: `write` puts items until it is killed and says which are stored; `read`
// prints how many there are, as the user 65534 where it may become that user. Its arguments: what to do, and the file.
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteTable } from "../../lib/store/table/sqlite/sqlite-table.ts";

const [, , what, file = ""] = process.argv;
const patience = { sleep: (ms: number) => sleep(ms), random: Math.random };

const write = async (): Promise<void> => {
  const { table } = await openSqliteTable({ file, mayCreate: true, ...patience });
  const bytes = new Uint8Array(2_000);
  for (let n = 0; ; n += 20) {
    const items = Array.from({ length: 20 }, (_, i) => ({
      pk: "p",
      sk: String(n + i).padStart(8, "0"),
      bytes,
    }));
    await Promise.all(items.slice(0, 10).map((item) => table.putIfAbsent(item)));
    await table.putMany(items.slice(10));
    process.stdout.write(`${n + 20}\n`);
  }
};

const read = async (): Promise<void> => {
  const { table, close } = await openSqliteTable({ file, mayCreate: false, ...patience });
  let found = 0;
  for await (const _ of table.query({ pk: "p" })) found++;
  process.stdout.write(`${found} read\n`);
  await table.put({ pk: "q", sk: "1" }).then(
    () => process.stdout.write("written\n"),
    (error: { code: string; message: string }) => process.stdout.write(`${error.code}: ${error.message}\n`),
  );
  await close();
};

if (what === "write") await write();
else {
  if (process.getuid?.() === 0) process.setuid?.(65534);
  await read().catch((error: { code: string; message: string }) =>
    process.stdout.write(`${error.code}: ${error.message}\n`),
  );
}
