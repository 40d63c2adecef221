// A plan for people: what it ends, the steps, the way back, what a server said of it, and who used what it takes away.

import type { ActivityRow } from "../../lib/core/activity/activity-row.ts";
import { counted } from "../../lib/core/base/counted.ts";
import { minute } from "../../lib/core/base/time.ts";
import type { ChangedPrivilege } from "../../lib/core/remediation/access-change.ts";
import type { ChangedMay } from "../../lib/core/remediation/iam/iam-proof.ts";
import type { PlanStep } from "../../lib/core/remediation/plan.ts";
import type { PlanAnswer } from "../../lib/queries/plan.ts";
import { paint, type Style } from "../colour.ts";
import type { Io } from "../io.ts";
import { type Column, paragraph, printable, table } from "../output.ts";

const line = (io: Io, text = ""): void => {
  io.stdout.write(`${text}\n`);
};

const indented = (text: string, by: string): string =>
  text
    .split("\n")
    .map((one) => `${by}${printable(one)}`)
    .join("\n");

const sayStep = (io: Io, { text, says, byHand }: PlanStep, number: number): void => {
  const head = `${String(number).padStart(3)}  `;
  for (const one of says) line(io, paragraph(io, `-- ${one}`, { first: "     " }));
  const words = byHand ? `-- By hand: ${text.replaceAll(/^-- ?/gm, "")}` : text;
  line(io, head + indented(words, "     ").trimStart());
};

/** Before the steps, for after them it is too late to know. */
const sayLasting = (io: Io, steps: readonly PlanStep[]): void => {
  const lasting = steps.flatMap(({ lasting: what = [] }, i) => what.map((one) => `Step ${i + 1}: ${one}.`));
  if (!lasting.length) return;
  line(io, `\n${paint(io, "warn", "Not all of this can be taken back")}`);
  for (const one of lasting) line(io, paragraph(io, one, { first: "  ", rest: "    " }));
};

const verdicts: Readonly<
  Record<PlanAnswer["proof"]["status"], { readonly says: string; readonly style: Style }>
> = {
  proven: {
    says: "what is listed above is gone afterwards, nothing changes but what is meant to, and the way back restores the snapshot.",
    style: "good",
  },
  refused: { says: "Refused: the server does not take this plan.", style: "bad" },
  "not-proven": { says: "Not proven: do not run it before you know why.", style: "warn" },
};

const provenBy = ({ steps }: PlanAnswer["plan"]): string => {
  if (!steps.length) return "Proven by the snapshot itself, which needs no step";
  return steps.some(({ wall }) => wall === "sql")
    ? "Proven on a throw-away PostgreSQL 16 that holds this snapshot's access"
    : "Proven by the policies that this snapshot holds";
};

const mayColumns: readonly Column<ChangedMay>[] = [
  { head: "principal", cell: ({ principal }) => principal, max: 70 },
  { head: "action", cell: ({ action }) => `dsql:${action}` },
  { head: "before", cell: ({ from }) => from },
  { head: "after", cell: ({ to }) => to },
];

const changeColumns: readonly Column<ChangedPrivilege>[] = [
  { head: "change", cell: ({ change }) => change },
  { head: "role", cell: ({ role }) => role, max: 28 },
  {
    head: "privilege",
    cell: ({ privilege, grantable }) => `${privilege}${grantable ? " WITH GRANT OPTION" : ""}`,
  },
  { head: "kind", cell: ({ kind }) => kind },
  {
    head: "object",
    cell: ({ schema, object, column }) => [schema, object, column].filter((part) => part !== null).join("."),
    max: 40,
  },
  {
    head: "usable",
    cell: ({ holds, usable }) =>
      usable === false ? "no: the schema bars it" : holds === "set-role" ? "after SET ROLE" : "at once",
  },
];

const lastUseText = ({ lastUse, lastUseAt }: ActivityRow): string =>
  lastUseAt?.slice(0, 16).replace("T", " ").concat(" UTC") ??
  { seen: "seen", possible: "possible, by this or another role", never: "never", unknown: "unknown" }[
    lastUse
  ];

const useColumns: readonly Column<ActivityRow>[] = [
  { head: "principal", cell: ({ principal }) => principal, max: 60 },
  {
    head: "role",
    cell: ({ role, possibleRoles = [] }) => role ?? `one of ${possibleRoles.join(", ")}`,
    max: 28,
  },
  { head: "allowed", cell: ({ allowed }) => allowed, align: "right" },
  { head: "last use", cell: lastUseText },
];

const SHOWN_CHANGES = 40;

/** Prints all of it. */
export const sayPlan = (io: Io, answer: PlanAnswer): void => {
  const { plan, proof, ends, usedBy, usedDays, snapshot, notes } = answer;
  const title = (text: string): void => line(io, `\n${paint(io, "strong", text)}`);
  line(io, `Plan on snapshot ${snapshot.seq} of ${minute(snapshot.takenAt)}, to end:`);
  for (const one of ends) line(io, paragraph(io, one.title, { first: "  ", rest: "    " }));
  if (!ends.length) line(io, "  nothing: no difference is known");
  sayLasting(io, plan.steps);
  if (plan.steps.length) title("Steps");
  for (const [i, step] of plan.steps.entries()) sayStep(io, step, i + 1);
  const isWhole = plan.steps.every(({ lasting }) => lasting === undefined);
  if (plan.inverse.length) title(isWhole ? "The way back" : "The way back, as far as there is one");
  for (const one of plan.inverse) line(io, indented(one, "     "));
  title("Proof");
  const { says, style } = verdicts[proof.status];
  line(io, paint(io, style, paragraph(io, proof.status === "proven" ? `${provenBy(plan)}: ${says}` : says)));
  for (const one of [...proof.because, ...proof.how])
    line(io, paragraph(io, one, { first: "  ", rest: "    " }));
  if (proof.opened?.length)
    line(
      io,
      paragraph(
        io,
        `Afterwards ${counted(proof.opened.length, "finding")} ${proof.opened.length === 1 ? "is" : "are"} new: ${proof.opened.join(", ")}.`,
      ),
    );
  if (proof.changed?.length) {
    title("Effective privileges that change");
    table(io, proof.changed.slice(0, SHOWN_CHANGES), changeColumns);
    if (proof.changed.length > SHOWN_CHANGES)
      line(io, `and ${proof.changed.length - SHOWN_CHANGES} more: see --json`);
  } else if (proof.changed) line(io, "No effective privilege changes.");
  if (proof.mayConnect?.length) {
    title("Who may connect by IAM, where that changes");
    table(io, proof.mayConnect, mayColumns);
  }
  title(`Who used the roles concerned in the last ${counted(usedDays, "day")}`);
  table(io, usedBy, useColumns, "No principal that is known.");
  line(io, paragraph(io, "Connections tell who used a role, not which object: use of objects is not known."));
  for (const note of notes) line(io, paragraph(io, note));
};
