// One store file in use: read-only until the first write, then a writer to the end.
import { DatabaseSync } from "node:sqlite";
import { AuditError } from "../../../errors.ts";
import {
  assertMayBeMade,
  closeWritten,
  openForReading,
  openForWriting,
  type Patience,
  patiently,
} from "./connection.ts";
import { assertSchema, createSchema } from "./schema.ts";
import { explained } from "./sqlite-errors.ts";
import { prepareStatements, type Statements } from "./statements.ts";
import { inspectStoreFile } from "./store-file.ts";
import { createWriteQueue } from "./write-queue.ts";

export type Database = {
  /** `work` may not wait for anything. */
  readonly read: <T>(work: (statements: Statements) => T) => Promise<T>;
  readonly write: <T>(work: (statements: Statements) => T) => Promise<T>;
  /** After it, everything that was written is on the disk. */
  readonly close: () => Promise<void>;
};

type Connection = {
  readonly database: DatabaseSync;
  readonly statements: Statements;
  readonly isWriter: boolean;
  /** There is no file yet: this stands in for it until something is written. */
  readonly isStandIn?: true;
};

const connect = (database: DatabaseSync, file: string, isWriter: boolean): Connection => {
  try {
    assertSchema(database, file);
    return { database, statements: prepareStatements(database), isWriter };
  } catch (error) {
    database.close();
    throw explained(file, error);
  }
};

/** A store with nothing in it. The file is made by the first write: who fails before it leaves nothing behind. */
const standIn = (file: string): Connection => {
  const database = new DatabaseSync(":memory:");
  createSchema(database);
  return { ...connect(database, file, false), isStandIn: true };
};

const open = async (file: string, mayCreate: boolean, patience: Patience): Promise<Connection> => {
  if (inspectStoreFile(file) === "store") {
    return connect(await patiently(file, () => openForReading(file), patience), file, false);
  }
  if (mayCreate) {
    assertMayBeMade(file);
    return standIn(file);
  }
  throw new AuditError("not-found", `there is no store in ${file}`, {
    hint: "Name one with --store FILE or --table NAME, or make one with: dsql-audit snapshot",
  });
};

/** AuditError("not-found") where nothing is and `mayCreate` is false; "bad-file" for what is no store of ours. */
export const openDatabase = async (
  file: string,
  mayCreate: boolean,
  patience: Patience,
): Promise<Database> => {
  let connection = await open(file, mayCreate, patience);
  const writer = async (): Promise<Connection> => {
    if (connection.isWriter) return connection;
    const opened = connect(await openForWriting(file, patience), file, true);
    connection.database.close();
    connection = opened;
    return opened;
  };
  const queue = createWriteQueue({
    transaction: async (work) => {
      const { database } = await writer();
      await patiently(file, () => database.exec("begin immediate"), patience);
      try {
        work();
        database.exec("commit");
      } catch (error) {
        if (database.isTransaction) database.exec("rollback");
        throw explained(file, error);
      }
    },
  });
  /** Another process may have made the file meanwhile. */
  const current = async (): Promise<Connection> => {
    if (connection.isStandIn && inspectStoreFile(file) === "store") {
      const opened = await open(file, mayCreate, patience);
      connection.database.close();
      connection = opened;
    }
    return connection;
  };
  return {
    read: async (work) => {
      const { statements } = connection.isStandIn ? await current() : connection;
      return patiently(file, () => work(statements), patience);
    },
    write: (work) => queue.write(() => work(connection.statements)),
    close: async () => {
      await queue.settled();
      const { database, isWriter } = connection;
      if (isWriter) closeWritten(database, file);
      else database.close();
    },
  };
};
