// Completion as people meet it: the printed scripts in real shells, with the real program behind them.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliIn } from "../support/cli.ts";

const root = join(import.meta.dirname, "../..");
let folder = "";
let env: NodeJS.ProcessEnv;
const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
  symlinkSync(join(root, "bin/dsql-audit.mjs"), join(folder, "dsql-audit"));
  const PATH = [folder, dirname(process.execPath), process.env.PATH].join(delimiter);
  env = { ...process.env, PATH, HOME: folder, XDG_CACHE_HOME: folder };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (shell: string, args: readonly string[], script: string): string => {
  const file = join(folder, `script.${shell}`);
  writeFileSync(file, script);
  return execFileSync(shell, [...args, file], { cwd: folder, env, encoding: "utf8", timeout: 60_000 });
};

const trap = () => join(folder, "ran");

describe("completion", () => {
  it.runIf(has("bash"))("completes in bash, and runs nothing of what is typed", () => {
    const out = run(
      "bash",
      ["--norc"],
      `source <(dsql-audit completion bash)
      go() {
        COMP_LINE="$1"; COMP_POINT=\${#1}; read -ra COMP_WORDS <<< "$1"; [[ "$1" == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); COMPREPLY=(); _dsql-audit_completion; echo "$1|\${COMPREPLY[*]}"
      }
      go "dsql-audit find"; go "dsql-audit history "; go "dsql-audit findings --se"; go "dsql-audit findings --severity "
      go "dsql-audit who-can sel"; go "dsql-audit snapshot --catalog "; go 'dsql-audit findings $(touch ${trap()}) --sev'`,
    );
    expect(out.split("\n")).toEqual([
      "dsql-audit find|findings finding",
      expect.stringMatching(/^dsql-audit history \|.*\bshow\b.*\btimeline\b/),
      "dsql-audit findings --se|--severity",
      "dsql-audit findings --severity |low medium high critical",
      "dsql-audit who-can sel|select",
      // Nothing of its own: bash then lists files.
      "dsql-audit snapshot --catalog |",
      `dsql-audit findings $(touch ${trap()}) --sev|--severity`,
      "",
    ]);
    expect(existsSync(trap())).toBe(false);
  });

  it.runIf(has("fish"))("completes in fish, and runs nothing of what is typed", () => {
    const out = run(
      "fish",
      ["--no-config"],
      `dsql-audit completion fish | source
      for line in "dsql-audit find" "dsql-audit history t" 'dsql-audit findings (touch ${trap()}) --sev'
        complete -C "$line"
      end`,
    );
    expect(out.split("\n").map((line) => line.split("\t")[0])).toEqual([
      "finding",
      "findings",
      "timeline",
      "--severity",
      "",
    ]);
    expect(existsSync(trap())).toBe(false);
  });

  it.runIf(has("zsh"))("completes in zsh", () => {
    const out = run(
      "zsh",
      ["-f"],
      `zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell 'PS1=; autoload -U compinit; compinit -u -d ${folder}/dump; source <(dsql-audit completion zsh); echo REA""DY'
      zpty -r shell out '*READY*'
      zpty -w -n shell $'dsql-audit history timel\\t'
      zpty -r shell out '*timeline*' && print -r -- COMPLETED
      zpty -d shell`,
    );
    expect(out).toContain("COMPLETED");
  });

  it("offers no hidden command, and says which shells there are", async () => {
    const cli = cliIn(
      () => folder,
      () => 0,
    );
    expect((await cli("--help")).out).not.toContain("completion-server");
    const { code, err } = await cli("completion tcsh");
    expect(code).toBe(64);
    expect(err).toContain("bash, zsh, fish");
  });
});
