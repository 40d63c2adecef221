// Which commands of the framework go on with the file of a stage's parameters, and which need it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parameterPlans } from "../../deploy/parameters.ts";
import { refusal, regionOf, stackParameters } from "../../deploy/params-file.ts";

const STATED = 'region: us-east-1\nalertEmail: ""\ntrailBucket: ""\n';

describe("a command of the framework", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "params-"));
    mkdirSync(join(folder, "deploy"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (text: string): void => writeFileSync(join(folder, "deploy/params.prod.yml"), text);
  const ask = (words: string, more: Partial<Parameters<typeof refusal>[1]> = {}) =>
    refusal(folder, { words: words.split(" "), stage: "prod", params: [], ...more });

  it("deploys with its stage's file alone", () => {
    expect(ask("deploy")).toMatch(/^deploy\/params\.prod\.yml is not there, and a deployment needs it\./);
    expect(ask("deploy function")).toMatch(/is not there/);
    write(STATED);
    expect(ask("deploy")).toBeUndefined();
    expect(ask("deploy", { stage: "test" })).toMatch(/^deploy\/params\.test\.yml is not there/);
  });

  it("packages, lists and removes without one", () => {
    for (const words of ["package", "print", "info", "remove", "deploy list"])
      expect(ask(words), words).toBeUndefined();
    expect(regionOf(folder, "prod")).toBe("us-east-1");
  });

  it("takes no parameter from the command line, and no second Region", () => {
    write(STATED);
    expect(ask("deploy", { params: ["alertEmail=a@example.com"] })).toMatch(/^--param is not taken\./);
    expect(ask("deploy", { region: "eu-west-1" })).toMatch(/--region says eu-west-1/);
    expect(ask("deploy", { region: "us-east-1" })).toBeUndefined();
  });

  it("makes no trail for a stage that no trail can be named after", () => {
    writeFileSync(join(folder, "deploy/params.eu--test.yml"), `${STATED}createTrail: on\n`);
    expect(ask("deploy", { stage: "eu--test" })).toMatch(
      /^createTrail makes no trail for the stage eu--test:/,
    );
    writeFileSync(join(folder, "deploy/params.eu--test.yml"), STATED);
    expect(ask("deploy", { stage: "eu--test" })).toBeUndefined();
  });

  it("gets no further with a file that cannot be used", () => {
    write(`${STATED}alertEmial: a@b.c\n`);
    for (const words of ["deploy", "package"])
      expect(ask(words), words).toMatch(/cannot be used: there is no/);
  });

  it("deploys what was packaged before only where it holds the parameters of today", () => {
    write(STATED);
    const packaged = join(folder, "out");
    mkdirSync(packaged);
    expect(ask("deploy", { packaged })).toMatch(/was packaged with other parameters/);
    const keep = (): void =>
      writeFileSync(
        join(packaged, "cloudformation-template-update-stack.json"),
        JSON.stringify({ Parameters: stackParameters(folder, "prod") }),
      );
    keep();
    expect(ask("deploy", { packaged })).toBeUndefined();
    write(`${STATED}keepDays: 30\n`);
    expect(ask("deploy", { packaged })).toMatch(/was packaged with other parameters/);
  });

  it("hands every parameter but the Region to the stack, as the file has it", () => {
    write(`${STATED.replace('alertEmail: ""', "alertEmail: a@example.com")}keepDays: 30\n`);
    const made = stackParameters(folder, "prod");
    expect(Object.keys(made)).toHaveLength(Object.keys(parameterPlans).length - 1);
    expect(made.AlertEmail).toMatchObject({ Type: "String", Default: "a@example.com" });
    expect(made.KeepDays).toMatchObject({ Type: "Number", Default: "30", MinValue: 1 });
  });
});
