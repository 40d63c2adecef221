// DSQL's own SQL, and its refusals, said in plain PostgreSQL. An error is never made up on the wire: a statement that
// must fail becomes one that raises the error inside the backend. So transaction state, rollback, prepared statements
// and pipelining stay PostgreSQL's own.
import pg from "pg";
import { refusalOf, type SqlError } from "./refusals.ts";
import { nameOf, type Statement, splitStatements, stringOf } from "./statement.ts";
import { openLedger, type Step, stepOf } from "./transaction.ts";

/** Fails the next statement that matches, once. */
export type StatementFault = SqlError & { readonly match: RegExp };

export type RewriterPorts = {
  /** The unique id behind an ARN, where it is known. */
  readonly principalIdOf: (arn: string) => string | undefined;
  /** Shared by all sessions; a fault that struck is taken out. */
  readonly faults: StatementFault[];
  /** Catalogs that answer with an error for the time being, by relation name. */
  readonly refusedCatalogs: ReadonlyMap<string, SqlError>;
};

/** One session's view; each function returns the text to send instead, which is the very text where nothing changes. */
export type Rewriter = {
  query(sql: string): string;
  parse(statementName: string, sql: string): string;
  bind(portal: string, statementName: string): void;
  execute(portal: string): void;
  sync(): void;
};

/** A prepared statement must still take its parameters, or the client would hear of their number instead. */
const raise = ({ code, message }: SqlError, parameters = 0): string => {
  const list = [code, message].map(pg.escapeLiteral);
  const taken = Array.from({ length: parameters }, (_, i) => `$${i + 1}::text`);
  if (parameters > 0) list.push(`variadic array[${taken.join(", ")}]`);
  return `call sys.__refuse(${list.join(", ")})`;
};

const parameterCount = ({ words }: Statement): number =>
  words.reduce(
    (most, { kind, text }) => (kind === "parameter" ? Math.max(most, Number(text.slice(1))) : most),
    0,
  );

type Rewritten = { readonly sql: string; readonly step: Step; readonly fails?: true };
const nothing: Step = { kind: "other" };
const mostParameters = 65_535; // the protocol's own limit; a number beyond it is an error of the client

/** AWS IAM GRANT and REVOKE as calls; undefined: it is neither. */
const awsIam = (
  { shape, words }: Statement,
  principalIdOf: RewriterPorts["principalIdOf"],
): string | undefined => {
  if (!/^AWS IAM\b/.test(shape)) return undefined;
  const [role, arn] = [nameOf(words[3]), stringOf(words[5])];
  if (!/^AWS IAM (GRANT \S+ TO|REVOKE \S+ FROM) '$/.test(shape) || role === undefined || arn === undefined) {
    return raise({ code: "42601", message: 'syntax error at or near "IAM"' });
  }
  const [name, iamArn] = [pg.escapeLiteral(role), pg.escapeLiteral(arn)];
  if (shape.startsWith("AWS IAM REVOKE")) return `call sys.__iam_revoke(${name}, ${iamArn})`;
  return `call sys.__iam_grant(${name}, ${iamArn}, ${pg.escapeLiteral(principalIdOf(arn) ?? "")})`;
};

const refusedCatalog = (
  { words }: Statement,
  refusedCatalogs: RewriterPorts["refusedCatalogs"],
): SqlError | undefined => {
  if (refusedCatalogs.size === 0) return undefined;
  return words.map((word) => refusedCatalogs.get(nameOf(word) ?? "")).find(Boolean);
};

/** The planned fault that this statement meets, which is used up by it. */
const strike = ({ text }: Statement, faults: RewriterPorts["faults"]): SqlError | undefined => {
  const at = faults.findIndex(({ match }) => text.search(match) >= 0);
  return at < 0 ? undefined : faults.splice(at, 1)[0];
};

export const openRewriter = ({ principalIdOf, faults, refusedCatalogs }: RewriterPorts): Rewriter => {
  const ledger = openLedger();
  const prepared = new Map<string, readonly Step[]>();
  const portals = new Map<string, readonly Step[]>();

  const one = (statement: Statement, simple: boolean): Rewritten => {
    if (statement.words.length === 0) return { sql: statement.text, step: nothing };
    const step = stepOf(statement);
    const parameters = simple ? 0 : Math.min(parameterCount(statement), mostParameters);
    const fault = strike(statement, faults);
    // A COMMIT that fails ends its transaction; in a simple query that can be said, in a prepared one it cannot.
    if (fault && simple && step.kind === "end") {
      return { sql: `rollback; ${raise(fault)}`, step, fails: true };
    }
    const refusal =
      fault ?? ledger.refusalOf(step) ?? refusalOf(statement) ?? refusedCatalog(statement, refusedCatalogs);
    if (refusal) return { sql: raise(refusal, parameters), step: nothing, fails: true };
    return { sql: awsIam(statement, principalIdOf) ?? withoutAsync(statement), step };
  };

  const query = (sql: string): string => {
    let reached = true; // what stands behind a refusal is not run: it counts for nothing
    const rewritten = splitStatements(sql).map((statement) => {
      if (!reached) return statement.text;
      const { sql: text, step, fails } = one(statement, true);
      ledger.apply(step);
      reached = !fails;
      return text;
    });
    ledger.endOfMessage();
    return rewritten.join(";");
  };
  const parse = (statementName: string, sql: string): string => {
    const all = splitStatements(sql).map((statement) => one(statement, false));
    prepared.set(
      statementName,
      all.map(({ step }) => step),
    );
    return all.map(({ sql: text }) => text).join(";");
  };
  return {
    query,
    parse,
    bind: (portal, statementName) => void portals.set(portal, prepared.get(statementName) ?? []),
    execute: (portal) => {
      for (const step of portals.get(portal) ?? []) ledger.apply(step);
    },
    sync: () => ledger.endOfMessage(),
  };
};

/** CREATE INDEX ASYNC without its ASYNC: PostgreSQL builds the index at once. */
const withoutAsync = ({ text, words, shape }: Statement): string => {
  if (!/^CREATE (UNIQUE )?INDEX ASYNC\b/.test(shape)) return text;
  const at = words.findIndex(({ text: word }) => word.toUpperCase() === "ASYNC");
  return words
    .toSpliced(at, 1)
    .map((word) => word.text)
    .join(" ");
};
