// Runs cfn-lint over the packaged template and the stack beside it for Regions of four partitions: `npm run test:lint`.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const root = join(import.meta.dirname, "..");
const CFN_LINT = "1.58.0";
const REGIONS = ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1"];
// The framework adds dependencies that a reference implies already. An empty default of a parameter stands for none, and what
// needs the name has a condition.
const IGNORED = ["W3005", "W1030", "W1031"];

/** The command of cfn-lint in an environment of its own, kept between runs; undefined: it cannot be installed here. */
const install = (): string | undefined => {
  const home = join(root, "node_modules", ".cache", `cfn-lint-${CFN_LINT}`);
  const command = join(home, "bin", "cfn-lint");
  if (existsSync(command)) return command;
  const steps: readonly [string, readonly string[]][] = [
    ["python3", ["-m", "venv", home]],
    [
      join(home, "bin", "pip"),
      ["install", "--quiet", "--disable-pip-version-check", `cfn-lint==${CFN_LINT}`],
    ],
  ];
  for (const [program, args] of steps) {
    const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
    if (status === 0) continue;
    rmSync(home, { recursive: true, force: true });
    const why = error?.message ?? stderr.trim().split("\n").at(-1);
    console.error(`SKIPPED: the template was not linted, for cfn-lint cannot be installed here. ${why}`);
    return undefined;
  }
  return command;
};

const lint = (command: string, template: string): boolean => {
  let clean = true;
  for (const region of REGIONS) {
    const ignored = ["--ignore-checks", ...IGNORED];
    const args = [
      "--regions",
      region,
      ...ignored,
      "--non-zero-exit-code",
      "informational",
      "--template",
      template,
    ];
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
    console.log(`${basename(template)} in ${region}: ${status === 0 ? "clean" : `\n${stdout}${stderr}`}`);
    clean &&= status === 0;
  }
  return clean;
};

const command = install();
if (command) {
  const folder = mkdtempSync(join(tmpdir(), "dsql-audit-lint-"));
  try {
    const framework = join(root, "node_modules/serverless/bin/serverless.js");
    execFileSync(process.execPath, [framework, "package", "--package", folder], { cwd: root, stdio: "pipe" });
    const packaged = join(folder, "cloudformation-template-update-stack.json");
    const beside = ["forward-iam", "forward-region", "member-account"];
    const templates = [packaged, ...beside.map((name) => join(root, "deploy", `${name}.yml`))];
    const clean = templates.map((template) => lint(command, template));
    if (clean.includes(false)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
