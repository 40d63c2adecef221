// Ways to manipulate an export: what one could do who may write to the table.
import { openManifest, sealManifest } from "../../lib/core/history/manifest.ts";
import { pack, unpack } from "../../lib/core/history/packing.ts";

export type Line = {
  manifest?: number;
  body?: string;
  sum?: string;
  takenAt?: number;
  chunk?: string;
  data?: string;
};
/** Numbers that look random and are the same in every run. */
export const dice = (seed: number) => {
  let at = seed;
  return (sides: number): number => {
    at = (Math.imul(at, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(((at ^ (at >>> 13)) >>> 0) / (2 ** 32 / sides)) % sides;
  };
};

const flipIn = (text: string, encoding: BufferEncoding, roll: (sides: number) => number): string => {
  const bytes = Buffer.from(text, encoding);
  const bit = roll(bytes.length * 8);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return bytes.toString(encoding === "base64" ? "base64" : "latin1");
};

/** A manifest that says something else and is sealed again, checksum and all, as one who can write the table would. */
const forge = (line: Line, roll: (sides: number) => number): Line => {
  const { manifest } = openManifest(line.body ?? "");
  const forged = sealManifest({ ...manifest, takenAt: manifest.takenAt + 1 + roll(1000), meta: {} });
  return { ...line, takenAt: forged.manifest.takenAt, body: forged.body, sum: forged.hash.slice(0, 16) };
};

export const isManifest = (line: Line) => line.manifest !== undefined;
export const isChunk = (line: Line) => line.chunk !== undefined;

export const tamper = {
  "flips a bit of a manifest": (all: Line[], at: number, roll: (sides: number) => number) => {
    const line = all[at] as Line;
    all[at] = { ...line, body: flipIn(line.body ?? "", "latin1", roll) };
  },
  "drops a manifest": (all: Line[], at: number) => {
    all.splice(at, 1);
  },
  "swaps two manifests' texts": (all: Line[], at: number, roll: (sides: number) => number) => {
    // The export's first line is its header; manifests follow.
    const count = all.filter(isManifest).length;
    const other = 1 + ((at + roll(count - 1)) % count);
    const [a, b] = [all[at] as Line, all[other] as Line];
    all[at] = { ...a, ...pick(b) };
    all[other] = { ...b, ...pick(a) };
  },
  "forks the chain": (all: Line[], at: number, roll: (sides: number) => number) => {
    all[at] = forge(all[at] as Line, roll);
  },
  "adds a second manifest with the same number": (
    all: Line[],
    at: number,
    roll: (sides: number) => number,
  ) => {
    all.splice(at + 1, 0, forge(all[at] as Line, roll));
  },
  "flips a bit of a chunk": (all: Line[], at: number, roll: (sides: number) => number) => {
    const line = all[at] as Line;
    all[at] = { ...line, data: flipIn(line.data ?? "", "base64", roll) };
  },
  "drops a chunk": (all: Line[], at: number) => {
    all.splice(at, 1);
  },
  "swaps two chunks": (all: Line[], at: number, roll: (sides: number) => number) => {
    const chunks = all.flatMap((line, i) => (isChunk(line) && i !== at ? [i] : []));
    const other = chunks[roll(chunks.length)] as number;
    const [a, b] = [all[at] as Line, all[other] as Line];
    all[at] = { ...a, data: b.data as string };
    all[other] = { ...b, data: a.data as string };
  },
  "packs another content into a chunk": (all: Line[], at: number) => {
    const line = all[at] as Line;
    const content = unpack(Buffer.from(line.data ?? "", "base64"), 1 << 20) ?? Buffer.alloc(0);
    all[at] = {
      ...line,
      data: Buffer.from(pack(Buffer.concat([content, Buffer.from(" ")]))).toString("base64"),
    };
  },
};
const pick = ({ takenAt, body, sum }: Line): Line => ({
  takenAt: takenAt as number,
  body: body as string,
  sum: sum as string,
});
