// Urgent incidents in a chat: what is told and what is not, one thread for each, and names that cannot forge markup.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNSClient } from "@aws-sdk/client-sns";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChannelMark, Finding } from "../../../lib/core/findings/finding.ts";
import { dueOf, type FeedEvent } from "../../../lib/core/incidents/feed.ts";
import { chat } from "../../../lib/notices/channels/chat.ts";
import { type LocalSns, startSns } from "../../../local/aws/sns.ts";
import { cluster } from "../../support/catalogs.ts";
import { findingOf } from "../../support/query-world.ts";

const T = Date.UTC(2026, 8, 12, 15, 6);
const topic = "arn:aws:sns:us-east-1:111122223333:chat";
const outbox = mkdtempSync(join(tmpdir(), "chat-"));
let local: LocalSns;
let sns: SNSClient;
beforeAll(async () => {
  local = await startSns({ outbox, now: () => T, topics: [topic] });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  sns = new SNSClient({ endpoint: local.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
});
afterAll(async () => {
  sns.destroy();
  await local.stop();
  rmSync(outbox, { recursive: true, force: true });
});

type Notification = {
  version: string;
  source: string;
  content: { title: string; description: string; nextSteps: string[] };
  metadata: { threadId?: string; relatedResources: string[] };
};
const eventsOf = (findings: readonly Finding[]): FeedEvent[] =>
  findings.flatMap((finding) => dueOf(finding, "chat", { since: 0, now: T }));
const send = async (...findings: readonly Finding[]) => {
  const before = local.published.length;
  const answer = await chat(sns, topic, ["--table", "audit"]).send(eventsOf(findings));
  const sent = local.published
    .slice(before)
    .map(({ texts }) => JSON.parse(texts.default ?? "") as Notification);
  return { ...answer, sent };
};
const high = (id: string, more: Partial<Finding> = {}) => findingOf(id, { severity: "high", ...more });
const told = (finding: Finding, more: Partial<ChannelMark> = {}): Finding => {
  const mark = eventsOf([finding])[0]?.mark;
  return mark ? { ...finding, channels: { chat: { ...mark, ...more } } } : finding;
};

describe("an urgent incident", () => {
  it("is one message in a thread of its own, with what is new and the command that shows it", async () => {
    const { sent, taken, failure } = await send(
      high("a-1", { incident: "inc-00000001" }),
      high("b-1", { incident: "inc-00000001", severity: "critical", title: "Login as admin" }),
      findingOf("quiet"),
    );
    expect([taken.length, failure]).toEqual([3, undefined]);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      ...{ version: "1.0", source: "custom" },
      content: {
        title: expect.stringMatching(/^\(CRITICAL\) Login as admin \(abc\w+\) inc-00000001$/),
        description: "New, HIGH: Nobody used it\nNew, CRITICAL: Login as admin",
        nextSteps: [expect.stringMatching(/^npx dsql-audit incident inc-00000001 .*--table audit$/)],
      },
      metadata: { threadId: "inc-00000001", relatedResources: [cluster] },
    });
  });

  it("is followed: worse, acknowledged, over", async () => {
    const texts = [];
    for (const finding of [
      told(findingOf("a-1", { severity: "critical" }), { severity: "high" }),
      told(high("a-1", { status: "acknowledged" }), { status: "open" }),
      told(high("a-1", { status: "resolved", closedAt: T }), { status: "open", over: false }),
    ])
      texts.push((await send(finding)).sent[0]?.content.description);
    expect(texts).toEqual([
      "Now CRITICAL, was HIGH: Nobody used it",
      "Now acknowledged: Nobody used it",
      "Now resolved: Nobody used it",
    ]);
  });

  it("is told in one message with others where there are many at once", async () => {
    const { sent, taken } = await send(...Array.from({ length: 30 }, (_, n) => high(`f-${n}`)));
    expect(taken).toHaveLength(30);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.content.title).toContain("News of 30 incidents at once");
    expect(sent[0]?.content.description.split("\n").at(-1)).toBe("And 18 more.");
  });
});

describe("a topic that does not take it", () => {
  it("leaves what was not sent due, and what needs no word taken", async () => {
    local.failNext("denied");
    const { taken, failure, sent } = await send(high("a-1"), findingOf("quiet"), high("b-1"));
    expect(taken.map(({ finding }) => finding.id)).toEqual(["quiet"]);
    expect([failure?.code, sent]).toEqual(["denied", []]);
    local.failNext("not-acceptable");
    const again = await send(high("a-1"), high("b-1"));
    expect(again.taken.map(({ finding }) => finding.id)).toEqual(["b-1"]);
    expect(again.failure?.code).toBe("config");
  });
});

it("lets no name forge markup, a link, a mention or a line", async () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom("<!channel>", "[x](https://evil)", "*b* _i_ `c`", "a\n(CRITICAL) forged", "@here <@U1>"),
  );
  await fc.assert(
    fc.asyncProperty(hostile, async (title) => {
      const { sent } = await send(high("a-1", { title: `Role ${title}` }));
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
