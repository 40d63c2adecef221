// What `npm run test:deploy` rests on: the README's six commands, and a word where its programs are not to be had.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { copyCheckout } from "../../scripts/test-deploy/checkout.ts";
import { readmeOf } from "../../scripts/test-deploy/follow-readme.ts";
import { installPrograms } from "../../scripts/test-deploy/install.ts";

it("finds the commands of the README that it follows", () => {
  const { init, doctor } = readmeOf(join(import.meta.dirname, "../.."));
  expect(init).toBe("npx dsql-audit init --stage prod");
  expect(doctor).toMatch(/^npx dsql-audit doctor /);
});

it("says why where there is no Python", () => {
  const empty = mkdtempSync(join(tmpdir(), "no-python-"));
  const { PATH } = process.env;
  process.env.PATH = empty;
  try {
    expect(installPrograms(empty)).toEqual({
      why: expect.stringMatching(/^ministack==[\d.]+ cannot be installed: .*python3.* ENOENT/),
    });
  } finally {
    process.env.PATH = PATH;
    rmSync(empty, { recursive: true, force: true });
  }
});

it("runs nothing any more once it was stopped", async () => {
  const home = mkdtempSync(join(tmpdir(), "checkout-"));
  try {
    const { run, stop } = copyCheckout(join(import.meta.dirname, "../.."), home, { env: {}, awsBin: "" });
    const sleeping = run("sleep 60");
    stop();
    expect(await sleeping).toMatchObject({ code: 1 });
    expect(await run("echo hello")).toMatchObject({ code: 1, out: "" });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
