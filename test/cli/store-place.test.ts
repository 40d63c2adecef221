// --store on what is there and is no store: a clear error, and nothing is written or changed.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { catalogFileText } from "../../lib/core/catalog/catalog-file.ts";
import { estate } from "../support/catalogs.ts";
import { cliIn } from "../support/cli.ts";

let folder: string;
const cli = cliIn(
  () => folder,
  () => Date.UTC(2026, 5, 1),
);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-place-"));
  mkdirSync(join(folder, "empty"));
  mkdirSync(join(folder, "project"));
  writeFileSync(join(folder, "project/readme.txt"), "mine\n");
  writeFileSync(join(folder, "notes.txt"), "mine\n");
  writeFileSync(join(folder, "whole.catalog"), catalogFileText(estate()));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const contents = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => {
    const path = join(folder, name);
    return name.endsWith(".txt") ? `${name}: ${readFileSync(path, "utf8")}` : name;
  });

describe("a store that is none", () => {
  it.each(
    ["empty", "project", "notes.txt", "project/readme.txt", "nowhere", "no/such/place"].flatMap((place) =>
      ["findings", "history", "privileges", "detect", "report --out page.html", "ack abcd"].map(
        (command) => [command, place] as const,
      ),
    ),
  )("%s --store %s", async (command, place) => {
    const before = contents();
    const { code, out, err } = await cli(`${command} --store ${place}`);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(place);
    expect(err).not.toMatch(/unexpected error|EEXIST|EISDIR|ENOTDIR/);
    expect(contents()).toEqual(before);
  });

  it.each(["empty", "project", "notes.txt"])("is not written to by snapshot --store %s", async (place) => {
    const before = contents();
    const { code, err } = await cli(`snapshot --catalog whole.catalog --store ${place}`);
    expect(code).toBe(1);
    expect(err).toContain(place);
    expect(err).not.toContain("unexpected error");
    expect(contents()).toEqual(before);
  });
});

describe("a store that nothing was written to", () => {
  it.each([
    "snapshot --url postgres://reader@127.0.0.1:1/app",
    "scan --url postgres://reader@127.0.0.1:1/app",
    "snapshot --catalog notes.txt",
    "ingest nowhere",
    "ingest empty",
  ])("%s leaves nothing behind", async (command) => {
    const before = contents();
    await cli(`${command} --store made/new.db`);
    expect(contents()).toEqual(before);
  });

  it("is filled by the next command that gets through", async () => {
    await cli("snapshot --url postgres://reader@127.0.0.1:1/app --store new.db");
    expect((await cli("snapshot --catalog whole.catalog --store new.db")).code).toBe(0);
    expect((await cli("privileges --store new.db")).code).toBe(0);
  });
});
