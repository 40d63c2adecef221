// Takes the session name of one person out of what was counted and seen; who connected with which role stays.
import type { Tally } from "./activity.ts";
import { sessionShape } from "./session-shape.ts";
import type { Sightings } from "./sighting.ts";
import { mergeTallies } from "./tally.ts";

/** What stands in the place of a name. */
export const REDACTED = "(redacted)";
/** In the place of its shape: the star says that two alike need not be one session. */
const REDACTED_SHAPE = "redacted-*";
/** As long as a session name is kept. */
const MAX_NAME = 64;

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Whether a shape of sessions is that of this name; a shape that is all stars names nobody. */
const isShapeOf = (person: string): ((shape: string) => boolean) => {
  const own = sessionShape(person);
  return /[\p{L}\p{N}]/u.test(own) ? (shape) => isSame(shape, own) : () => false;
};

/** The shape without the name, where it is that of this name. */
export const redactedShape = (person: string): ((shape: string) => string) => {
  const isOwn = isShapeOf(person);
  return (shape) => (isOwn(shape) ? REDACTED_SHAPE : shape);
};

/** The tallies row by row, in their order; undefined: none is of this name. */
export const redactedTallies = (tallies: readonly Tally[], person: string): Tally[] | undefined => {
  const isOwn = isShapeOf(person);
  if (!tallies.some(({ session }) => isOwn(session))) return undefined;
  return tallies.map((tally) => (isOwn(tally.session) ? { ...tally, session: REDACTED_SHAPE } : tally));
};

/** The same, and those that are alike by then added up. */
export const redactedSums = (tallies: readonly Tally[], person: string): Tally[] | undefined => {
  const rows = redactedTallies(tallies, person);
  return rows && mergeTallies(rows);
};

/** undefined: none is of this name. */
export const redactedSightings = ({ rows, cut }: Sightings, person: string): Sightings | undefined => {
  const isOwn = isShapeOf(person);
  const name = person.slice(0, MAX_NAME);
  if (!rows.some(({ session, sessionName }) => isOwn(session) || isSame(sessionName, name))) return undefined;
  const seen = new Map(
    rows.map((row) => {
      const redacted = {
        ...row,
        session: isOwn(row.session) ? REDACTED_SHAPE : row.session,
        sessionName: isSame(row.sessionName, name) ? REDACTED : row.sessionName,
      };
      return [JSON.stringify(redacted), redacted] as const;
    }),
  );
  return { rows: [...seen.values()], cut };
};
