// Whether a session name or a client tells of a person at a keyboard rather than of a program.
import type { Tally } from "../activity/activity.ts";
import { clientFamily } from "../activity/client-family.ts";

const EMAIL = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i;

/** Words of jobs and machines: a session name that holds one names no person. */
const WORKING_WORDS = new Set(
  "role job jobs batch cron nightly backup bot tool handler deploy migrate migration migrations svc service api app lambda task runner worker build action ci".split(
    " ",
  ),
);

/** Clients that somebody sits in front of. */
const INTERACTIVE = new Set([
  "pgadmin",
  "dbeaver",
  "datagrip",
  "psql",
  "tableplus",
  "postico",
  "navicat",
  "beekeeper",
  "sqlworkbench",
  "heidisql",
]);

/** A client family of a tool that people use by hand. */
export const isInteractive = (family: string): boolean => {
  const words = family.toLowerCase().split(/[^a-z0-9]+/);
  return words.some((word) => INTERACTIVE.has(word.replace(/\d+$/, ""))) || /notebook|jupyter/i.test(family);
};

/** Two or more words of letters, none of them a working word: "jane.doe", "maria-lopez". */
const isPersonName = (session: string): boolean => {
  const words = session.toLowerCase().split(/[._-]/);
  return (
    words.length >= 2 &&
    words.every((word) => /^\p{L}+$/u.test(word)) &&
    !words.some((word) => WORKING_WORDS.has(word) || /^(?:deploy|migrat)/.test(word))
  );
};

/**
 * Whether a session shape names a person: an email address, a name seen in an IAM Identity Center role (`known`), or two
 * or more plain words. A shape with a star names none.
 */
export const isPersonLike = (session: string, known: (session: string) => boolean): boolean =>
  EMAIL.test(session) ||
  (session !== "" && !session.includes("*") && (known(session) || isPersonName(session)));

/** Whether at least half of what one principal did on a day was a person's. `isNamed`: whether a session names one. */
export const isPersonDay = (
  tallies: Iterable<Pick<Tally, "session" | "client" | "count">>,
  isNamed: (session: string) => boolean,
): boolean => {
  let person = 0;
  let all = 0;
  for (const { session, client, count } of tallies) {
    all += count;
    if (session === "" ? isInteractive(clientFamily(client)) : isNamed(session)) person += count;
  }
  return person * 2 >= all;
};
