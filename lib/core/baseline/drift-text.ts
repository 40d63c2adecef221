// A row of drift as a sentence for people. Names are raw: whoever prints it makes them visible.
import type { DriftRow } from "./drift.ts";

/** "app_ro holds SELECT on shop.orders", or that it does not. */
const access = ({ what, role, principal, object, privilege }: DriftRow, not: boolean): string => {
  switch (what) {
    case "role":
      return `role ${role} does not exist`;
    case "mapping":
      return `${principal} is ${not ? "not " : ""}mapped to ${role}`;
    case "membership":
      return `${role} is ${not ? "not " : ""}a member of ${object}`;
    case "attribute":
      return not
        ? `${role} does not have the attribute ${privilege}`
        : `${role} has the attribute ${privilege}`;
    case "future":
      return `${role} ${not ? "does not get" : "gets"} ${privilege} on ${object}`;
    case "privilege":
      if (privilege === "OWNER") return `${role} ${not ? "does not own" : "owns"} ${object}`;
      return `${role} ${not ? "does not hold" : "holds"} ${privilege} on ${object}`;
    case "section":
      return "";
    default:
      return what satisfies never;
  }
};

const withOptions = (options: readonly string[]): string => `WITH ${options.join(", WITH ")}`;

/** What differs, and where it says so, that it is noted, ended or not known. */
export const driftText = (row: DriftRow): string => {
  const { kind, options, until, planned, section, reason, object } = row;
  const note = planned === null ? "" : ` (planned: ${planned})`;
  switch (kind) {
    case "unknown":
      return `${section}${object === null ? "" : `, ${object}`}: not known, for ${reason}`;
    case "undeclared":
      return until === null
        ? `${access(row, false)}${options.includes("GRANT OPTION") ? " WITH GRANT OPTION" : ""}${note}`
        : `${access(row, false)}: declared only until ${until}`;
    case "widened":
      return row.isThere
        ? `${access(row, false)}, also ${withOptions(options)}${note}`
        : `${access(row, false)}: the whole table, where columns are declared${note}`;
    case "missing":
      return options.length && row.isThere
        ? `${access(row, false)}, but not ${withOptions(options)}`
        : access(row, true);
    default:
      return kind satisfies never;
  }
};
