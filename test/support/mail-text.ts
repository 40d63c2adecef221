// What a mail tells people to run: commands and SQL, taken out of its text as a reader would.
import { execFileSync } from "node:child_process";

/** Each command, its lines as they stand in the mail. */
export const commandsIn = (text: string): string[] => text.match(/^npx dsql-audit (?:.*\\\n)*.*$/gm) ?? [];

/** What mails tell people to run, in the order of a reader who decides last. */
export const mailCommands = ["finding", "plan", "findings", "incident", "history", "ack", "exempt"] as const;

/** What the texts of single detectors tell people to run beside these: the demonstration's mails hold them. */
export const namedCommands = ["doctor", "ingest", "detect", "escalations"] as const;

/** The words that a shell makes of pasted commands, without `npx`. */
export const shellWordsOf = (commands: readonly string[]): string[][] => {
  const script = `npx() { printf '%s\\0' "$@"; printf '\\n\\0'; }\n${commands.join("\n")}\n`;
  const out = execFileSync("bash", ["-euc", script], { encoding: "utf8", maxBuffer: 1 << 26 });
  const all: string[][] = [[]];
  for (const word of out.split("\0").slice(0, -1)) {
    if (word === "\n") all.push([]);
    else all.at(-1)?.push(word);
  }
  return all.slice(0, -1);
};

/** The SQL statements of the paragraphs that say what to do; advice in words is none. */
export const statementsIn = (text: string): string[] =>
  [...text.matchAll(/^(?:WHAT TO DO FIRST|TO CUT (?:IT|THEM) OFF)\n((?:.+\n)+)/gm)].flatMap(
    ([, lines = ""]) => {
      const sql = lines
        .split("\n")
        // What the statements stop, and where they run, stands above them.
        .filter((line) => !/^(?:--|In the database|This stops|AWS documents)/.test(line))
        .join("\n");
      return (sql.match(/(?:[^;']|'[^']*')+;/g) ?? [])
        .map((statement) => statement.trim())
        .filter((statement) => /^(?:AWS|GRANT|REVOKE|ALTER|DROP|SET|BEGIN|COMMIT)\b/.test(statement));
    },
  );
