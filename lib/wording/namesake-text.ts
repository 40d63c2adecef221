// A name that meant several roles or objects one after the other, in plain words.
import { iso } from "../core/base/time.ts";
import type { Namesake } from "../core/history/namesakes.ts";

const when = (at: number): string => iso(at).replace("T", " ").replace(".000Z", "Z");

const kinds: ReadonlyMap<string, string> = new Map([
  ["role", "roles"],
  ["relations", "tables, views or sequences"],
  ["functions", "functions or procedures"],
  ["schemas", "schemas"],
  ["types", "types"],
  ["database", "databases"],
]);

const bearerText = ({ oid, since, until, ended }: Namesake): string => {
  const start = since === null ? "from the first snapshot on" : `since the snapshot of ${when(since)}`;
  return `OID ${oid} ${start}${until === null ? "" : `, until it was ${ended} before the snapshot of ${when(until)}`}`;
};

/** "app.orders named 2 tables in this time: OID 16400 …; OID 16420 since …". Raw: whoever shows it makes it visible. */
export const namesakeText = (name: string, bearers: readonly Namesake[]): string => {
  const subjects = new Set(bearers.map(({ subject }) => subject));
  const sections = new Set(bearers.map(({ subject }) => subject.split(":")[0] ?? ""));
  const kind = sections.size === 1 ? (kinds.get([...sections][0] ?? "") ?? "objects") : "objects";
  return `${name} named ${subjects.size} ${kind} in this time: ${bearers.map(bearerText).join("; ")}.`;
};
