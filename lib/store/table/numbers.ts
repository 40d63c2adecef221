// DynamoDB's numbers: up to 38 significant digits, compared by value whatever they were written as.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
import { refusedItem } from "./attribute-values.ts";

export const MAX_DIGITS = 38;
const MAX_EXPONENT = 125;
const MIN_EXPONENT = -130;

/** `0.digits × 10^(exponent + 1)`: no zero at either end of the digits; zero has none. */
export type Decimal = { readonly negative: boolean; readonly digits: string; readonly exponent: number };

/** Reads a number as it is written in the wire format. AuditError("store") for what is none or is out of range. */
export const parseDecimal = (text: string): Decimal => {
  const [, sign, whole = "", fraction = "", power = "0"] =
    /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const written = whole + fraction;
  if (!written) throw refusedItem(`The parameter cannot be converted to a numeric value: ${text}`);
  const leading = /^0*/.exec(written)?.[0].length ?? 0;
  const digits = written.slice(leading).replace(/0+$/, "");
  if (!digits) return { negative: false, digits: "", exponent: 0 };
  const exponent = whole.length - leading - 1 + Number(power);
  if (exponent > MAX_EXPONENT) {
    throw refusedItem(
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    );
  }
  if (exponent < MIN_EXPONENT) {
    throw refusedItem(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range",
    );
  }
  if (digits.length > MAX_DIGITS) {
    throw refusedItem("Attempting to store more than 38 significant digits in a Number");
  }
  return { negative: sign === "-", digits, exponent };
};

export const sameNumber = (a: string, b: string): boolean => {
  if (a === b) return true;
  const [x, y] = [parseDecimal(a), parseDecimal(b)];
  return x.negative === y.negative && x.digits === y.digits && x.exponent === y.exponent;
};
