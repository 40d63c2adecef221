// Signing in to the stand-in as somebody of the company: the official signer, verified TLS, the plain driver.
import { Socket } from "node:net";
import { DsqlSigner } from "@aws-sdk/dsql-signer";
import pg from "pg";
import type { Credential } from "../dsql/credentials.ts";
import type { StandIn } from "../dsql/stand-in.ts";
import { isUser, type PrincipalKey, principals, REGION } from "./estate.ts";
import { homeOf } from "./life.ts";

const keys = Object.keys(principals) as PrincipalKey[];

/** The access key of an IAM role's session in the demonstration. They open nothing but the stand-in. */
export const accessKeyOf = (who: PrincipalKey): string =>
  `ASIADEMO${String(keys.indexOf(who)).padStart(12, "0")}`;

/** What the stand-in's IAM knows: one session per IAM role of the company. */
export const demoCredentials = (): Readonly<Record<string, Credential>> =>
  Object.fromEntries(
    keys.map((who) => {
      const { arn, id, role } = principals[who];
      const { sessionName, ...home } = homeOf(who);
      const action = role === "admin" ? "DbConnectAdmin" : "DbConnect";
      return [
        accessKeyOf(who),
        {
          secretAccessKey: `demo secret of ${who}`,
          sessionToken: `demo session of ${who}`,
          ...home,
          principal: {
            type: isUser(arn) ? "IAMUser" : "AssumedRole",
            arn,
            principalId: id,
            sessionName,
            actions: [action],
          },
        } satisfies Credential,
      ];
    }),
  );

export type SignIn = {
  readonly who: PrincipalKey;
  /** The database role to ask for; by default the one that the principal is mapped to. */
  readonly user?: string;
  /** What connects, as CloudTrail shows it. */
  readonly agent?: string;
};

/** A connected client; the caller ends it. Rejects as the driver does when the cluster refuses. */
export const signIn = async (
  standIn: StandIn,
  { who, user, agent = "psql/16.4" }: SignIn,
): Promise<pg.Client> => {
  const name = user ?? principals[who].role;
  const signer = new DsqlSigner({
    hostname: standIn.host,
    region: REGION,
    credentials: {
      accessKeyId: accessKeyOf(who),
      secretAccessKey: `demo secret of ${who}`,
      sessionToken: `demo session of ${who}`,
    },
  });
  const { dial, host } = standIn;
  const client = new pg.Client({
    host,
    port: 5432,
    database: "postgres",
    user: name,
    password: await (name === "admin" ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken()),
    application_name: agent,
    ssl: { servername: host, ca: dial.ca },
    stream: () => {
      const socket = new Socket();
      const connectTo = socket.connect.bind(socket);
      socket.connect = () => connectTo(dial.port, dial.host);
      return socket;
    },
  });
  client.on("error", () => {}); // the stand-in ends all sessions when it stops
  await client.connect();
  return client;
};
