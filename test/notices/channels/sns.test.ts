import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNSClient } from "@aws-sdk/client-sns";
import fc from "fast-check";
import PostalMime from "postal-mime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_MESSAGE_BYTES, publish } from "../../../lib/notices/channels/sns.ts";
import { byteLength, fitToBytes } from "../../../lib/notices/message-size.ts";
import { safeSubject } from "../../../lib/notices/subject.ts";
import { type LocalSns, type SnsFault, startSns } from "../../../local/aws/sns.ts";

const topicArn = "arn:aws:sns:us-east-1:111122223333:access-findings";
const outbox = mkdtempSync(join(tmpdir(), "outbox-"));
let sns: LocalSns;
const clients: SNSClient[] = [];
const clientOf = (endpoint: string, maxAttempts = 1): SNSClient => {
  const client = new SNSClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts,
  });
  clients.push(client);
  return client;
};
const rest = { short: "s", document: "{}", attributes: { severity: "high" } };
/** One mail; what the other protocols get does not matter. */
const mail = (client: SNSClient, subject: string, body: string, topic = topicArn) =>
  publish(client, topic, { subject, body, ...rest });
const lastMail = async () => {
  const file = readdirSync(outbox).sort().at(-1) ?? "";
  return PostalMime.parse(readFileSync(join(outbox, file)));
};

beforeAll(async () => {
  sns = await startSns({ outbox, now: () => Date.UTC(2026, 2, 4, 3), topics: [topicArn] });
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await sns.stop();
  rmSync(outbox, { recursive: true, force: true });
});

describe("publish", () => {
  it("sends what a hostile database name makes of a notice", async () => {
    const body = 'Role "a\u001b[2Jb" may DELETE\r\nfrom público.órdenes\t\ud800.';
    const sent = await mail(
      clientOf(sns.endpoint),
      "role x\r\nBcc: all@example.com =?utf-8?Q?evil?= público",
      body,
    );
    const received = await lastMail();
    expect(sent.subject).toBe("role x Bcc: all@example.com = ?utf-8?Q?evil?= publico");
    expect(received.subject).toBe(sent.subject);
    expect(received.headers.some(({ key }) => key === "bcc")).toBe(false);
    expect(received.text?.trimEnd()).toBe('Role "a?[2Jb" may DELETE\nfrom público.órdenes\t\ufffd.');
    expect(received.messageId).toContain(sent.messageId);
    expect(sent.cutBytes).toBe(0);
  });

  it("cuts a body above 256 KB to the byte and says how much is gone", async () => {
    const body = "é".repeat(200_000);
    const sent = await mail(clientOf(sns.endpoint), "big", body);
    const text = (await lastMail()).text ?? "";
    const kept = (text.match(/é/g) ?? []).length * 2;
    expect(sent.cutBytes).toBe(400_000 - kept);
    expect(text).toContain(`${sent.cutBytes} of 400000 bytes are left out`);
    // What holds the texts of all protocols together takes the rest.
    expect(byteLength(text.trimEnd())).toBeGreaterThan(MAX_MESSAGE_BYTES - 200);
  });

  it("sends each protocol its own text, and the attributes that subscriptions filter by", async () => {
    await publish(clientOf(sns.endpoint), topicArn, {
      subject: "two",
      body: 'an "email"',
      short: "a text\u0007 message",
      document: '{"version":1}',
      attributes: { severity: "high", cluster: "arn:é" },
    });
    expect(sns.published.at(-1)).toEqual({
      subject: "two",
      texts: { default: '{"version":1}', email: 'an "email"', sms: "a text? message" },
      attributes: { severity: "high", cluster: "arn:é" },
    });
  });

  it("keeps whatever a body holds within 256 KB", async () => {
    for (const body of ['"'.repeat(300_000), "\n\\".repeat(100_000), "\ud83d\ude00".repeat(70_000)]) {
      const { cutBytes } = await mail(clientOf(sns.endpoint), "big", body);
      expect(cutBytes).toBeGreaterThan(0);
    }
  });

  it("sends the subject where the body is empty", async () => {
    await mail(clientOf(sns.endpoint), "resolved", "");
    expect((await lastMail()).text?.trim()).toBe("resolved");
  });

  it("says what to do when the topic does not exist", async () => {
    const missing = mail(clientOf(sns.endpoint), "s", "b", `${topicArn}-typo`);
    await expect(missing).rejects.toMatchObject({
      name: "AuditError",
      code: "not-found",
      message: `Cannot publish to ${topicArn}-typo: the topic does not exist.`,
      hint: expect.stringContaining("Check the topic's ARN"),
    });
  });

  it.each<[SnsFault, string, string]>([
    ["denied", "denied", "sns:Publish"],
    ["throttled", "throttled", "quota"],
    ["expired-credentials", "denied", "Renew the credentials"],
    ["key-denied", "denied", "kms:GenerateDataKey"],
    ["internal", "connect", "next run"],
  ])("turns %s into the code %s with a hint", async (fault, code, hint) => {
    sns.failNext(fault);
    const failed = mail(clientOf(sns.endpoint), "s", "b");
    await expect(failed).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
  });

  it("calls an ARN that is none a setting", async () => {
    const failed = mail(clientOf(sns.endpoint), "s", "b", "findings");
    await expect(failed).rejects.toMatchObject({ name: "AuditError", code: "config" });
  });

  it("outlives a throttle within the client's retries", async () => {
    sns.failNext("throttled");
    const before = readdirSync(outbox).length;
    await mail(clientOf(sns.endpoint, 3), "again", "b");
    expect(readdirSync(outbox)).toHaveLength(before + 1);
  });

  it("calls silence unreachable, not refused", async () => {
    const failed = mail(clientOf("http://127.0.0.1:1"), "s", "b");
    await expect(failed).rejects.toMatchObject({ code: "connect" });
  });
});

const hostile = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme", maxLength: 150 }));

describe("safeSubject", () => {
  it("makes a legal SNS subject of any text, and the same of that", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const subject = safeSubject(text);
        expect(subject).toMatch(/^[!-~][ -~]{0,98}$/);
        expect(subject).not.toContain("=?");
        expect(safeSubject(subject)).toBe(subject);
      }),
    );
  });

  it.each([
    ["[high] app_ro gained DELETE on public.orders", "[high] app_ro gained DELETE on public.orders"],
    ["  two\n lines\u2028of\u00a0text ", "two lines of text"],
    ["\u202eevil\u200b", "evil"],
    ["日本", "??"],
    ["\u0000", "(no subject)"],
    ["", "(no subject)"],
    ["x".repeat(99), "x".repeat(99)],
    ["x".repeat(100), `${"x".repeat(96)}...`],
  ])("makes %j into %j", (text, subject) => {
    expect(safeSubject(text)).toBe(subject);
  });
});

describe("fitToBytes", () => {
  it("never exceeds the limit, breaks a character or misstates what it cut", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 600 }),
        fc.integer({ min: 200, max: 400 }),
        (text, max) => {
          const fitted = fitToBytes(text.toWellFormed(), max);
          expect(byteLength(fitted.text)).toBeLessThanOrEqual(max);
          expect(fitted.text.isWellFormed()).toBe(true);
          const kept = byteLength(text.toWellFormed()) - fitted.cutBytes;
          const head = Buffer.from(fitted.text).subarray(0, kept);
          expect(head.equals(Buffer.from(text.toWellFormed()).subarray(0, kept))).toBe(true);
          expect(fitted.cutBytes > 0).toBe(byteLength(text.toWellFormed()) > max);
        },
      ),
    );
  });
});
