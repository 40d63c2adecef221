// Opens one fresh connection: to a DSQL cluster with a signed token and verified TLS, or to any PostgreSQL by URL.
import { Socket } from "node:net";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import pg from "pg";
import { regionOfEndpoint } from "../core/base/cluster-host.ts";
import { Cluster } from "../core/base/ids.ts";
import { AuditError } from "../errors.ts";
import { connectError, networkCode, serverError } from "./database-error.ts";

/** Who signs tokens, or how to find out. */
export type Credentials = NonNullable<ConstructorParameters<typeof DsqlSigner>[0]["credentials"]>;

/**
 * `endpoint` is the cluster's host: token, SNI and certificate check keep it. `dial` says where the packets go instead
 * (PrivateLink, the local stack); `ca` is PEM text, else Node's own roots count, which hold Amazon's.
 */
export type DsqlTarget = {
  readonly kind: "dsql";
  readonly endpoint: string;
  readonly user: string;
  readonly region?: string;
  readonly dial?: { readonly host: string; readonly port: number; readonly ca?: string };
  readonly ca?: string;
  /** Who signs; default: whom the environment names. */
  readonly credentials?: Credentials;
  /** The ARN, where it is known; else a name is made of the endpoint. */
  readonly cluster?: Cluster;
};
export type UrlTarget = { readonly kind: "url"; readonly url: string; readonly cluster?: Cluster };
export type Target = DsqlTarget | UrlTarget;

/** Client-side, in ms: DSQL refuses statement_timeout. A cluster scaled to zero needs seconds to wake. */
export type Timeouts = { readonly connectMs: number; readonly queryMs: number };
export const defaultTimeouts: Timeouts = { connectMs: 20_000, queryMs: 60_000 };

/** `serverKind`: whether what only DSQL has (schema sys) and refuses (settings) is to be expected. */
export type Connection = {
  readonly client: pg.Client;
  readonly serverKind: "dsql" | "postgres";
  readonly cluster: Cluster;
  readonly close: () => Promise<void>;
};

/** What the cluster is called: its ARN if given, else its endpoint or `postgres://host:port/database`, no secrets. */
export const clusterOf = (target: Target): Cluster => {
  if (target.cluster !== undefined) return target.cluster;
  if (target.kind === "dsql") return Cluster.parse(`postgres://${target.endpoint}:5432/postgres`);
  const { host, port, database } = new pg.Client({ connectionString: checkedUrl(target.url) });
  return Cluster.parse(`postgres://${host}:${port}/${database ?? ""}`.slice(0, 512));
};

const checkedUrl = (url: string): string => {
  if (!/^postgres(ql)?:\/\//.test(url) && !url.startsWith("socket:")) {
    throw new AuditError("usage", "a database URL starts with postgres://", {
      hint: "For example: --url postgres://user:password@host:5432/database",
    });
  }
  try {
    new pg.Client({ connectionString: url });
  } catch (cause) {
    // The URL itself may hold a password: it does not go into the message.
    throw new AuditError("usage", "the database URL cannot be read", {
      cause,
      hint: "Special characters in user or password must be percent-encoded.",
    });
  }
  return url;
};

/** A socket that goes to `dial` whatever host and port the driver asks for, so that all else keeps the cluster's host. */
const dialed = ({ host, port }: { host: string; port: number }): Socket => {
  const socket = new Socket();
  const connectTo = socket.connect.bind(socket);
  socket.connect = () => connectTo(port, host);
  return socket;
};

const dsqlConfig = async (target: DsqlTarget): Promise<pg.ClientConfig> => {
  const region = target.region ?? regionOfEndpoint(target.endpoint);
  if (region === undefined) {
    throw new AuditError("usage", `${target.endpoint} does not name its Region`, {
      hint: "Name the Region with --region, or give the cluster's own endpoint (<id>.dsql.<region>.on.aws).",
    });
  }
  const { credentials } = target;
  const signer = new DsqlSigner({ hostname: target.endpoint, region, ...(credentials && { credentials }) });
  // Only `admin` connects with DbConnectAdmin; either token is refused in the other's place.
  const token =
    target.user === "admin" ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken();
  const { dial } = target;
  const ca = target.ca ?? dial?.ca;
  return {
    host: target.endpoint,
    port: 5432,
    database: "postgres",
    user: target.user,
    password: await token.catch((cause: unknown) => {
      if (cause instanceof AuditError) throw cause;
      throw new AuditError("connect", "no AWS credentials to sign with", {
        cause,
        hint: "Sign in (aws sso login) or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
      });
    }),
    ssl: { servername: target.endpoint, rejectUnauthorized: true, minVersion: "TLSv1.2", ...(ca && { ca }) },
    ...(dial && { stream: () => dialed(dial) }),
  };
};

/** A URL to a DSQL host (with a token as password) is DSQL all the same. */
const kindOf = (target: Target, host: string): Connection["serverKind"] =>
  target.kind === "dsql" || regionOfEndpoint(host) !== undefined ? "dsql" : "postgres";

/** Timers may fire a little before the clock says so. */
const TIMER_SLACK_MS = 20;

/** The driver's own timeout carries no code; only the time that passed tells it from other failures. */
const asTimeout = (error: unknown, elapsedMs: number, limitMs: number): unknown =>
  elapsedMs >= limitMs - TIMER_SLACK_MS &&
  networkCode(error) === undefined &&
  serverError(error) === undefined
    ? Object.assign(new Error(`no answer within ${limitMs / 1000} s`, { cause: error }), {
        code: "ETIMEDOUT",
      })
    : error;

/**
 * A fresh connection; the caller closes it. One attempt: withRetry goes around it. Throws AuditError `usage` (a target
 * that cannot be), `connect` (unreachable, untrusted, refused).
 */
export const connect = async (target: Target, timeouts: Timeouts = defaultTimeouts): Promise<Connection> => {
  const config: pg.ClientConfig =
    target.kind === "dsql" ? await dsqlConfig(target) : { connectionString: checkedUrl(target.url) };
  const kind = kindOf(target, new pg.Client(config).host);
  const client = new pg.Client({
    ...config,
    application_name: "dsql-access-auditor",
    connectionTimeoutMillis: timeouts.connectMs,
    query_timeout: timeouts.queryMs,
    keepAlive: true,
    // Saves round trips where it is known to work; nothing is documented for DSQL.
    pipeline: kind === "postgres",
  });
  // A connection that dies between two statements raises an event; the next statement reports it.
  client.on("error", () => {});
  const startedAt = performance.now();
  try {
    await client.connect();
  } catch (error) {
    const place = `${client.host}:${client.port}/${client.database ?? ""}`;
    throw connectError(place, asTimeout(error, performance.now() - startedAt, timeouts.connectMs));
  }
  return {
    client,
    serverKind: kind,
    cluster: clusterOf(target),
    close: async () => {
      await client.end().catch(() => {}); // it is given up either way
    },
  };
};
