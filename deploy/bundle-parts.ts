// How functions are bundled. Of those whose calls differ much, what only some calls need stands in files of its own, in
// handlers/parts/FUNCTION, and is read when a call first needs it.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Plugin } from "esbuild";

/** The functions, by their file in handlers. */
export const IN_PARTS: readonly string[] = ["notify", "query"];

/** For esbuild, which builds one function at a time. */
export const parts: Plugin = {
  name: "parts",
  setup: ({ initialOptions, onLoad, onResolve }) => {
    // A client reads its version there; the rest of the file, 2 KB each, is for package managers.
    onLoad({ filter: /@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, "utf8")) as { version: string };
      return { loader: "json", contents: JSON.stringify({ version }) };
    });
    const [entry] = Array.isArray(initialOptions.entryPoints) ? initialOptions.entryPoints : [];
    const name = typeof entry === "string" ? basename(entry, ".ts") : "";
    if (!IN_PARTS.includes(name)) return;
    initialOptions.splitting = true;
    // By function, so that each zip takes its own: all are built into one directory.
    initialOptions.chunkNames = `parts/${name}/[name]-[hash]`;
    // The SDK loads it in browsers. In one file esbuild leaves it out by itself.
    onResolve({ filter: /^bowser$/ }, () => ({ path: "bowser", external: true }));
  },
};

/** What a detector says to people, as it is laid out in every file of lib/detectors: lines of their own at the first level. */
const SAID = /^ {2}(?:docs|evidence): (?:\{\n(?: {4}.*\n)* {2}\}|\{.*\}|[\w.]+),\n/gm;
/** What each has to say. */
const SAID_BY_EACH = 2;

/** The source of a detector without what it says to people: what judges with it never reads that. Throws where it finds no such lines. */
export const withoutWords = (source: string): string => {
  const detectors = source.split("defineDetector(").length - 1;
  const said = source.match(SAID)?.length ?? 0;
  if (said !== detectors * SAID_BY_EACH)
    throw new Error(`of ${detectors} detectors ${said} texts were found, not ${detectors * SAID_BY_EACH}`);
  // What follows keeps its line, for source maps.
  return source.replaceAll(SAID, (text) => "\n".repeat(text.split("\n").length - 1));
};

/** Rules are bundled without the words beside them, 40 KB: who tells of findings has them from the tables of words below. */
export const rules: Plugin = {
  name: "rules",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]lib[\\/]detectors[\\/][\w-]+[\\/].*\.ts$/ }, ({ path }) => ({
      loader: "ts",
      contents: withoutWords(readFileSync(path, "utf8")),
    }));
  },
};

/**
 * Who only tells of findings carries the words of detectors as data, without the rules that they stand beside. As JSON, which
 * loads faster than an object that is written out.
 */
export const words: Plugin = {
  name: "words",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]lib[\\/]detectors[\\/]word-tables\.ts$/ }, async () => ({
      loader: "js",
      contents: Object.entries(await import("../lib/detectors/word-tables.ts"))
        .map(
          ([name, table]) =>
            `export const ${name} = /* @__PURE__ */ JSON.parse(${JSON.stringify(JSON.stringify(table))});`,
        )
        .join("\n"),
    }));
  },
};
