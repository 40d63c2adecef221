// The shape of a session name: what stays when the parts that change from session to session are starred out.

const MAX = 64;
const EMAIL = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i;
const LONG = 8;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** Without case: 97 is a, 122 z. */
const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;

/** A word, a version and a short hex word stay; a word with a number keeps the word; all else with a digit is a star. */
const shapeOfToken = (name: string, from: number, to: number): string => {
  let digits = 0;
  let tail = 0; // digits at the end
  let hex = true;
  for (let at = from; at < to; at++) {
    const code = name.charCodeAt(at);
    if (isDigit(code)) {
      digits++;
      tail++;
    } else {
      tail = 0;
      if ((code | 32) > 102) hex = false;
    }
  }
  const length = to - from;
  if (digits === 0) return hex && length >= LONG ? "*" : name.slice(from, to);
  const letters = length - digits;
  if (digits !== tail || letters === 0) return "*";
  const version = letters === 1 && (name.charCodeAt(from) | 32) === 118 && digits <= 2;
  if (version) return name.slice(from, to);
  return letters >= 2 && !(hex && length >= LONG) ? `${name.slice(from, to - digits)}*` : "*";
};

const readShape = (name: string): string => {
  let shape = "";
  for (let at = 0; at < name.length && shape.length <= MAX; ) {
    let to = at;
    for (let code = name.charCodeAt(to); isDigit(code) || isLetter(code); code = name.charCodeAt(to)) to++;
    if (to === at) {
      shape += name[at++];
      continue;
    }
    const token = shapeOfToken(name, at, to);
    // Stars with one sign between them are one: the parts of a uuid.
    const joins = token === "*" && shape.length >= 2 && shape.at(-2) === "*" && shape.at(-1) !== "*";
    shape = joins ? shape.slice(0, -1) : shape + token;
    at = to;
  }
  return shape.slice(0, MAX);
};

/**
 * "orders-api-*" of "orders-api-7f9c", "i-*" of an instance id, "*" of a bare number or uuid. An address of a person stays:
 * it names them. "" for no session.
 */
export const sessionShape = (name: string | undefined): string => {
  if (name === undefined) return "";
  return name.includes("@") && EMAIL.test(name) ? name.slice(0, MAX) : readShape(name);
};
