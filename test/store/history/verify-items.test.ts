import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Item } from "../../../lib/store/table/table.ts";
import {
  beyondProof,
  missedChanges,
  type TamperedStore,
  tamperedStore,
} from "../../support/tampered-store.ts";
import { dice } from "../../support/tampering.ts";

let tampered: TamperedStore;
beforeAll(async () => {
  tampered = await tamperedStore();
}, 60_000);
afterAll(() => tampered.stop());

describe("verify of a store that somebody wrote to", () => {
  it("ends with fault lines, never in an error, and finds changes to every kind of item of a history", async () => {
    const { tries, missed } = await missedChanges(tampered, 7);
    expect(tries).toBe(7 * tampered.kinds.size);
    expect(missed.filter((what) => !beyondProof.includes(what))).toEqual([]);
  }, 120_000);

  it("leaves no reader with an answer from another snapshot than before", async () => {
    const right = await tampered.answers();
    const roll = dice(7);
    const manifests = tampered.kinds.get("SNAPSHOT") ?? [];
    for (let n = 0; n < 24; n++) {
      const item = manifests[n % manifests.length] as Item;
      const tried = await tampered.tryOne(item, roll, async () => {
        const now = await tampered.answers();
        for (const [i, answer] of now.entries()) {
          const code = (answer as { code?: string } | null)?.code;
          if (code === undefined && JSON.stringify(answer) !== JSON.stringify(right[i])) return false;
          if (code !== undefined && code !== "store") throw (answer as { error: unknown }).error;
        }
        return true;
      });
      // A manifest that is taken away altogether leaves a gap in the numbers, which verify names.
      if (!tried.what.endsWith("takes it away")) expect(tried).toMatchObject({ found: true });
    }
  }, 120_000);
});
