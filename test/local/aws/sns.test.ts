import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  InvalidParameterException,
  ListTopicsCommand,
  NotFoundException,
  PublishCommand,
  type PublishCommandInput,
  SNSClient,
} from "@aws-sdk/client-sns";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { type SnsOptions, startSns } from "../../../local/aws/sns.ts";

const TopicArn = "arn:aws:sns:us-east-1:111122223333:access-findings";
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const start = async (options: Partial<SnsOptions> = {}) => {
  const outbox = mkdtempSync(join(tmpdir(), "outbox-"));
  const clock = { now: Date.UTC(2026, 2, 4, 3) };
  const sns = await startSns({ outbox, now: () => clock.now, topics: [TopicArn], ...options });
  const client = new SNSClient({
    endpoint: sns.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= sns.stop();
    return stopped;
  };
  cleanups.push(
    () => rmSync(outbox, { recursive: true, force: true }),
    stop,
    () => client.destroy(),
  );
  const publish = (input: Partial<PublishCommandInput>) =>
    client.send(new PublishCommand({ TopicArn, Message: "text", ...input }));
  return { sns, client, outbox, clock, publish, stop, files: () => readdirSync(outbox).sort() };
};

describe("local SNS", () => {
  it("writes each message as an email that sorts by time and reads back whole", async () => {
    const { publish, clock, files, outbox } = await start();
    // Dots on their own line, long lines, trailing blanks and other scripts are what encodings get wrong.
    const Message = `.\nWhy: größer als\u00a0erlaubt — 日本 🙂\n${"x".repeat(2_000)}\nends in blanks   \n=3D\n--frontier\nFrom here`;
    const { MessageId } = await publish({ Subject: "[high] app_ro gained DELETE", Message });
    clock.now += 3_600_000;
    await publish({ Subject: "[resolved] app_ro", Message: "gone" });
    expect(files()).toEqual([
      "0001-2026-03-04T0300Z-high-app-ro-gained-delete.eml",
      "0002-2026-03-04T0400Z-resolved-app-ro.eml",
    ]);
    const mail = await PostalMime.parse(readFileSync(join(outbox, files()[0] ?? "")));
    expect(mail.text?.replace(/\n$/, "")).toBe(Message);
    expect(mail.subject).toBe("[high] app_ro gained DELETE");
    expect(mail.from).toMatchObject({ name: "AWS Notifications", address: "no-reply@sns.amazonaws.com" });
    expect(mail.date).toBe("2026-03-04T03:00:00.000Z");
    expect(mail.messageId).toBe(`<${MessageId}@sns.amazonaws.com>`);
  });

  it("numbers on where an earlier run stopped", async () => {
    const first = await start();
    await first.publish({ Subject: "one" });
    await first.stop();
    const again = await start({ outbox: first.outbox });
    await again.publish({ Subject: "two" });
    expect(first.files().map((name) => name.slice(0, 4))).toEqual(["0001", "0002"]);
  });

  it("leaves an email that any program shows as it was written, and folds what SMTP would not take", async () => {
    const { publish, files, outbox } = await start();
    const command = `npx dsql-audit history verify --head 62:${"0a".repeat(32)} # größer = größer`;
    for (const Message of [`To check:\n${command}\n`, `${"x ".repeat(600)}\n`]) await publish({ Message });
    const [plain = "", long = ""] = files().map((file) => readFileSync(join(outbox, file), "utf8"));
    expect(plain.split(/\r?\n/)).toContain(command);
    expect((await PostalMime.parse(plain)).text?.trim()).toBe(`To check:\n${command}`);
    expect(Math.max(...long.split(/\r?\n/).map(({ length }) => length))).toBeLessThanOrEqual(998);
    expect((await PostalMime.parse(long)).text?.trim()).toBe("x ".repeat(600).trim());
  });

  it("names a message without a subject as SNS does", async () => {
    const { publish, files } = await start();
    await publish({});
    expect(files()[0]).toContain("aws-notification-message");
  });

  it("refuses an unknown topic and writes nothing", async () => {
    const { publish, files } = await start();
    await expect(publish({ TopicArn: `${TopicArn}2` })).rejects.toBeInstanceOf(NotFoundException);
    expect(files()).toEqual([]);
  });

  it.each<[string, Partial<PublishCommandInput>]>([
    ["a line break in the subject", { Subject: "a\nb" }],
    ["a control character in the subject", { Subject: "a\u0007b" }],
    ["a subject beyond ASCII", { Subject: "größer" }],
    ["a subject that begins with a blank", { Subject: " a" }],
    ["a subject of 100 characters", { Subject: "x".repeat(100) }],
    ["an empty message", { Message: "" }],
    ["a message above 256 KB", { Message: "x".repeat(262_145) }],
    ["an ARN that is none", { TopicArn: "access-findings" }],
    ["what it does not imitate", { MessageStructure: "json" }],
  ])("refuses %s", async (_what, input) => {
    const { publish, files } = await start();
    await expect(publish(input)).rejects.toBeInstanceOf(InvalidParameterException);
    expect(files()).toEqual([]);
  });

  it("takes a subject of 99 characters and a message of 256 KB", async () => {
    const { publish, files } = await start();
    await publish({ Subject: "x".repeat(99) });
    await publish({ Message: "x".repeat(262_144) });
    expect(files()).toHaveLength(2);
  });

  it("refuses other actions and unsigned requests", async () => {
    const { sns, client, files } = await start();
    await expect(client.send(new ListTopicsCommand({}))).rejects.toMatchObject({ name: "InvalidAction" });
    const unsigned = await fetch(sns.endpoint, {
      method: "POST",
      body: new URLSearchParams({ Action: "Publish", TopicArn, Message: "x" }),
    });
    expect(unsigned.status).toBe(403);
    expect(await unsigned.text()).toContain("MissingAuthenticationToken");
    expect(files()).toEqual([]);
  });

  it("is found through AWS_ENDPOINT_URL_SNS", async () => {
    const { sns, files } = await start();
    process.env.AWS_ENDPOINT_URL_SNS = sns.endpoint;
    cleanups.push(() => delete process.env.AWS_ENDPOINT_URL_SNS);
    const client = new SNSClient({
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    cleanups.push(() => client.destroy());
    await client.send(new PublishCommand({ TopicArn, Message: "text" }));
    expect(files()).toHaveLength(1);
  });

  it("relays each email to an SMTP server in order", async () => {
    const received: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      onData: (stream, _session, done) => {
        text(stream).then((raw) => {
          received.push(raw);
          done();
        }, done);
      },
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    cleanups.push(() => new Promise<void>((done) => server.close(() => done())));
    const { port } = server.server.address() as { port: number };
    const { publish, stop, sns } = await start({ smtp: { host: "127.0.0.1", port } });
    await publish({ Subject: "one" });
    await publish({ Subject: "two" });
    await stop();
    const subjects = await Promise.all(received.map(async (raw) => (await PostalMime.parse(raw)).subject));
    expect(subjects).toEqual(["one", "two"]);
    expect(sns.undelivered).toEqual([]);
  });

  it("keeps the email and notes the reason when the SMTP server is away", async () => {
    const { publish, files, stop, sns } = await start({ smtp: { host: "127.0.0.1", port: 1 } });
    await publish({ Subject: "one" });
    await stop();
    expect(files()).toHaveLength(1);
    expect(sns.undelivered).toEqual([
      { file: files()[0] ?? "already removed", reason: expect.stringContaining("ECONNREFUSED") },
    ]);
  });
});
