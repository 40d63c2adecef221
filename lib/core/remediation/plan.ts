// A plan: the steps that end findings or bring drift back, in an order that the server takes, each with what undoes it.
import { PUBLIC } from "../base/ids.ts";
import type { Catalog, SectionName } from "../catalog/catalog.ts";
import type { MeantMay } from "./iam/iam-plan.ts";
import { applyIntent, groupsFor, type Intent, intentsOf, isGone } from "./intent.ts";
import { noWayBack } from "./no-way-back.ts";
import { operationSql } from "./operation.ts";
import { reach, stepOf } from "./reach.ts";
import { type ScriptLine, scriptReader } from "./read-script.ts";
import type { Group } from "./run-as.ts";
import { sameAccess } from "./same-access.ts";
import { type State, stateOf } from "./state.ts";

/** What a plan is to end: a finding's fix as its detector wrote it. */
export type Wish = { readonly id: string; readonly title: string; readonly fix: string };

export type PlanStep = {
  /** Which of the two walls it changes. */
  readonly wall: "sql" | "iam";
  /** One statement, or one transaction; of a step by hand a sentence. */
  readonly text: string;
  /** The SQL that takes this step back, as things stand after it; empty: there is nothing to take back. */
  readonly undo: string;
  /** What must be known before it is run. */
  readonly says: readonly string[];
  /** No statement: a person has to decide. */
  readonly byHand: boolean;
  /** What no statement takes back, each a sentence without its full stop; then `undo` is empty. Missing: all can be taken back. */
  readonly lasting?: readonly string[];
};

export type Plan = {
  readonly steps: readonly PlanStep[];
  /** What restores the snapshot, in order. */
  readonly inverse: readonly string[];
  readonly before: Catalog;
  /** The catalog that the steps are meant to leave; null: it could not be thought through to the end. */
  readonly expected: Catalog | null;
  /** Why the plan cannot be proven; empty: it can. */
  readonly doubts: readonly string[];
  /** Who may connect by IAM as it is meant to be afterwards, where the plan changes it; of everybody else it stays. */
  readonly meantMay: readonly MeantMay[];
  /** Clusters whose policies are replaced: whoever it is, they may let in less than before, and never more. */
  readonly narrowed: readonly string[];
};

/** Without these nobody can be named, and what a statement changes cannot be told. */
const foundations: readonly SectionName[] = ["roles", "memberships", "schemas", "relations"];

const unreadable = (catalog: Catalog): string[] =>
  foundations.flatMap((name) => {
    const section = catalog.sections[name];
    return section.status === "unreadable" ? [`the snapshot could not read ${name}: ${section.reason}`] : [];
  });

type Piece = {
  readonly says: readonly string[];
  readonly operations: Group | undefined;
  readonly text: string;
};

/** The lines as steps: a transaction is one, and what is said before a statement belongs to it. */
const piecesOf = (lines: readonly ScriptLine[]): Piece[] => {
  const pieces: Piece[] = [];
  let says: string[] = [];
  let open: ScriptLine[] = [];
  const close = (): void => {
    const operations = open.flatMap(({ operation }) => operation ?? []);
    const isWhole = operations.length === open.length;
    pieces.push({
      says,
      text: open.map(({ text }) => text).join("\n"),
      operations: isWhole ? operations : undefined,
    });
    says = [];
    open = [];
  };
  for (const line of lines) {
    if (line.isRemark || line.text.trim() === "") says.push(line.text.replace(/^-- ?/, ""));
    else {
      open.push(line);
      const begun = open[0]?.operation?.does === "begin";
      if (!begun || line.operation?.does === "commit") close();
    }
  }
  if (open.length) close();
  const last = pieces.at(-1);
  if (says.length && last) pieces[pieces.length - 1] = { ...last, says: [...last.says, ...says] };
  else if (says.length) pieces.push({ says, text: "", operations: undefined });
  return pieces;
};

/**
 * Mappings go first, so that nobody connects in between; roles go last, when nothing is theirs any more. The right to pass
 * on goes after what was passed on, and memberships after both: whoever has lost either cannot take back what he granted.
 */
const phaseOf = ({ operations = [] }: Piece): number => {
  const does = new Set(operations.map((operation) => operation.does));
  if (does.has("unmap")) return 0;
  if (does.has("drop-role")) return 5;
  if (does.has("leave")) return 4;
  const revokes = operations.flatMap((operation) => (operation.does === "revoke" ? [operation] : []));
  if (revokes.length && revokes.every(({ option }) => option)) return 3;
  return revokes.some(({ grantee }) => grantee === PUBLIC) ? 1 : 2;
};

const isByHand = ({ operations }: Piece): boolean => operations === undefined;

/** `meant`: the state without what it takes on the way to it, such as a role that `admin` grants itself. */
type Made = {
  readonly steps: readonly PlanStep[];
  readonly state: State;
  readonly meant: State;
  readonly lost: boolean;
  readonly doubts: readonly string[];
};

/** A sentence that names an IAM action of Aurora DSQL is about that wall. */
const byHand = (text: string, says: readonly string[] = []): PlanStep => ({
  wall: text.includes("dsql:DbConnect") ? "iam" : "sql",
  text,
  undo: "",
  says,
  byHand: true,
});

