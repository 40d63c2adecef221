// Keeps count of what one transaction has done, for DSQL's rule: one DDL statement, and not together with DML.
// https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-ddl.html
import type { SqlError } from "./refusals.ts";
import { nameOf, type Statement } from "./statement.ts";

export type Step =
  | { readonly kind: "begin" | "end" | "end-and-chain" | "ddl" | "dml" | "other" }
  | { readonly kind: "savepoint" | "rollback-to" | "release"; readonly name: string };

const writesInside = / (?:INSERT INTO|DELETE FROM|MERGE INTO) |[()] UPDATE /;

/** What a statement does to its transaction. GRANT, REVOKE and AWS IAM count as DDL. */
export const stepOf = ({ shape, words }: Statement): Step => {
  const named = (kind: "savepoint" | "rollback-to" | "release"): Step => ({
    kind,
    name: nameOf(words.at(-1)) ?? "",
  });
  if (/^(BEGIN|START TRANSACTION)\b/.test(shape)) return { kind: "begin" };
  if (/^SAVEPOINT /.test(shape)) return named("savepoint");
  if (/^ROLLBACK (WORK |TRANSACTION )?TO /.test(shape)) return named("rollback-to");
  if (/^RELEASE /.test(shape)) return named("release");
  if (/^(COMMIT|END|ROLLBACK|ABORT)\b.* AND CHAIN$/.test(shape)) return { kind: "end-and-chain" };
  if (/^(COMMIT|END|ROLLBACK|ABORT)\b/.test(shape)) return { kind: "end" };
  if (/^(CREATE|ALTER|DROP|GRANT|REVOKE|REASSIGN|COMMENT|AWS)\b/.test(shape)) return { kind: "ddl" };
  if (/^(INSERT|UPDATE|DELETE|MERGE)\b/.test(shape) || /^COPY .* FROM /.test(shape)) return { kind: "dml" };
  if (/^WITH\b/.test(shape) && writesInside.test(shape)) return { kind: "dml" };
  return { kind: "other" };
};

/** Counts of DDL and DML statements; `open` while BEGIN holds the transaction, `marks` are its savepoints. */
type State = {
  readonly open: boolean;
  readonly ddl: number;
  readonly dml: number;
  readonly marks: readonly { readonly name: string; readonly ddl: number; readonly dml: number }[];
};
const fresh = (open: boolean): State => ({ open, ddl: 0, dml: 0, marks: [] });

const after = (state: State, step: Step): State => {
  const { ddl, dml, marks } = state;
  const markAt = "name" in step ? marks.findLastIndex(({ name }) => name === step.name) : -1;
  switch (step.kind) {
    case "begin": // a second BEGIN is only a warning
      return { ...state, open: true };
    case "end":
      return fresh(false);
    case "end-and-chain":
      return fresh(true);
    case "ddl":
      return { ...state, ddl: ddl + 1 };
    case "dml":
      return { ...state, dml: dml + 1 };
    case "savepoint":
      return { ...state, marks: [...marks, { name: step.name, ddl, dml }] };
    case "rollback-to": // takes back what was counted since, keeps the savepoint
      return markAt < 0 ? state : { ...state, ...marks[markAt], marks: marks.slice(0, markAt + 1) };
    case "release":
      return markAt < 0 ? state : { ...state, marks: marks.slice(0, markAt) };
    case "other":
      return state;
    default:
      return step satisfies never;
  }
};

export type Ledger = {
  /** Why `step` may not come next in this transaction; undefined when it may. */
  refusalOf(step: Step): SqlError | undefined;
  apply(step: Step): void;
  /** A simple query or a Sync ends the transaction that is not held open by BEGIN. */
  endOfMessage(): void;
};

export const openLedger = (): Ledger => {
  let state = fresh(false);
  const refusalOf = ({ kind }: Step): SqlError | undefined => {
    if (kind === "ddl" && state.ddl > 0) {
      return { code: "0A000", message: "multiple ddl statements not supported in a transaction" };
    }
    const mixed = (kind === "ddl" && state.dml > 0) || (kind === "dml" && state.ddl > 0);
    return mixed
      ? { code: "0A000", message: "ddl and dml are not supported in the same transaction" }
      : undefined;
  };
  const apply = (step: Step): void => {
    state = after(state, step);
  };
  const endOfMessage = (): void => {
    if (!state.open) state = fresh(false);
  };
  return { refusalOf, apply, endOfMessage };
};
