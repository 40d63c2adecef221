// A small HTTP server on a free loopback port: what every local stand-in of an AWS endpoint stands on.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export type LoopbackRequest = {
  readonly method: string;
  readonly url: URL;
  /** The path as it was sent: `url` would fold `..` and `.`, which are part of an S3 key. */
  readonly rawPath: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type LoopbackResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Send only so many bytes of the body and then break the connection, though the length promises all. */
  readonly breakAfterBytes?: number;
};

export type Loopback = {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
};

const PIECE = 64 * 1024;

// Waits for a slow reader between pieces, as a real endpoint would.
const write = async (response: ServerResponse, bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length && !response.destroyed; at += PIECE) {
    if (!response.write(bytes.subarray(at, at + PIECE))) {
      await Promise.race([once(response, "drain"), once(response, "close")]);
    }
  }
};

const respond = async (
  request: IncomingMessage,
  response: ServerResponse,
  answer: LoopbackResponse,
): Promise<void> => {
  const bytes = Buffer.from(answer.body ?? "");
  // A HEAD brings the length of the body that it does not send.
  response.writeHead(answer.status, { "content-length": bytes.length, ...answer.headers });
  if (request.method === "HEAD") {
    response.end();
  } else if (answer.breakAfterBytes === undefined) {
    await write(response, bytes);
    response.end();
  } else {
    await write(response, bytes.subarray(0, answer.breakAfterBytes));
    // The bytes so far must arrive before the break, or the client would see no answer at all.
    setImmediate(() => response.destroy());
  }
};

/** Serves `answer` on 127.0.0.1; what it throws becomes a plain 500 with the error's text. */
export const startLoopback = async (
  answer: (request: LoopbackRequest) => LoopbackResponse | Promise<LoopbackResponse>,
): Promise<Loopback> => {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const [rawPath = "/"] = (request.url ?? "/").split("?", 1);
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    await respond(
      request,
      response,
      await answer({ method: request.method ?? "GET", url, rawPath, headers: request.headers, body }),
    );
  };
  const server = createServer((request, response) => {
    // Node's own date is the machine's; a client whose clock is another one would take that for a skew, and ask again.
    response.sendDate = false;
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(String(error));
    });
  });
  // Closing an idle connection just as its client asks again would be a reset that nothing is the matter with.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((done, fail) => server.close((error) => (error ? fail(error) : done())));
    },
  };
};
