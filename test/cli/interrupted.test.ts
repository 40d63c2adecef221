// Ctrl-C at the real program: the first asks it to end, a later one ends it whatever it is doing.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const program = join(import.meta.dirname, "../../cli/main.ts");
/** Takes every call and never answers. */
const silent = createServer((socket) => socket.on("error", () => undefined));
beforeAll(async () => {
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
});
afterAll(() => silent.close());

it("ends by the signal itself at the second, with no thread cut off by a tidy exit", async () => {
  const child = spawn(process.execPath, [program, "doctor", "--table", "t", "--region", "eu-central-1"], {
    stdio: "ignore",
    env: {
      ...{ ...process.env, AWS_ENDPOINT_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` },
      ...{ AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" },
    },
  });
  const ended = once(child, "exit");
  await Promise.race([once(silent, "connection"), ended]);
  const asking = setInterval(() => child.kill("SIGINT"), 300);
  expect(await ended).toEqual([null, "SIGINT"]);
  clearInterval(asking);
});
