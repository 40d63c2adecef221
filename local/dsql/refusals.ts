// What DSQL does not do, with its own words. Texts come from AWS's guide and from public logs of real clusters; after
// "unsupported statement:" stands the name of PostgreSQL's parse node, seen for CREATE DATABASE and inferred for the rest.
import { refusedSetting, settingRefused } from "./settings.ts";
import { nameOf, type Statement, stringOf } from "./statement.ts";

export type SqlError = { readonly code: string; readonly message: string };

const unsupported = (message: string): SqlError => ({ code: "0A000", message });
const onSystemEntity = unsupported("feature not supported on system entity");

/** Names of a shape: PUBLIC and "public" are the same one, "PUBLIC" is another. */
const fold = (name: string): string => (name.startsWith('"') ? name.slice(1, -1) : name.toLowerCase());
const mentions = (list: string, names: readonly string[]): boolean =>
  list.split(" , ").some((name) => names.includes(fold(name)));

const systemSchemas = ["public", "sys", "pg_catalog", "information_schema"];

type Rule = (statement: Statement) => SqlError | undefined;

const rules: readonly Rule[] = [
  ({ shape }) => {
    const schemas = /^(?:GRANT|REVOKE) .* ON SCHEMA (.+?) (?:TO|FROM) /.exec(shape)?.[1];
    return schemas !== undefined && mentions(schemas, systemSchemas) ? onSystemEntity : undefined;
  },
  ({ shape }) =>
    /^(GRANT|REVOKE) .* ON (DATABASE|TABLESPACE|LANGUAGE|PARAMETER|FOREIGN|LARGE) (?!TO |FROM |,)/.test(shape)
      ? unsupported("unsupported object type in GRANT")
      : undefined,
  ({ shape }) => {
    const [, verb, roles = ""] = /^(ALTER|DROP) (?:ROLE|USER|GROUP) (?:IF EXISTS )?(.+)$/.exec(shape) ?? [];
    const named = verb === "ALTER" ? (roles.split(" ")[0] ?? "") : roles;
    return verb && mentions(named, ["admin"]) ? onSystemEntity : undefined;
  },
  (statement) => {
    const setting = refusedSetting(statement);
    return setting === undefined ? undefined : settingRefused(setting);
  },
  ({ shape }) => {
    const [, way] = /^CREATE (?:UNIQUE )?INDEX (ASYNC|CONCURRENTLY)?/.exec(shape) ?? [undefined, "none"];
    if (way === "CONCURRENTLY") return unsupported("CONCURRENTLY not supported for CREATE INDEX");
    return way === undefined ? unsupported("unsupported mode. please use CREATE INDEX ASYNC.") : undefined;
  },
  ({ shape, words }) => {
    if (!/^CREATE (OR REPLACE )?FUNCTION /.test(shape)) return undefined;
    const at = words.findIndex(({ kind, text }) => kind === "name" && text.toUpperCase() === "LANGUAGE");
    const language = at < 0 ? "sql" : (nameOf(words[at + 1]) ?? stringOf(words[at + 1])?.toLowerCase());
    return language === "sql"
      ? undefined
      : unsupported(`CREATE FUNCTION with language ${language} not supported`);
  },
  ({ shape }) => {
    const found = unsupportedStatements.find(([start]) => start.test(shape));
    return found && unsupported(`unsupported statement: ${found[1]}`);
  },
];

const unsupportedStatements: readonly (readonly [RegExp, string])[] = [
  [/^CREATE DATABASE\b/, "Createdb"],
  [/^DROP DATABASE\b/, "Dropdb"],
  [/^ALTER DATABASE\b/, "AlterDatabase"],
  [/^CREATE EXTENSION\b/, "CreateExtension"],
  [/^CREATE (OR REPLACE )?(CONSTRAINT )?TRIGGER\b/, "CreateTrig"],
  [/^CREATE EVENT TRIGGER\b/, "CreateEventTrig"],
  [/^CREATE POLICY\b/, "CreatePolicy"],
  [/^CREATE (OR REPLACE )?PROCEDURE\b/, "CreateFunction"],
  [/^CREATE (OR REPLACE )?RULE\b/, "Rule"],
  [/^CREATE MATERIALIZED VIEW\b/, "CreateTableAs"],
  [/^CREATE (GLOBAL |LOCAL )?TEMP(ORARY)?\b/, "Create"],
  [/^CREATE TABLESPACE\b/, "CreateTableSpace"],
  [/^CREATE PUBLICATION\b/, "CreatePublication"],
  [/^CREATE SUBSCRIPTION\b/, "CreateSubscription"],
  [/^DROP OWNED\b/, "DropOwned"],
  [/^TRUNCATE\b/, "Truncate"],
  [/^VACUUM\b/, "Vacuum"],
  [/^CLUSTER\b/, "Cluster"],
  [/^REINDEX\b/, "Reindex"],
  [/^LISTEN\b/, "Listen"],
  [/^UNLISTEN\b/, "Unlisten"],
  [/^NOTIFY\b/, "Notify"],
  [/^LOCK\b/, "Lock"],
  [/^LOAD\b/, "Load"],
  [/^DO\b/, "Do"],
  [/^DISCARD\b/, "Discard"],
  [/^CHECKPOINT\b/, "CheckPoint"],
];

/** Why DSQL does not run this statement, whatever came before it; undefined when it may run. */
export const refusalOf = (statement: Statement): SqlError | undefined => {
  for (const rule of rules) {
    const refusal = rule(statement);
    if (refusal) return refusal;
  }
  return undefined;
};
