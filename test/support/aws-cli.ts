// What a printed AWS CLI command would call with what, as a shell takes the command apart; nothing is called.
import { execFileSync } from "node:child_process";

export type AwsCall = {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
};

/** Runs the text in `sh` with an `aws` that writes down its arguments. */
export const awsCallsOf = (text: string): AwsCall[] => {
  const script = `aws() { for word in "$@"; do printf '%s\\0' "$word"; done; printf '\\1\\0'; }\n${text}\n`;
  const out = execFileSync("sh", ["-eu", "-c", script], { encoding: "utf8" });
  return out
    .split("\u0001\0")
    .filter(Boolean)
    .map((call) => {
      const all = call.split("\0").slice(0, -1);
      const first = all.findIndex((word) => word.startsWith("--"));
      const rest = all.slice(first);
      const options = Object.fromEntries(
        rest.flatMap((word, at) => (at % 2 === 0 ? [[word.slice(2), rest[at + 1] ?? ""]] : [])),
      );
      return { words: all.slice(0, first), options };
    });
};
