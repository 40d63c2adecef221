// How many bytes DynamoDB bills an item for: names and values, and what the time index copies of it.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html

const valueBytes = (value: unknown): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return Math.ceil(String(Math.abs(value)).length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  return 1;
};

/** The bytes of the attributes named, or of all. */
const attributeBytes = (item: Readonly<Record<string, unknown>>, names = Object.keys(item)): number =>
  names.reduce((sum, name) => sum + Buffer.byteLength(name) + valueBytes(item[name]), 0);

/** Stored bytes of an item and of its entry in the index by takenAt, which holds keys alone. */
export const itemBytes = (item: Readonly<Record<string, unknown>>): number =>
  attributeBytes(item) + ("takenAt" in item ? attributeBytes(item, ["pk", "sk", "takenAt"]) : 0);
