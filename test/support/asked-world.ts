// The world of questions, asked over HTTP: one for all tests of a file, and others for those that change theirs.
import { afterAll, beforeAll } from "vitest";
import { HOUR, iso } from "../../lib/core/base/time.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { type Answered, type Ask, asker } from "./ask.ts";
import { fillWorld, NOW, T } from "./query-world.ts";
import { testTables } from "./table.ts";

/** So many hours after the world's first snapshot, as questions and answers write it. */
export const at = (hours: number): string => iso(T + hours * HOUR);

type AskedWorld = {
  readonly ask: Ask;
  readonly send: (event: unknown) => Promise<Answered>;
  /** What the function logged while it answered. */
  readonly logged: () => readonly unknown[];
  /** The store behind it. */
  readonly db: () => Table;
  /** An empty store. */
  readonly fresh: () => Promise<Table>;
  /** The same world once more. */
  readonly another: () => Promise<Table>;
};

/** All of it answers from the first test on; `more` fills in what the tests of a file need beside the world. */
export const askedWorld = (more: (db: Table) => Promise<unknown> = async () => {}): AskedWorld => {
  let tables: Awaited<ReturnType<typeof testTables>>;
  let db: Table;
  let asked: ReturnType<typeof asker>;
  const another = async (): Promise<Table> => {
    const made = await tables.fresh();
    await fillWorld(made);
    return made;
  };
  beforeAll(async () => {
    tables = await testTables();
    db = await another();
    await more(db);
    asked = asker(db, () => NOW);
  });
  afterAll(() => tables?.stop());
  return {
    ask: (...question) => asked.ask(...question),
    send: (event) => asked.send(event),
    logged: () => asked.logged,
    db: () => db,
    fresh: () => tables.fresh(),
    another,
  };
};
