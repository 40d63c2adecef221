import { afterAll, beforeAll, expect, it } from "vitest";
import { beyondProof, missedChanges, type TamperedStore, tamperedStore } from "../support/tampered-store.ts";

let tampered: TamperedStore;
beforeAll(async () => {
  tampered = await tamperedStore();
}, 60_000);
afterAll(() => tampered.stop());

it("finds hundreds of changes to any item of a history, save those that nothing can prove", async () => {
  const { tries, missed } = await missedChanges(tampered, 60);
  process.stdout.write(
    `${tries - missed.length} of ${tries} changes found; missed: ${JSON.stringify(missed)}\n`,
  );
  expect(tries).toBeGreaterThan(300);
  expect(missed.filter((what) => !beyondProof.includes(what))).toEqual([]);
}, 600_000);
