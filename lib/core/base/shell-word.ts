// Words of a command line, quoted so that a shell takes them as they are: bash and zsh, and those that read them alike.

/** What a shell takes as it is; anything else is quoted. zsh reads "=ls" as the path of ls: such a sign never comes first. */
const PLAIN = /^[\w%+:./-][\w@%+=:,./-]*$/;

/** A terminal acts on control characters before any shell sees a quote, and what is turned around or hidden deceives. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, "0")}`;

/** With every unseen character as its bytes: $'a\012b'. */
const spelled = (text: string): string =>
  `$'${Array.from(text, (char) =>
    UNSEEN.test(char) ? Array.from(Buffer.from(char), octal).join("") : char.replace(/[\\']/, "\\$&"),
  ).join("")}'`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export const shellWord = (text: string): string => {
  if (PLAIN.test(text)) return text;
  const whole = text.toWellFormed();
  return UNSEEN.test(whole) ? spelled(whole) : quoted(whole);
};

/** A document of our own, whose lines stay as they are. */
export const shellDocument = (text: string): string =>
  UNSEEN.test(text.replaceAll("\n", "")) ? spelled(text.toWellFormed()) : quoted(text.toWellFormed());

/** An option and its value; a value that begins with a dash would be read as an option of its own. */
export const shellOption = (name: string, value: string, word = shellWord): string =>
  `${name}${value.startsWith("-") ? "=" : " "}${word(value)}`;
