// The shape of a session name: what stays when the parts that change from session to session are starred out.

const MAX = 64;
const EMAIL = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i;
const LONG_HEX = /^[0-9a-f]{8,}$/i;
const VERSION = /^v\d{1,2}$/i;
const WORD_AND_NUMBER = /^([a-z]{2,})\d+$/i;

const shapeOfToken = (token: string): string => {
  if (VERSION.test(token)) return token;
  if (LONG_HEX.test(token)) return "*";
  if (!/\d/.test(token)) return token;
  const word = WORD_AND_NUMBER.exec(token)?.[1];
  return word === undefined ? "*" : `${word}*`;
};

/**
 * "orders-api-*" of "orders-api-7f9c", "i-*" of an instance id, "*" of a bare number or uuid. An address of a person stays:
 * it names them. "" for no session.
 */
export const sessionShape = (name: string | undefined): string => {
  if (name === undefined || name === "") return "";
  if (EMAIL.test(name)) return name.slice(0, MAX);
  const shape = name
    .split(/([^a-z0-9]+)/i)
    .map((token, index) => (index % 2 === 0 && token !== "" ? shapeOfToken(token) : token))
    .join("");
  return shape.replace(/\*(?:[^a-z0-9*]\*)+/gi, "*").slice(0, MAX);
};
