// Decides whether a client gets in: SNI, settings, token, permission, mapping, in this order.
import type { TLSSocket } from "node:tls";
import type pg from "pg";
import { mappingSql } from "./catalog.sql.ts";
import { callerArn, type Vault } from "./credentials.ts";
import type { ClusterIdentity } from "./record.ts";
import { settingRefused, startupSettings } from "./settings.ts";
import type { SocketReader } from "./socket-reader.ts";
import { type Claim, verifyToken } from "./token.ts";
import { askForPassword, type Refusal, startupCodes, startupParameters } from "./wire.ts";

export type Gate = ClusterIdentity & {
  /** The host names that this cluster answers to. */
  readonly hosts: readonly string[];
  readonly vault: Vault;
  /** As superuser, for the mappings. */
  readonly control: pg.Pool;
  /** Refuses the next connections of whoever was let in, one each. */
  readonly connectFaults: Refusal[];
};

/** A refusal with CloudTrail's name for it. */
type GateRefusal = Refusal & { readonly errorCode: string };

export type Attempt = {
  readonly user: string;
  readonly applicationName: string | undefined;
  readonly claim: Claim;
  /** What the client is told; undefined when it may come in. */
  readonly refusal: GateRefusal | undefined;
  /** What goes on to PostgreSQL. */
  readonly passed: ReadonlyMap<string, string>;
};

/** A refusal of the kind that clients know best: always the same message, the reason in HINT. */
const denied = (hint: string, errorCode = "AccessDenied"): GateRefusal => ({
  code: "08006",
  message: "unable to accept connection, access denied",
  hint,
  errorCode,
});

/** `startup` is the client's first message without its length. Rejects when the client hangs up. */
export const authenticate = async (
  gate: Gate,
  { startup, socket, reader }: { startup: Buffer; socket: TLSSocket; reader: SocketReader },
): Promise<Attempt> => {
  const parameters = startupParameters(startup);
  const user = parameters.get("user") ?? "";
  const settings = startupSettings(parameters);
  const attempt = {
    user,
    applicationName: parameters.get("application_name"),
    claim: {},
    passed: "passed" in settings ? settings.passed : parameters,
  };
  const early = refusalBeforeToken(gate, { startup, serverName: socket.servername, settings });
  if (early) return { ...attempt, refusal: early };

  socket.write(askForPassword);
  const head = await reader.take(5);
  const body = await reader.take(Math.min(Math.max(head.readInt32BE(1) - 4, 1), longestToken));
  const verdict = verifyToken(body.toString("utf8", 0, body.length - 1), {
    user,
    hosts: gate.hosts,
    region: gate.region,
    credentialOf: gate.vault.get,
    now: Date.now(),
  });
  const { claim } = verdict;
  if (!verdict.ok) return { ...attempt, claim, refusal: denied(verdict.hint, verdict.errorCode) };

  const { principal } = verdict.credential;
  if (!principal.actions.some((action) => action === verdict.action)) {
    const hint = `User: ${callerArn(principal)} is not authorized to perform: dsql:${verdict.action} on resource: ${gate.clusterArn}`;
    return { ...attempt, claim, refusal: denied(hint) };
  }
  if (user !== "admin") {
    const mapped = await gate.control.query(mappingSql, [user, principal.arn, principal.principalId]);
    if (mapped.rows.length === 0) {
      return { ...attempt, claim, refusal: denied(`IAM authentication failed for user "${user}"`) };
    }
  }
  const fault = gate.connectFaults.shift();
  return { ...attempt, claim, refusal: fault && { ...fault, errorCode: "ServiceUnavailable" } };
};

const longestToken = 100_000;

const refusalBeforeToken = (
  { hosts }: Gate,
  {
    startup,
    serverName,
    settings,
  }: { startup: Buffer; serverName: unknown; settings: ReturnType<typeof startupSettings> },
): GateRefusal | undefined => {
  const errorCode = "InvalidRequest";
  if (startup.readInt32BE() !== startupCodes.v3) {
    return { code: "0A000", message: "unsupported frontend protocol", errorCode };
  }
  if (typeof serverName !== "string" || serverName === "") {
    return { code: "08006", message: "unable to accept connection, sni was not received", errorCode };
  }
  if (!hosts.includes(serverName))
    return denied(`no cluster answers to ${serverName}`, "ResourceNotFoundException");
  return "refused" in settings ? { ...settingRefused(settings.refused), errorCode } : undefined;
};
