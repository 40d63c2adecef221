// Reads exact numbers of bytes from a socket, as long as the conversation goes one message at a time.
import type { Socket } from "node:net";

export type SocketReader = {
  /** Rejects when the socket closes before. */
  peek(count: number): Promise<Buffer>;
  take(count: number): Promise<Buffer>;
  /** A message of the start: length, then what is returned. */
  takeStartup(): Promise<Buffer>;
  /** Lets go of the socket, paused; returns what was received and not taken. */
  detach(): Buffer;
};

const longestStartup = 10_000; // PostgreSQL's own limit

export const readSocket = (socket: Socket): SocketReader => {
  let received = Buffer.alloc(0);
  let closed = false;
  let wake = () => {};
  const onData = (data: Buffer) => {
    received = Buffer.concat([received, data]);
    wake();
  };
  const onClose = () => {
    closed = true;
    wake();
  };
  socket.on("data", onData).on("close", onClose);
  const peek = async (count: number): Promise<Buffer> => {
    while (received.length < count) {
      if (closed) throw new Error("the client hung up");
      await new Promise<void>((arrived) => {
        wake = arrived;
      });
    }
    return received.subarray(0, count);
  };
  const take = async (count: number): Promise<Buffer> => {
    const taken = await peek(count);
    received = received.subarray(count);
    return taken;
  };
  const takeStartup = async (): Promise<Buffer> => {
    const length = (await take(4)).readInt32BE();
    if (length < 8 || length > longestStartup) throw new Error("no message of the start has this length");
    return take(length - 4);
  };
  const detach = (): Buffer => {
    socket.off("data", onData).off("close", onClose).pause();
    return received;
  };
  return { peek, take, takeStartup, detach };
};
