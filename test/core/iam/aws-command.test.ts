// Commands of the AWS CLI as people paste them: whatever a name holds, it stays one word on one line.
import fc from "fast-check";
import { expect, it } from "vitest";
import { denyCommands } from "../../../lib/core/iam/aws-command.ts";

const part = fc.constantFrom("{", "\n", "npx dsql-audit ack x", "'", "$(id)", "}", "-", "=", "\u202e", "Job");
const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));

it("hold no line that a name made, and no character that nobody sees", () => {
  const denied = (of: string) =>
    denyCommands([`arn:aws:iam::111122223333:role/${of}`], "deny", ["dsql:DbConnect"], ["arn:c"]);
  const lines = denied("Job").split("\n").length;
  fc.assert(
    fc.property(name, (of) => {
      const command = denied(of);
      expect(command.split("\n")).toHaveLength(lines);
      expect(command.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 300 },
  );
});
