// A function that makes each of its answers once.

/** The same function; what it made for a key it gives again. It keeps all of it: for what is bounded by its input. */
export const lazily = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const made = new Map<K, V>();
  return (key) => {
    if (made.has(key)) return made.get(key) as V;
    const value = make(key);
    made.set(key, value);
    return value;
  };
};
