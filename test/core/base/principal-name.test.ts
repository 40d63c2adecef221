// What people call a principal: short, and never what another one could be called on purpose.
import { expect, it } from "vitest";
import { principalName } from "../../../lib/core/base/visible-text.ts";

const account = "arn:aws:iam::111122223333";

it.each([
  [`${account}:role/service/OrdersApi`, "OrdersApi"],
  [`${account}:user/mira`, "mira"],
  [`${account}:root`, "root of account 111122223333"],
  ["arn:aws-cn:iam::111122223333:root", "root of account 111122223333"],
  [`${account}:role/root`, "root"],
  [
    `${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Support_a1b2c3d4e5f60718`,
    "Support (Identity Center)",
  ],
  [
    `${account}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Read_Only_a1b2c3d4e5f60718`,
    "Read_Only (Identity Center)",
  ],
  // Anybody may make a role of such a name, but not in that path.
  [`${account}:role/AWSReservedSSO_Support_a1b2c3d4e5f60718`, "AWSReservedSSO_Support_a1b2c3d4e5f60718"],
  ["nobody\n", "nobody\\u{a}"],
])("%s", (principal, name) => {
  expect(principalName(principal)).toBe(name);
});
