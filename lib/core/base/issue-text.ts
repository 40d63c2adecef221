// What a schema found wrong, in words for whoever wrote the value: where it is, and what it has to be.

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

/** The kinds of JSON, as people call them. */
const KINDS: Readonly<Record<string, string>> = {
  ...{ string: "text", number: "a number", int: "a whole number", boolean: "true or false", null: "nothing" },
  ...{ array: "a list", object: "a map", record: "a map", NaN: "no number" },
};
const kindOf = (word: string): string => KINDS[word] ?? word;

const TYPE = /^Invalid input: expected (\w+), received (\w+)$/;
const TOO_FEW = /^Too small: expected array to have >=(\d+) items$/;

const saidOf = (message: string): string => {
  const [, expected, received] = TYPE.exec(message) ?? [];
  if (expected !== undefined && received !== undefined) {
    if (received === "undefined") return "is missing";
    const wanted = `has to be ${kindOf(expected)}`;
    // A number that is not whole is a number too.
    return expected === "int" && received === "number" ? wanted : `${wanted}, and is ${kindOf(received)}`;
  }
  const [, least] = TOO_FEW.exec(message) ?? [];
  return least === undefined ? message : `has to name ${least} at least`;
};

/** "entry 2 user is missing": entries of a list are counted from 1. Keys out of the value are as they are. */
export const issueText = ({ path, message }: Issue): string =>
  [
    ...path.map((part) => (typeof part === "number" ? `entry ${part + 1}` : String(part))),
    saidOf(message),
  ].join(" ");
