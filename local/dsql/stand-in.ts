// A stand-in of one Aurora DSQL cluster on this machine: its front door in front of a real PostgreSQL 16. It proves
// protocol, tokens, mappings and privileges; optimistic commits, limits and propagation delays it cannot show.
import pg from "pg";
import { type Postgres, type PostgresOptions, startPostgres } from "../postgres/postgres.ts";
import { clusterSetupSql } from "./catalog.sql.ts";
import { type Credential, openVault } from "./credentials.ts";
import { listen } from "./listener.ts";
import type { SqlError } from "./refusals.ts";
import type { StatementFault } from "./rewrite.ts";
import type { ConnectAttempt } from "./session.ts";
import type { Refusal } from "./wire.ts";

export type { Credential } from "./credentials.ts";
export { type ConnectRecord, toEventBridge } from "./record.ts";
export type { ConnectAttempt } from "./session.ts";

export type StandInOptions = {
  /** 26 letters and digits on AWS. */
  readonly clusterId: string;
  readonly region: string;
  readonly accountId: string;
  /** By access key id. */
  readonly credentials?: Readonly<Record<string, Credential>>;
  /** Called once for each attempt that got as far as naming its user, before the client hears of the outcome. */
  readonly onConnectAttempt?: (attempt: ConnectAttempt) => void;
  /** Epoch milliseconds for the records only; tokens are always held against the real clock. */
  readonly now?: () => number;
  /** Whether DSQL lets every role read the mappings is not known: both can be tried. */
  readonly canReadMappings?: "everybody" | "admin";
  /** More names of the cluster, such as a PrivateLink host. */
  readonly extraHosts?: readonly string[];
  readonly port?: number;
  readonly baseDir?: PostgresOptions["baseDir"];
};

export type StandIn = {
  /** `<id>.dsql.<region>.on.aws`: what tokens, SNI and certificate name. */
  readonly host: string;
  readonly clusterArn: string;
  /** Where the packets go instead, and whom to trust there. */
  readonly dial: { readonly host: string; readonly port: number; readonly ca: string };
  /** Behind the front door, for what a test prepares as superuser. */
  readonly postgres: Postgres;
  /** Adds or replaces a credential. */
  setCredential(accessKeyId: string, credential: Credential): void;
  removeCredential(accessKeyId: string): void;
  /** The next statement of any session that matches fails once; 40001 with OC000 unless told otherwise. */
  failNextStatement(match: RegExp, error?: SqlError): void;
  /** The next client that would be let in is refused once, as by a cluster that wakes up unless told otherwise. */
  failNextConnect(error?: Refusal): void;
  /** Every statement that names this catalog fails until allowed again. */
  refuseCatalog(relation: string, error?: SqlError): void;
  allowCatalog(relation: string): void;
  /** Ends all connections and the server; can be called twice. */
  stop(): Promise<void>;
};

export const dataConflict: SqlError = {
  code: "40001",
  message: "change conflicts with another transaction (OC000)",
};
/** @internal What tests let a statement fail with. */
export const schemaConflict: SqlError = {
  code: "40001",
  message: "schema has been updated by another transaction (OC001)",
};
const wakingUp: SqlError = { code: "08006", message: "unable to accept connection, cluster is waking up" };

/** Throws AuditError `config` when PostgreSQL cannot be started. */
export const startStandIn = async (options: StandInOptions): Promise<StandIn> => {
  const { clusterId, region, accountId } = options;
  const host = `${clusterId}.dsql.${region}.on.aws`;
  const clusterArn = `arn:aws:dsql:${region}:${accountId}:cluster/${clusterId}`;
  const postgres = await startPostgres({
    settings: { default_transaction_isolation: "repeatable read" }, // DSQL's only level
    ...(options.baseDir !== undefined && { baseDir: options.baseDir }),
  });
  const control = new pg.Pool({ connectionString: postgres.url, max: 4 });
  control.on("error", () => {}); // an idle connection that ends during stop() is no news
  const vault = openVault(options.credentials ?? {});
  const faults: StatementFault[] = [];
  const connectFaults: Refusal[] = [];
  const refusedCatalogs = new Map<string, SqlError>();
  try {
    await control.query(clusterSetupSql(options.canReadMappings ?? "everybody"));
    const ports = {
      ...{ clusterArn, region, accountId, vault, control, faults, connectFaults, refusedCatalogs },
      hosts: [host, ...(options.extraHosts ?? [])],
      socketPath: postgres.socketPath,
      onConnectAttempt: options.onConnectAttempt ?? (() => {}),
      now: options.now ?? Date.now,
    };
    const listener = await listen(ports, options.port);
    let stopped: Promise<void> | undefined;
    const stop = async () => {
      await listener.close();
      await control.end();
      await postgres.stop();
    };
    return {
      host,
      clusterArn,
      dial: { host: "127.0.0.1", port: listener.port, ca: listener.ca },
      postgres,
      setCredential: vault.set,
      removeCredential: vault.remove,
      failNextStatement: (match, error = dataConflict) => void faults.push({ ...error, match }),
      failNextConnect: (error = wakingUp) => void connectFaults.push(error),
      refuseCatalog: (relation, error = catalogRefused(relation)) =>
        void refusedCatalogs.set(relation, error),
      allowCatalog: (relation) => void refusedCatalogs.delete(relation),
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (cause) {
    await control.end();
    await postgres.stop();
    throw cause;
  }
};

const catalogRefused = (relation: string): SqlError => ({
  code: "0A000",
  message: `relation "${relation}" is not supported`,
});
