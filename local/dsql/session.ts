// One client from its first message within TLS to its end: let in as its database role, or told why not.
import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Attempt, authenticate, type Gate } from "./authenticate.ts";
import { type ConnectRecord, connectRecord, type Peer } from "./record.ts";
import { relay } from "./relay.ts";
import { openRewriter, type RewriterPorts } from "./rewrite.ts";
import { readSocket } from "./socket-reader.ts";
import { cancelRequest, fatalError, startupCodes, startupMessage, startupParameters } from "./wire.ts";

export type ConnectAttempt = { readonly allowed: boolean; readonly record: ConnectRecord };

export type SessionPorts = Gate &
  Omit<RewriterPorts, "principalIdOf"> & {
    /** PostgreSQL's unix socket. */
    readonly socketPath: string;
    readonly onConnectAttempt: (attempt: ConnectAttempt) => void;
    /** Stamps the records, nothing else. */
    readonly now: () => number;
  };

const handshakeMs = 30_000;

/** Rejects when the client hangs up before it is let in; the caller ends the socket. */
export const serveSession = async (socket: TLSSocket, ports: SessionPorts): Promise<void> => {
  socket.setTimeout(handshakeMs, () => socket.destroy());
  const reader = readSocket(socket);
  const startup = await reader.takeStartup();
  if (startup.readInt32BE() === startupCodes.cancel) {
    openBackend(socket, ports.socketPath).end(cancelRequest(startup));
    return;
  }
  const attempt = await authenticate(ports, { startup, socket, reader });
  const sessionId = report(ports, peerOf(socket), attempt);
  if (attempt.refusal) {
    socket.end(fatalError({ ...attempt.refusal, detail: `Session Id: ${sessionId}` }));
    return;
  }
  socket.setTimeout(0);
  const backend = openBackend(socket, ports.socketPath);
  backend.write(startupMessage(attempt.passed));
  const rewriter = openRewriter({ ...ports, principalIdOf: ports.vault.principalIdOf });
  relay(socket, backend, { early: reader.detach(), rewriter });
};

/** A client that speaks no TLS is told so; nothing but its user name is known. */
export const refusePlain = (socket: Socket, startup: Buffer, ports: SessionPorts): void => {
  const parameters = startupParameters(startup);
  const sessionId = report(
    ports,
    { address: socket.remoteAddress ?? "" },
    {
      user: parameters.get("user") ?? "",
      applicationName: parameters.get("application_name"),
      claim: {},
      refusal: { ...tlsRequired, errorCode: "InvalidRequest" },
      passed: parameters,
    },
  );
  socket.end(fatalError({ ...tlsRequired, detail: `Session Id: ${sessionId}` }));
};

const tlsRequired = { code: "08006", message: "unable to accept connection, SSL is required" };

/** Ends with its client, and the client with it. */
const openBackend = (client: Socket, socketPath: string): Socket => {
  const backend = connect(socketPath);
  backend.on("error", () => client.destroy()).on("close", () => client.end());
  client.on("close", () => backend.destroy());
  return backend;
};

const peerOf = (socket: TLSSocket): Peer => ({
  address: socket.remoteAddress ?? "",
  ...(typeof socket.servername === "string" && { serverName: socket.servername }),
  tlsVersion: socket.getProtocol() ?? "unknown",
  cipherSuite: socket.getCipher().standardName,
});

/** The record goes out before the client hears of the outcome. Returns the id that both carry. */
const report = (ports: SessionPorts, peer: Peer, { refusal, ...attempt }: Attempt): string => {
  const sessionId = randomUUID();
  const error = refusal && { code: refusal.errorCode, message: refusal.hint ?? refusal.message };
  const record = connectRecord(ports, { ...attempt, sessionId, at: ports.now(), peer, error });
  ports.onConnectAttempt({ allowed: refusal === undefined, record });
  return sessionId;
};
