// Carries a session between client and backend. What the server says passes as bytes; of what the client says only the
// messages that hold SQL, or run it, are looked into.
import type { Socket } from "node:net";
import type { Rewriter } from "./rewrite.ts";
import { frame, longestMessage, textAt } from "./wire.ts";

/** Runs until one side ends. `early` is what the client sent before the backend was there. */
export const relay = (
  client: Socket,
  backend: Socket,
  { early, rewriter }: { early: Buffer; rewriter: Rewriter },
): void => {
  let waiting = early;
  const forward = () => {
    const { messages, rest, tooLong } = cutMessages(waiting);
    if (tooLong) {
      client.destroy();
      backend.destroy();
      return;
    }
    waiting = rest;
    if (messages.length === 0) return;
    if (backend.write(Buffer.concat(messages.map((message) => rewritten(message, rewriter))))) return;
    client.pause();
    backend.once("drain", () => client.resume());
  };
  client.on("data", (data: Buffer) => {
    waiting = waiting.length ? Buffer.concat([waiting, data]) : data;
    forward();
  });
  client.on("end", () => backend.end());
  backend.pipe(client);
  forward();
  client.resume();
};

/** Whole messages, each with its head, and the start of one that has not arrived yet. */
const cutMessages = (bytes: Buffer) => {
  const messages: Buffer[] = [];
  let at = 0;
  while (bytes.length - at >= 5) {
    const length = bytes.readInt32BE(at + 1);
    if (length < 4 || length > longestMessage) return { messages, rest: bytes.subarray(at), tooLong: true };
    if (bytes.length - at < length + 1) break;
    messages.push(bytes.subarray(at, at + length + 1));
    at += length + 1;
  }
  return { messages, rest: bytes.subarray(at), tooLong: false };
};

const rewritten = (message: Buffer, rewriter: Rewriter): Buffer => {
  const type = String.fromCharCode(message[0] ?? 0);
  const first = textAt(message, 5);
  switch (type) {
    case "Q": {
      const sql = rewriter.query(first.text);
      return sql === first.text ? message : frame(type, Buffer.from(`${sql}\0`));
    }
    case "P": {
      const { text, next } = textAt(message, first.next);
      const sql = rewriter.parse(first.text, text);
      if (sql === text) return message;
      return frame(type, Buffer.concat([Buffer.from(`${first.text}\0${sql}\0`), message.subarray(next)]));
    }
    case "B":
      rewriter.bind(first.text, textAt(message, first.next).text);
      return message;
    case "E":
      rewriter.execute(first.text);
      return message;
    case "S":
      rewriter.sync();
      return message;
    default:
      return message;
  }
};
