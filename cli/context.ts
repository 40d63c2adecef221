// The options that many commands share, and what they open: the store, the source, the cluster, the time.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { Cluster } from "../lib/core/base/ids.ts";
import { parseTime } from "../lib/core/base/parse-time.ts";
import { AuditError } from "../lib/errors.ts";
import { pickCluster as chooseCluster } from "../lib/queries/pick-cluster.ts";
import type { Store } from "../lib/store/open-store.ts";
import type { Io } from "./io.ts";

export type StoreOptions = {
  readonly store?: string;
  readonly table?: string;
  readonly region?: string;
  readonly cluster?: string;
  /** The Region of the table where `region` is that of an endpoint; nobody types it. */
  readonly tableRegion?: string;
};
export type OutputFlags = { readonly json?: boolean; readonly ndjson?: boolean };

/** The name of the table inside an embedded store. */
export const EMBEDDED_TABLE = "dsql-audit";
export const DEFAULT_STORE = ".dsql-audit";

/** In ms. Without them a host that does not answer is waited for as long as the system does: minutes, three times. */
const PATIENCE = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

export const addStoreOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        "--store <dir>",
        `embedded store (default: $DSQL_AUDIT_STORE or ./${DEFAULT_STORE})`,
      ).conflicts("table"),
    )
    .option("--table <name>", "DynamoDB table in AWS (default: $DSQL_AUDIT_TABLE)")
    .option("--region <region>", "AWS Region of the table, or of the endpoint (default: $AWS_REGION)")
    .option("--cluster <arn>", "which cluster, where the store holds more than one");

export const addOutputOptions = (command: Command): Command =>
  command.option("--json", "one JSON document on stdout").option("--ndjson", "rows as one JSON value a line");

/** `mustExist`: a question about a store that is not there is an error, not an empty answer. */
export const withStore = async <T>(
  io: Io,
  options: StoreOptions,
  { mustExist }: { mustExist: boolean },
  work: (store: Store) => Promise<T>,
): Promise<T> => {
  const { sleep, random } = io;
  // The SDK and the database are loaded here: help does not wait for them.
  const [{ openDynamoDbTable }, { openStore }] = await Promise.all([
    import("../lib/store/table/dynamodb/dynamodb-table.ts"),
    import("../lib/store/open-store.ts"),
  ]);
  if (options.table !== undefined) {
    const { DynamoDBClient } = await import("@aws-sdk/client-dynamodb");
    const region = options.region ?? options.tableRegion;
    const client = new DynamoDBClient({ ...(region && { region }), requestHandler: PATIENCE });
    try {
      return await work(openStore(openDynamoDbTable({ client, name: options.table, sleep, random }), io));
    } finally {
      client.destroy();
    }
  }
  const folder = resolve(io.cwd, options.store ?? io.env.DSQL_AUDIT_STORE ?? DEFAULT_STORE);
  if (mustExist && !existsSync(folder)) {
    throw new AuditError("not-found", `there is no store in ${folder}`, {
      hint: "Name one with --store DIR or --table NAME, or make one with: dsql-audit snapshot",
    });
  }
  const { startDynamoDb } = await import("../local/store/dynamodb.ts");
  const database = await startDynamoDb({ folder });
  try {
    await database.createTable(EMBEDDED_TABLE);
    const table = openDynamoDbTable({ client: database.client, name: EMBEDDED_TABLE, sleep, random });
    return await work(openStore(table, io));
  } finally {
    await database.stop();
  }
};

/** The cluster named, or the only one in the store. */
export const pickCluster = async (
  store: Pick<Store, "clusters">,
  named: string | undefined,
): Promise<Cluster> =>
  chooseCluster(await store.clusters.list(), named, {
    none: "Take one with: dsql-audit snapshot --endpoint HOST --user ROLE",
    several: (known) => `Name one with --cluster: ${known.join(", ")}`,
  });

/** `--at`, or now. */
export const atOption = (io: Io, text: string | undefined): number =>
  text === undefined ? io.now() : parseTime(text, io.now());
