// Takes out of a text what opens something: passwords, keys, tokens, signatures. Rather too much than too little.

const REMOVED = "[removed]";

/** Words that a secret follows. */
const NAME =
  "password|passwd|pwd|passphrase|secret|token|signature|credential|api[-_]?key|private[-_]?key|secret[-_]?access[-_]?key";
/** In quotes, as an object or a list, or as a word. */
const VALUE = `\\\\"(?:[^"\\\\]|\\\\[^"])*(?:\\\\")?|"(?:[^"\\\\]|\\\\.)*"?|'(?:[^'\\\\]|\\\\.|'')*'?|[{[][^}\\]]*[}\\]]?|[^\\s&"',;}]+`;

const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, REMOVED],
  // postgres://user:password@host
  [/([a-z][\w+.-]{0,30}:\/\/[^\s:/@]{0,200}:)[^\s/]+@/gi, `$1${REMOVED}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, `$1 ${REMOVED}`],
  // A signed URL is a password: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html
  [
    new RegExp(`((?:${NAME})(?:["']|\\\\"|%22)?\\s*(?:=>|[:=]|%3[ad]))\\s*(?:${VALUE})`, "gi"),
    `$1${REMOVED}`,
  ],
  // ALTER ROLE x PASSWORD 'y'
  [/\b((?:password|secret|token|key)\s+)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.|'')*'?)/gi, `$1${REMOVED}`],
  // Session tokens of AWS, wherever they stand.
  [/\b(?:IQoJ|FwoG|FQoG)[\w+/=%]{16,}/g, REMOVED],
];

/** The text without secrets. In linear time, whatever it holds. */
export const withoutSecrets = (text: string): string =>
  rules.reduce((left, [pattern, instead]) => left.replace(pattern, instead), text);
