// `npm run test:deploy`: the packaged stack deployed to an emulator of AWS from PyPI by the README's own commands, then used:
// snapshots, connections, mails, the API, a message that cannot be read, retention, removal, and a second deployment.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adaptIn } from "./test-deploy/adapt.ts";
import { copyCheckout } from "./test-deploy/checkout.ts";
import { checkAll } from "./test-deploy/checks.ts";
import { clientsOf } from "./test-deploy/clients.ts";
import { foundCompany } from "./test-deploy/cluster.ts";
import { startEmulator } from "./test-deploy/emulator.ts";
import { installPrograms } from "./test-deploy/install.ts";
import { Ended, openReport } from "./test-deploy/report.ts";

const root = join(import.meta.dirname, "..");
const DEADLINE_MINUTES = 15;

const say = (line: string): void => console.log(line);
const started = performance.now();
const report = openReport(say);
const home = mkdtempSync(join(tmpdir(), "dsql-audit-deploy-"));
const stops: (() => Promise<void> | void)[] = [
  () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
];

const cleanUp = async (): Promise<void> => {
  // One by one from the end, so that what was started meanwhile is stopped too.
  while (stops.length) {
    const stop = stops.pop();
    await (async () => stop?.())().catch((error: unknown) => say(`not cleaned up: ${String(error)}`));
  }
};

const skip = (why: string): Promise<never> => {
  say(`SKIPPED: nothing was deployed, for the emulator of AWS is not to be had here. ${why}`);
  return finish(0);
};

const run = async (programs: { readonly python: string; readonly awsBin: string }): Promise<void> => {
  const emulator = await startEmulator(programs.python, home, (stop) => stops.push(stop));
  if ("why" in emulator) return skip(emulator.why);
  const clients = clientsOf(emulator);
  const company = await foundCompany(clients);
  stops.push(company.standIn.stop);
  const checkout = copyCheckout(root, home, { env: emulator.env, awsBin: programs.awsBin });
  stops.push(checkout.stop);
  adaptIn(checkout.folder);
  try {
    await checkAll({ emulator, clients, company, checkout }, report, { root, say });
  } finally {
    if (report.failures()) say(`the emulator's last lines:\n${emulator.tail(25)}`);
  }
};

let ending: Promise<never> | undefined;
/** Ends with everything cleaned up, whatever happened; who calls first says how it ended. */
const finish = (code: number): Promise<never> => {
  ending ??= cleanUp().then(() => process.exit(code));
  return ending;
};
process.on("uncaughtException", (error) => {
  say(`failed: ${error.stack ?? error.message}`);
  void finish(1);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void finish(1));
const programs = installPrograms(root);
if ("why" in programs) {
  await skip(programs.why);
} else {
  // How long an installation takes is the network's affair.
  setTimeout(() => {
    say(`failed: not done within ${DEADLINE_MINUTES} minutes`);
    void finish(1);
  }, DEADLINE_MINUTES * 60_000).unref();
  await run(programs).catch(async (error: unknown) => {
    if (error instanceof Ended) return say("What comes after it rests on it, and was not tried.");
    say(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    await finish(1);
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  say(`${report.checks() - report.failures()} ok, ${report.failures()} failed, ${seconds} s`);
  await finish(report.failures() ? 1 : 0);
}
