// Hands the emails of SNS on to a mail server, where there is one.
import nodemailer from "nodemailer";
import { SENDER } from "./outbox.ts";

/** Hands emails on to a server, one after the other, so that it receives them in order. */
export const openRelay = (smtp: { readonly host: string; readonly port: number } | undefined, to: string) => {
  const transport = smtp && nodemailer.createTransport({ ...smtp, connectionTimeout: 5_000 });
  const undelivered: { file: string; reason: string }[] = [];
  let relayed: Promise<void> = Promise.resolve();
  const relay = async (file: string, raw: Buffer): Promise<void> => {
    try {
      await transport?.sendMail({ envelope: { from: SENDER.address, to }, raw });
    } catch (error) {
      undelivered.push({ file, reason: String(error) });
    }
  };
  return {
    undelivered,
    send: (file: string, raw: Buffer): void => {
      if (transport) relayed = relayed.then(() => relay(file, raw));
    },
    close: async (): Promise<void> => {
      await relayed;
      transport?.close();
    },
  };
};
