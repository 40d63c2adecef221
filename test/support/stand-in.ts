// One DSQL stand-in per test file, and logins signed by the official signer.
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import {
  type ConnectAttempt,
  type Credential,
  type StandIn,
  type StandInOptions,
  startStandIn,
} from "../../local/dsql/stand-in.ts";

export const testCluster = {
  clusterId: "abcdefghij1234567890klmnop",
  region: "us-east-1",
  accountId: "111122223333",
} as const;

export const roleArn = (path: string): string => `arn:aws:iam::${testCluster.accountId}:role/${path}`;

/** A session of the IAM role `path` (such as "service/Orders"), allowed to connect both ways unless told otherwise. */
export const roleSession = (path: string, more: Partial<Credential["principal"]> = {}): Credential => ({
  secretAccessKey: `secret of ${path}`,
  sessionToken: `session token of ${path}`,
  principal: {
    type: "AssumedRole",
    arn: roleArn(path),
    principalId: `AROA${path.toUpperCase().replace(/\W/g, "")}`,
    sessionName: "test",
    actions: ["DbConnect", "DbConnectAdmin"],
    ...more,
  },
});

export const adminKey = "ASIAADMIN";

type Login = {
  /** The database role. */
  readonly user: string;
  readonly accessKeyId: string;
  /** To sign with; default: what the test registered under this key. */
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  readonly action?: "DbConnect" | "DbConnectAdmin";
  readonly signedHost?: string;
  readonly signedRegion?: string;
  readonly expiresIn?: number;
  /** More or other settings of the driver. */
  readonly config?: pg.ClientConfig;
};

export type SharedStandIn = {
  running(): StandIn;
  /** All attempts since the current test began. */
  readonly attempts: ConnectAttempt[];
  addKey(accessKeyId: string, credential: Credential): void;
  token(login: Login): Promise<string>;
  /** The driver's settings for a login with a fresh token. */
  config(login: Login): Promise<pg.ClientConfig>;
  /** A connected client, ended after the test; rejects as the driver does. */
  connect(login: Login): Promise<pg.Client>;
  /** One statement as `admin`, on a connection of its own. */
  asAdmin(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
};

/** To be called at the top of a test file or of a describe block. */
export const sharedStandIn = (options: Partial<StandInOptions> = {}): SharedStandIn => {
  const attempts: ConnectAttempt[] = [];
  const credentials = new Map<string, Credential>();
  const clients: pg.Client[] = [];
  let standIn: StandIn | undefined;
  const running = () => {
    if (!standIn) throw new Error("the stand-in runs in tests and hooks only");
    return standIn;
  };
  const addKey = (accessKeyId: string, credential: Credential) => {
    credentials.set(accessKeyId, credential);
    running().setCredential(accessKeyId, credential);
  };
  beforeAll(async () => {
    standIn = await startStandIn({
      ...testCluster,
      ...options,
      onConnectAttempt: (attempt) => {
        attempts.push(attempt);
        options.onConnectAttempt?.(attempt);
      },
    });
    addKey(adminKey, roleSession("Admin"));
  });
  // Before and not after each: what a hook of the file tried is no attempt of its first test.
  beforeEach(() => {
    attempts.length = 0;
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()));
  });
  afterAll(() => standIn?.stop());

  const token = (login: Login): Promise<string> => {
    const known = credentials.get(login.accessKeyId);
    const sessionToken = login.sessionToken ?? known?.sessionToken;
    const signer = new DsqlSigner({
      hostname: login.signedHost ?? running().host,
      region: login.signedRegion ?? testCluster.region,
      credentials: {
        accessKeyId: login.accessKeyId,
        secretAccessKey: login.secretAccessKey ?? known?.secretAccessKey ?? "nobody knows",
        ...(sessionToken && { sessionToken }),
      },
      ...(login.expiresIn !== undefined && { expiresIn: login.expiresIn }),
    });
    const action = login.action ?? (login.user === "admin" ? "DbConnectAdmin" : "DbConnect");
    return action === "DbConnect" ? signer.getDbConnectAuthToken() : signer.getDbConnectAdminAuthToken();
  };
  const config = async (login: Login): Promise<pg.ClientConfig> => {
    const { host, dial } = running();
    return {
      host: dial.host,
      port: dial.port,
      user: login.user,
      password: await token(login),
      database: "postgres",
      ssl: { ca: dial.ca, servername: host },
      ...login.config,
    };
  };
  const connect = async (login: Login): Promise<pg.Client> => {
    const client = new pg.Client(await config(login));
    client.on("error", () => {}); // a test that ends the server reads of it elsewhere
    await client.connect();
    clients.push(client);
    return client;
  };
  const asAdmin = async (sql: string, values?: unknown[]) => {
    const client = await connect({ user: "admin", accessKeyId: adminKey });
    return client.query(sql, values);
  };
  return { running, attempts, addKey, token, config, connect, asAdmin };
};
