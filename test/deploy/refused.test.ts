// The framework itself: a deployment without its file of parameters gets no further than a sentence.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deployable, framework } from "./stack.ts";

let directory: string;
beforeAll(() => {
  directory = deployable();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it("says what is missing, before it asks for an account", { timeout: 120_000 }, async () => {
  await expect(framework(directory, "deploy", "--stage", "nowhere")).rejects.toThrow(
    /Error:\s+deploy\/params\.nowhere\.yml is not there, and a deployment needs it\./,
  );
});

it("takes no parameter from the command line", { timeout: 120_000 }, async () => {
  await expect(framework(directory, "package", "--param", "keepDays=1")).rejects.toThrow(
    /Write keepDays=1 to deploy\/params\.prod\.yml instead\./,
  );
});
