// The body of an answer from S3, given up when nothing of it comes any more.
import { AuditError } from "../errors.ts";

/** In ms, for one piece; the time that whoever reads takes in between does not count. */
const STALL_MS = 30_000;

type Body = AsyncIterable<Uint8Array> & { readonly destroy?: () => unknown };

const next = <T>(pending: Promise<T>, stallMs: number, stalled: () => AuditError): Promise<T> => {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(stalled()), stallMs);
  pending.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
};

/**
 * The pieces of a body as they come. AuditError("connect") when the next one has not come within `stallMs`: a connection
 * that died without a word would be waited for as long as the function may run. `name` is for the message.
 */
export const bodyChunks = async function* (
  name: string,
  body: unknown,
  stallMs = STALL_MS,
): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const stream = body as Body;
  const pieces = stream[Symbol.asyncIterator]();
  const stalled = (): AuditError =>
    new AuditError("connect", `${name} stopped in the middle: nothing came for ${stallMs / 1000} s`, {
      hint: "Check the network and try again: what was counted before is not counted twice.",
    });
  let whole = false;
  try {
    while (true) {
      const piece = await next(pieces.next(), stallMs, stalled);
      whole = piece.done === true;
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    // Whoever stops reading, or gives up, leaves no connection open.
    if (!whole) stream.destroy?.();
  }
};

/** All of it at once. */
export const wholeBody = async (name: string, body: unknown, stallMs?: number): Promise<Uint8Array> =>
  Buffer.concat(await Array.fromAsync(bodyChunks(name, body, stallMs)));
