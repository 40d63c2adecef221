// Words of a command line, quoted so that a shell takes them as they are.

/** What a shell takes as it is; anything else is quoted, and so is what could be taken for an option. */
const PLAIN = /^[\w@%+=:,./][\w@%+=:,./-]*$/;

export const shellWord = (text: string): string =>
  PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
