// Random changes to any item of a table, as one could make them who may write to it: see test/store/history/verify-items.test.ts.
import type { Item } from "../../lib/store/table/table.ts";

type Roll = (sides: number) => number;

const flip = (bytes: Uint8Array, roll: Roll): Buffer => {
  const out = Buffer.from(bytes);
  const bit = roll(out.length * 8);
  out[bit >> 3] = (out[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return out;
};

/** Another value of the same type. */
const another = (value: unknown, roll: Roll): unknown => {
  if (value instanceof Uint8Array) return flip(value, roll);
  if (typeof value === "number") return value + (roll(2) ? 1 : -1) * (1 + roll(1000));
  const text = String(value);
  const at = roll(text.length || 1);
  const letter = text[at] === "7" ? "8" : "7";
  return `${text.slice(0, at)}${letter}${text.slice(at + 1)}`;
};

/** A value of another type. */
const retyped = (value: unknown, roll: Roll): unknown => {
  const others = ["text", 7, true, null, ["list"], { map: 1 }, Buffer.from("bytes")].filter((other) =>
    value instanceof Uint8Array ? !Buffer.isBuffer(other) : typeof other !== typeof value,
  );
  return others[roll(others.length)];
};

const cut = (value: unknown, roll: Roll): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value.subarray(0, roll(value.length)));
  if (typeof value === "number") return Math.floor(value / 2);
  const text = String(value);
  return text.slice(0, roll(text.length || 1));
};

const attributesOf = (item: Item): string[] =>
  Object.keys(item).filter((name) => name !== "pk" && name !== "sk");

/** Each gives the item as it stands afterwards; undefined: it is gone. `others` are items of the same kind. */
export const itemChanges = {
  "drops an attribute": (item: Item, roll: Roll) => {
    const names = attributesOf(item);
    const gone = names[roll(names.length)] ?? "";
    return Object.fromEntries(Object.entries(item).filter(([name]) => name !== gone)) as Item;
  },
  "changes an attribute's type": (item: Item, roll: Roll) => {
    const names = attributesOf(item);
    const name = names[roll(names.length)] ?? "";
    return { ...item, [name]: retyped(item[name], roll) };
  },
  "changes a value": (item: Item, roll: Roll) => {
    const names = attributesOf(item);
    const name = names[roll(names.length)] ?? "";
    return { ...item, [name]: another(item[name], roll) };
  },
  "cuts a value short": (item: Item, roll: Roll) => {
    const names = attributesOf(item);
    const name = names[roll(names.length)] ?? "";
    return { ...item, [name]: cut(item[name], roll) };
  },
  "puts another item's attributes in": (item: Item, roll: Roll, others: readonly Item[]) => {
    const other = others[roll(others.length)] ?? item;
    return { ...other, pk: item.pk, sk: item.sk };
  },
  "takes it away": (): Item | undefined => undefined,
} as const;
