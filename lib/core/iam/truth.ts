// Four answers to "does this apply": yes, no, open (the request decides), unknown (it could not be read or is not documented).

export type Truth = "yes" | "no" | "open" | "unknown";

/** All must hold: one no settles it, and what is unknown outweighs what the request decides. */
export const every = (truths: Iterable<Truth>): Truth => {
  let all: Truth = "yes";
  for (const one of truths) {
    if (one === "no") return "no";
    if (one === "unknown" || all === "yes") all = one === "yes" ? all : one;
  }
  return all;
};

/** One is enough: one yes settles it, and what is unknown outweighs what the request decides. */
export const some = (truths: Iterable<Truth>): Truth => {
  let any: Truth = "no";
  for (const one of truths) {
    if (one === "yes") return "yes";
    if (one === "unknown" || any === "no") any = one === "no" ? any : one;
  }
  return any;
};

export const not = (one: Truth): Truth => (one === "yes" ? "no" : one === "no" ? "yes" : one);

export const truthOf = (known: boolean): Truth => (known ? "yes" : "no");
