// The texts of many rows, each written once: a row holds the place of its text.

export type TextTable = {
  /** By place. */
  readonly texts: string[];
  /** The place of a text, which is given one where it has none yet. */
  readonly place: (text: string) => number;
};

/** An empty one. */
export const textTable = (): TextTable => {
  const texts: string[] = [];
  const places = new Map<string, number>();
  return {
    texts,
    place: (text) => {
      const known = places.get(text);
      if (known !== undefined) return known;
      places.set(text, texts.length);
      return texts.push(text) - 1;
    },
  };
};
