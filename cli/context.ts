// The options that many commands share, and what they open: the store, the source, the cluster, the time.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { awsTimeouts } from "../lib/cloudtrail/aws-timeouts.ts";
import type { Cluster } from "../lib/core/base/ids.ts";
import { parseTime } from "../lib/core/base/parse-time.ts";
import { keptClusters } from "../lib/queries/kept-clusters.ts";
import { pickCluster as chooseCluster } from "../lib/queries/pick-cluster.ts";
import type { WholeStore } from "../lib/store/open-archive.ts";
import type { Io } from "./io.ts";
import { printable } from "./output.ts";
import { tellingOfSilence } from "./waiting.ts";

export type StoreOptions = {
  readonly store?: string;
  readonly table?: string;
  readonly region?: string;
  readonly cluster?: string;
  /** The Region of the table where `region` is that of an endpoint; nobody types it. */
  readonly tableRegion?: string;
};
export type OutputFlags = { readonly json?: boolean; readonly ndjson?: boolean };

export const DEFAULT_STORE = "dsql-audit.db";
/** Where release 0.1.0 kept its store, a folder. */
const OLD_DEFAULT_STORE = ".dsql-audit";

export const addStoreOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--store <file>",
        `embedded store, one file (default: $DSQL_AUDIT_STORE or ./${DEFAULT_STORE})`,
      ).conflicts("table"),
    )
    .option("--table <name>", "DynamoDB table in AWS (default: $DSQL_AUDIT_TABLE)")
    .option("--region <region>", "AWS Region of the table, or of the endpoint (default: $AWS_REGION)")
    .option("--cluster <arn>", "the cluster, if the store holds more than one");

export const addOutputOptions = (command: Command): Command =>
  command
    .option("--json", "one JSON document on stdout")
    .option("--ndjson", "one JSON value per row and line");

/** `mustExist`: a question about a store that is not there is an error, not an empty answer. */
export const withStore = async <T>(
  io: Io,
  options: StoreOptions,
  { mustExist }: { mustExist: boolean },
  work: (store: WholeStore) => Promise<T>,
): Promise<T> => {
  const { sleep, random } = io;
  // The SDK and the database are loaded here: help does not wait for them.
  const { openWholeStore } = await import("../lib/store/open-archive.ts");
  if (options.table !== undefined) {
    const [{ DynamoDBClient }, { openDynamoDbTable }] = await Promise.all([
      import("@aws-sdk/client-dynamodb"),
      import("../lib/store/table/dynamodb/dynamodb-table.ts"),
    ]);
    const region = options.region ?? options.tableRegion;
    const place = `the table ${options.table}${region ? ` in ${region}` : ""}`;
    const client = tellingOfSilence(
      io,
      place,
      new DynamoDBClient({ ...(region && { region }), requestHandler: awsTimeouts }),
    );
    try {
      return await work(
        openWholeStore(openDynamoDbTable({ client, name: options.table, sleep, random }), io),
      );
    } finally {
      client.destroy();
    }
  }
  const { openSqliteTable } = await import("../lib/store/table/sqlite/sqlite-table.ts");
  const file = await storeFile(io, options);
  const { table, close } = await openSqliteTable({ file, mayCreate: !mustExist, sleep, random });
  const result = await work(openWholeStore(table, io)).catch(async (error: unknown) => {
    // What went wrong first is what is told.
    await close().catch(() => undefined);
    throw error;
  });
  await close();
  return result;
};

/** The file named, or the default: unless a store of release 0.1.0 stands there, which must not be passed over. */
const storeFile = async (io: Io, options: StoreOptions): Promise<string> => {
  const named = options.store ?? io.env.DSQL_AUDIT_STORE;
  const file = resolve(io.cwd, named ?? DEFAULT_STORE);
  const old = resolve(io.cwd, OLD_DEFAULT_STORE);
  if (named === undefined && !existsSync(file) && existsSync(join(old, "CURRENT"))) {
    const { inspectStoreFile } = await import("../lib/store/table/sqlite/store-file.ts");
    inspectStoreFile(old);
  }
  return file;
};

/** Trail files name clusters too, any that the account ever had: only a snapshot says which of them is to be audited. */
export const NO_CLUSTER =
  "Take one with: dsql-audit snapshot --endpoint HOST --user ROLE\n" +
  "Connections that ingest has counted are kept, and are shown once a snapshot has made their cluster known.";

/** The cluster named, or the only one in the store. */
export const pickCluster = async (
  store: Pick<WholeStore, "clusters">,
  named: string | undefined,
): Promise<Cluster> =>
  chooseCluster(await store.clusters.list(), named, {
    none: NO_CLUSTER,
    several: (known) => `Name one with --cluster: ${known.join(", ")}`,
  });

/**
 * The same for who removes or redacts what is kept: also clusters that no snapshot made known. AuditError("usage") where several
 * are meant, so that nobody takes one of them for all. What cannot be read of others is said on stderr, and keeps nobody.
 */
export const pickKeptCluster = async (
  io: Pick<Io, "stderr">,
  store: Pick<WholeStore, "clusters" | "unwatched">,
  named: string | undefined,
): Promise<Cluster> => {
  const { clusters, unreadable } = await keptClusters(store);
  for (const error of unreadable)
    io.stderr.write(`unknown: ${printable(error instanceof Error ? error.message : String(error))}\n`);
  return chooseCluster(clusters, named, {
    none: NO_CLUSTER,
    several: (known) => `Name one after the other with --cluster: ${known.join(", ")}`,
  });
};

/** `--at`, or now. */
export const atOption = (io: Io, text: string | undefined): number =>
  text === undefined ? io.now() : parseTime(text, io.now());
