// The arguments of ordered-set aggregates, which the server lists with ORDER BY, as those of the function that stands in.

/** What the server makes of an ordered-set aggregate's arguments, taken apart; `direct` null: it is no such aggregate. */
export type PlainArguments = { readonly text: string; readonly direct: number | null };

const QUOTED = /"(?:[^"]|"")*"/g;

/** As long a text without anything quoted: names in it can hold no comma and no ORDER BY. */
const bare = (text: string): string => text.replaceAll(QUOTED, (name) => "_".repeat(name.length));

/**
 * The arguments before and after ORDER BY as one list. A VARIADIC one stands on both sides and is one argument.
 * https://www.postgresql.org/docs/16/sql-createaggregate.html
 */
export const plainArguments = (identityArguments: string): PlainArguments => {
  const at = bare(identityArguments).search(/(?:^| )ORDER BY /);
  if (at < 0) return { text: identityArguments, direct: null };
  const before = identityArguments.slice(0, at);
  const after = identityArguments.slice(at).replace(/^ ?ORDER BY /, "");
  const direct =
    before === ""
      ? 0
      : bare(before)
          .replaceAll(/\([^)]*\)/g, "")
          .split(",").length;
  const isTwice = /(?:^|, )VARIADIC [^,]*$/.test(bare(before)) && after.startsWith("VARIADIC ");
  if (isTwice) return { text: before, direct };
  return { text: before === "" ? after : `${before}, ${after}`, direct };
};
