// Says on stderr what could not be looked at: nobody may take silence for "clean".
import type { Look } from "../../lib/core/findings/finding.ts";
import type { Io } from "../io.ts";
import { printable } from "../output.ts";

/** One line for each reason. */
export const sayNotJudged = ({ stderr }: Io, looks: readonly Look[]): void => {
  const byReason = Map.groupBy(
    looks.filter(({ complete }) => !complete),
    ({ reason }) => reason ?? "unknown",
  );
  for (const [reason, same] of byReason) {
    stderr.write(
      `Not evaluated: ${same.map(({ detector }) => detector).join(", ")} (${printable(reason)})\n`,
    );
  }
};
