// Remembers what a pure function of a text answered: records repeat the same few principals, addresses and agents.

const MAX = 4_096;

/** The same function; forgets all when it remembers too much, so that hostile variety costs time and no memory. */
export const remember = <T>(compute: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>();
  return (text) => {
    const answer = known.get(text);
    if (answer !== undefined) return answer;
    const computed = compute(text);
    if (known.size >= MAX) known.clear();
    known.set(text, computed);
    return computed;
  };
};
