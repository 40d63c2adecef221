// The shape of a session name: what stays when the parts that change from session to session are starred out.

import { remember } from "./remember.ts";

const MAX = 64;
const EMAIL = /^[^@\s]+@[^@\s]+\.[a-z]{2,}$/i;
const LONG_HEX = /^[a-f]{8,}$/i;
const VERSION = /^v\d{1,2}$/i;
const WORD_AND_NUMBER = /^([a-z]{2,})\d+$/i;

const TOKEN = /[a-z0-9]+/gi;
const STARS = /\*(?:[^a-z0-9*]\*)+/gi;
const DIGIT = /\d/;

const shapeOfToken = (token: string): string => {
  if (!DIGIT.test(token)) return LONG_HEX.test(token) ? "*" : token;
  if (VERSION.test(token)) return token;
  const word = WORD_AND_NUMBER.exec(token)?.[1];
  return word === undefined ? "*" : `${word}*`;
};

const readShape = remember((name: string): string =>
  name.includes("@") && EMAIL.test(name)
    ? name.slice(0, MAX)
    : name.replace(TOKEN, shapeOfToken).replace(STARS, "*").slice(0, MAX),
);

/**
 * "orders-api-*" of "orders-api-7f9c", "i-*" of an instance id, "*" of a bare number or uuid. An address of a person stays:
 * it names them. "" for no session.
 */
export const sessionShape = (name: string | undefined): string => (name === undefined ? "" : readShape(name));