/** A step with its undo; none where it changes nothing: another step has done it. */
const addStep = (made: Made, text: string, says: readonly string[], after: State | undefined): Made => {
  if (!after) {
    const doubts = [...made.doubts, `the server is expected to refuse: ${text.split("\n").join(" ")}`];
    return { ...made, doubts, lost: true, steps: [...made.steps, { ...byHand(text, says), byHand: false }] };
  }
  if (sameAccess(after.catalog, made.state.catalog)) return { ...made, state: after };
  const back = reach(after, made.state.catalog);
  // Half a way back is none: without the owner that there was it would take from the one that there is.
  const undo = back.complete ? back.steps.map((step) => step.text).join("\n") : "";
  const lasting = back.complete ? [] : noWayBack(back.state.catalog, made.state.catalog);
  const doubts = lasting.map((one) => `there is no way back: ${one}`);
  const step: PlanStep = {
    ...{ wall: "sql", text, undo, says, byHand: false },
    ...(lasting.length && { lasting }),
  };
  return { ...made, state: after, steps: [...made.steps, step], doubts: [...made.doubts, ...doubts] };
};

/** What was lent on the way is handed back: on Aurora DSQL `admin` leaves the roles that it granted itself. */
const handBack = (made: Made): Made => {
  if (sameAccess(made.state.catalog, made.meant.catalog)) return made;
  const back = reach(made.state, made.meant.catalog);
  let handed = made;
  for (const step of back.steps) handed = addStep(handed, step.text, [], step.after);
  return back.complete
    ? handed
    : { ...handed, doubts: [...handed.doubts, "what is lent on the way cannot be handed back"] };
};

const finish = (before: Catalog, made: Made): Plan => {
  const { steps, state, lost, doubts } = made.lost ? made : handBack(made);
  const inverse = steps.map(({ undo }) => undo).filter((undo) => undo !== "");
  return {
    steps,
    inverse: inverse.toReversed(),
    before,
    expected: lost ? null : state.catalog,
    doubts,
    meantMay: [],
    narrowed: [],
  };
};

const start = (catalog: Catalog): Made | string => {
  const state = stateOf(catalog);
  if (!state) return "on Aurora DSQL the role admin runs a plan, and this snapshot holds no such role";
  return { steps: [], state, meant: state, lost: false, doubts: unreadable(catalog) };
};

/** A plan that cannot be made, and why. */
export const refused = (catalog: Catalog, reason: string, steps: readonly PlanStep[] = []): Plan => ({
  ...{ steps, inverse: [], before: catalog, expected: null, doubts: [reason], meantMay: [], narrowed: [] },
});

/** What cannot be thought through any more is shown as its detector wrote it. */
const addPiece = (
  made: Made,
  { says, operations, text, title, whole }: Piece & { readonly title: string; readonly whole: Group },
): Made => {
  if (!operations) {
    const doubts = [...made.doubts, `there is no statement for: ${title}`];
    return { ...made, doubts, steps: [...made.steps, byHand(text || says.join("\n"), text ? says : [])] };
  }
  if (made.lost) return { ...made, steps: [...made.steps, { ...byHand(text, says), byHand: false }] };
  let now = made;
  for (const intent of intentsOf(operations, whole, made.state.login)) now = addIntent(now, intent, says);
  return now;
};

/** One statement with all that it takes to be allowed to run it, as things stand after the steps before. */
const addIntent = (made: Made, intent: Intent, says: readonly string[]): Made => {
  if (isGone(made.meant, intent)) return made;
  const meant = applyIntent(made.meant, intent);
  if (!meant) {
    const text = operationSql(intent.operation, made.state.catalog) ?? "a statement that cannot be written";
    return addStep(made, text, says, undefined);
  }
  if (sameAccess(meant.catalog, made.meant.catalog)) return made;
  let now: Made = { ...made, meant };
  for (const group of groupsFor(made.state, intent)) {
    if (now.lost) continue;
    const step = stepOf(now.state, group);
    const words = group.flatMap((operation) => operationSql(operation, now.state.catalog) ?? []);
    now = addStep(
      now,
      step?.text ?? words.join("\n"),
      group.at(-1) === intent.operation || group.includes(intent.operation) ? says : [],
      step?.after,
    );
  }
  return now;
};

/** The plan that ends findings: their fixes, put in order, each thing done once. */
export const planFor = (catalog: Catalog, wishes: readonly Wish[]): Plan => {
  const begun = start(catalog);
  if (typeof begun === "string")
    return refused(
      catalog,
      begun,
      wishes.map(({ fix }) => byHand(fix)),
    );
  const read = scriptReader(catalog);
  const pieces = wishes.flatMap(({ title, fix }) => {
    const all = piecesOf(read(fix));
    // Half a fix is worse than none: what is not understood is left to a person as a whole.
    return all.some((piece) => isByHand(piece) && piece.text !== "")
      ? [{ says: [], text: fix, operations: undefined, title, whole: [] }]
      : all.map((piece) => ({ ...piece, title, whole: all.flatMap(({ operations = [] }) => operations) }));
  });
  let made = begun;
  for (const piece of pieces.toSorted((a, b) => phaseOf(a) - phaseOf(b))) made = addPiece(made, piece);
  return finish(catalog, made);
};

/** The plan that leads to a wanted catalog of the same objects. */
export const planTo = (catalog: Catalog, wanted: Catalog): Plan => {
  const begun = start(catalog);
  if (typeof begun === "string") return refused(catalog, begun);
  const way = reach(begun.state, wanted);
  let made = begun;
  for (const step of way.steps) made = addStep(made, step.text, [], step.after);
  const doubts = way.complete
    ? made.doubts
    : [...made.doubts, "statements alone do not lead to the wanted access: the last steps are left to you"];
  return finish(catalog, { ...made, doubts, meant: made.state });
};

/** One plan after the other. */
export const joinPlans = (first: Plan, second: Plan): Plan => ({
  steps: [...first.steps, ...second.steps],
  inverse: [...second.inverse, ...first.inverse],
  before: first.before,
  expected: first.expected && second.expected,
  doubts: [...first.doubts, ...second.doubts],
  meantMay: [...first.meantMay, ...second.meantMay],
  narrowed: [...new Set([...first.narrowed, ...second.narrowed])],
});
