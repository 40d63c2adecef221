// The port that clients reach: brings every connection to TLS, or refuses it.
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import selfsigned from "selfsigned";
import { refusePlain, type SessionPorts, serveSession } from "./session.ts";
import { readSocket } from "./socket-reader.ts";
import { startupCodes } from "./wire.ts";

export type Listener = {
  readonly port: number;
  /** The certificate, which is its own authority (PEM). */
  readonly ca: string;
  /** Ends all connections too. */
  close(): Promise<void>;
};

const tlsHandshake = 0x16; // first byte of a TLS record that opens a connection

/** A key and a certificate of its own at each start: none lies in the repository. */
const certificateFor = (hosts: readonly string[]) =>
  selfsigned.generate([{ name: "commonName", value: "DSQL stand-in" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2 as const, value })) },
    ],
  });

/** Listens on 127.0.0.1, on a free port unless one is asked for. */
export const listen = async (ports: SessionPorts, wanted = 0): Promise<Listener> => {
  const certificate = await certificateFor(ports.hosts);
  const secure = createTlsServer(
    {
      key: certificate.private,
      cert: certificate.cert,
      minVersion: "TLSv1.2",
      ALPNProtocols: ["postgresql"],
    },
    (socket) => {
      socket.on("error", () => socket.destroy()).setNoDelay(true);
      serveSession(socket, ports).catch(() => socket.destroy());
    },
  );
  secure.on("tlsClientError", (_error, socket) => socket.destroy());

  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => socket.destroy());
    toTls(socket, ports).then(
      (upgraded) => upgraded && secure.emit("connection", socket), // Node's documented way to hand over a socket
      () => socket.destroy(),
    );
  });
  server.listen(wanted, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    ca: certificate.cert,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};

/** True when TLS comes next: asked for by SSLRequest, or started at once as newer clients do. */
const toTls = async (socket: Socket, ports: SessionPorts): Promise<boolean> => {
  const reader = readSocket(socket);
  const handOver = () => {
    const early = reader.detach();
    if (early.length) socket.unshift(early);
    return true;
  };
  while ((await reader.peek(1))[0] !== tlsHandshake) {
    const startup = await reader.takeStartup();
    const code = startup.readInt32BE();
    if (code === startupCodes.ssl) {
      socket.write("S");
      return handOver();
    }
    if (code !== startupCodes.gss) {
      refusePlain(socket, startup, ports);
      return false;
    }
    socket.write("N"); // no GSSAPI; the client goes on with SSLRequest
  }
  return handOver();
};
