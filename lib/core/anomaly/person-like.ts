// Whether a session name or a client tells of a person at a keyboard rather than of a program.

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
