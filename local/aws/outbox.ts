// A folder of emails, one `.eml` file each, whose names sort in the order of sending.
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import MailComposer from "nodemailer/lib/mail-composer";

type Email = {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** Epoch ms, the Date header and part of the file's name. */
  readonly at: number;
};

export type Outbox = {
  /** Writes one email; answers its file's name and the bytes of the message. */
  readonly write: (email: Email) => Promise<{ file: string; raw: Buffer }>;
};

export const SENDER = { name: "AWS Notifications", address: "no-reply@sns.amazonaws.com" } as const;

const slug = (subject: string): string =>
  subject
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 60)
    .replace(/-+$/, "") || "notice";

// "2026-03-04T0300Z": a colon is no part of a file name everywhere
const stamp = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace(":", "")}Z`;

const lastNumber = (folder: string): number =>
  Math.max(0, ...readdirSync(folder).map((name) => Number(/^(\d+)-.*\.eml$/.exec(name)?.[1] ?? 0)));

/**
 * Whether SMTP takes its lines as they are (RFC 5321, 4.5.3.1.6). A person then reads the file with any program, and pastes
 * the commands in it; nodemailer would break lines from 77 characters on.
 */
const isShort = (text: string): boolean => text.split("\n").every((line) => Buffer.byteLength(line) <= 998);

/** Opens the folder (made if missing); numbering goes on where an earlier run stopped. */
export const openOutbox = (folder: string): Outbox => {
  mkdirSync(folder, { recursive: true });
  let count = lastNumber(folder);
  return {
    write: async ({ messageId, to, subject, text, at }) => {
      const mail = new MailComposer({
        from: SENDER,
        to,
        subject,
        text,
        date: new Date(at),
        messageId: `<${messageId}@sns.amazonaws.com>`,
      }).compile();
      if (isShort(text)) mail.getTransferEncoding = () => "8bit";
      const raw = await mail.build();
      count += 1;
      const file = `${String(count).padStart(4, "0")}-${stamp(at)}-${slug(subject)}.eml`;
      // Written aside and renamed, so that a reader of the folder never sees half an email.
      writeFileSync(join(folder, `.${file}.part`), raw);
      renameSync(join(folder, `.${file}.part`), join(folder, file));
      return { file, raw };
    },
  };
};
