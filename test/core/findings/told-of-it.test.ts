// What a release before wrote of a chat as a mark of a channel is what was told there, whatever happens to the finding next.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Finding, Severity } from "../../../lib/core/findings/finding.ts";
import {
  endKnown,
  endUntold,
  severityKnown,
  toldInChat,
  toldOfWhole,
  untold,
} from "../../../lib/core/findings/told-of-it.ts";
import { asToldIn } from "../../../lib/core/incidents/told-where.ts";
import { findingOf } from "../../support/query-world.ts";

const AT = Date.UTC(2026, 3, 1);
const marked = fc
  .record({
    ...{ severity: fc.constantFrom(...Severity.options), now: fc.constantFrom(...Severity.options) },
    ...{ over: fc.boolean(), life: fc.nat(1), reopened: fc.nat(1) },
  })
  .map(({ severity, now, over, life, reopened }): Finding => {
    const known = {
      status: over ? "resolved" : "open",
      detector: "dormant-mapping",
      incident: "inc-1",
    } as const;
    return findingOf("a", {
      ...{ severity: now, reopened },
      channels: { chat: { at: AT, life, severity, over, ...known } },
    });
  });
/** The same, with a memory of the chat in place of the mark. */
const withMemory = ({ channels: _, ...finding }: Finding, chat = finding.chat): Finding => ({
  ...finding,
  ...(chat && { chat }),
});
const inChat = (finding: Finding): Finding | undefined =>
  asToldIn([withMemory(finding, toldInChat(finding))], "chat")[0];

describe("a mark of an earlier release", () => {
  it.each<[string, (finding: Finding) => Finding]>([
    ["is told of it again", untold],
    ["goes on after all", endUntold],
    ["needs no word of its end", (finding) => endKnown(finding, AT + 1)],
    ["is acknowledged", severityKnown],
    ["leaves a piece", (finding) => toldOfWhole(findingOf("piece"), finding)],
  ])("counts like the memory of a chat where a finding %s", (_, change) => {
    fc.assert(
      fc.property(marked, (finding) => {
        const memory = withMemory(finding, toldInChat(finding));
        expect(inChat(change(finding))).toEqual(inChat(change(memory)));
      }),
    );
  });

  it("is nothing of a life that began after it", () => {
    fc.assert(
      fc.property(marked, (finding) => {
        const isOfThisLife = finding.channels?.chat?.life === finding.reopened;
        expect(toldInChat(finding)?.noticedAt).toBe(isOfThisLife ? AT : undefined);
      }),
    );
  });
});
