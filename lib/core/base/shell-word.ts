// Words of a command line, quoted so that a shell takes them as they are.

/** What a shell takes as it is; anything else is quoted. */
const PLAIN = /^[\w@%+=:,./-]+$/;

export const shellWord = (text: string): string =>
  PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
