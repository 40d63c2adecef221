// Notices in a chat: one thread for each incident, and names that cannot forge markup.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY } from "../../../lib/core/base/time.ts";
import type { Finding } from "../../../lib/core/findings/finding.ts";
import { chat } from "../../../lib/notices/channels/chat.ts";
import type { Notice } from "../../../lib/notices/notice.ts";
import { cluster } from "../../support/catalogs.ts";
import { dueNow } from "../../support/notices.ts";
import { findingOf } from "../../support/query-world.ts";
import { sharedSns } from "../../support/shared-sns.ts";

const T = Date.UTC(2026, 8, 12, 15, 6);
const topic = "arn:aws:sns:us-east-1:111122223333:chat";
const mail = sharedSns({ now: () => T, topics: [topic] });

type Notification = {
  version: string;
  source: string;
  id: string;
  content: { title: string; description: string; nextSteps: string[] };
  metadata: { threadId?: string; relatedResources: string[] };
};
const post = async (notices: readonly Notice[]): Promise<Notification[]> => {
  const before = mail.local.published.length;
  for (const notice of notices) await chat(mail.sns, topic, ["--table", "audit"])(notice);
  return mail.local.published
    .slice(before)
    .map(({ texts }) => JSON.parse(texts.default ?? "") as Notification);
};
const send = (...findings: readonly Finding[]) => post(dueNow(findings, T));
const high = (id: string, more: Partial<Finding> = {}) => findingOf(id, { severity: "high", ...more });
const told = (finding: Finding, more: Partial<Finding> = {}): Finding => ({
  ...finding,
  ...{ noticedAt: T - DAY, toldAt: T - DAY, noticedSeverity: "high", toldAs: finding.detector, ...more },
});

describe("a notice of an incident", () => {
  it("is one message in a thread of its own, with what is new and the command that shows it", async () => {
    const sent = await send(
      high("a-1", { incident: "inc-00000001" }),
      high("b-1", { incident: "inc-00000001", severity: "critical", title: "Login as admin" }),
      findingOf("quiet"),
    );
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      ...{ version: "1.0", source: "custom" },
      content: {
        title: expect.stringMatching(/^\(CRITICAL\) .+ \(abc\w+\) inc-00000001$/),
        description: "CRITICAL: Login as admin\nHIGH: Nobody used it",
        nextSteps: [expect.stringMatching(/^npx dsql-audit incident inc-00000001 .*--table audit$/)],
      },
      metadata: { threadId: "inc-00000001", relatedResources: [cluster] },
    });
  });

  it("is followed in that thread: worse, then over", async () => {
    const [worse] = await send(told(findingOf("a-1", { severity: "critical" })));
    const [over] = await send(told(high("a-1", { status: "resolved", closedAt: T })));
    expect(worse?.content.description).toBe("CRITICAL: Nobody used it");
    expect(over?.content.title).toMatch(/^\(RESOLVED\) /);
    expect(over?.content.description).toBe("Over: Nobody used it. A complete evaluation no longer found it.");
    expect(worse?.metadata.threadId).toBe(over?.metadata.threadId);
  });

  it("has the id of what it says, whoever sends it again", async () => {
    const [one] = await send(high("a-1"));
    const [again] = await send(high("a-1"));
    const [worse] = await send(told(findingOf("a-1", { severity: "critical" })));
    expect(one?.id).toMatch(/^msg-[0-9a-f]{32}$/);
    expect([again?.id === one?.id, worse?.id === one?.id]).toEqual([true, false]);
  });
});

it("tells of many at once in one message, the first lines of it and how many there are more", async () => {
  const sent = await send(...Array.from({ length: 30 }, (_, n) => high(`f-${n}`)));
  expect(sent).toHaveLength(1);
  expect(sent[0]?.content.title).toContain("Many incidents at once: 30 findings: 30 high");
  expect(sent[0]?.content.description.split("\n").at(-1)).toBe("And 19 more.");
  expect(sent[0]?.content.nextSteps[0]).toContain("npx dsql-audit incidents ");
  expect(sent[0]?.metadata.threadId).toBeUndefined();
});

it("throws what the topic answers, with what helps", async () => {
  mail.local.failNext("denied");
  await expect(send(high("a-1"))).rejects.toMatchObject({ code: "denied" });
});

it("lets no name forge markup, a link, a mention or a line", async () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom("<!channel>", "[x](https://evil)", "*b* _i_ `c`", "a\n(CRITICAL) forged", "@here <@U1>"),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (title) => {
      const sent = await send(high("a-1", { title: `Role ${title}` }));
      const { content } = sent[0] as Notification;
      expect(content.description.split("\n")).toHaveLength(1);
      for (const text of [content.title, content.description]) {
        expect(text).not.toMatch(/[<>&[\]*~`|#]|:\/\/|@(?:here|channel|everyone)|[\n\r](?=\()/iu);
        expect(text).not.toMatch(/(?:^|\s)_\S/u);
      }
    }),
    { numRuns: 100 },
  );
});
