// Where a value comes from that nobody typed: option, then environment, then file, then what is built in.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { AuditError } from "../lib/errors.ts";
import type { Io } from "./io.ts";

export type Level = "option" | "environment" | "file" | "default";
/** `from` says it for people: "--table", "$AWS_REGION", the file, "built in". */
export type Told = { readonly value: string; readonly level: Level; readonly from: string };
export type Defaults = {
  /** One of the two at most: a store that a higher level names hides the other kind below it. */
  readonly store?: Told;
  readonly table?: Told;
  readonly region?: Told;
  readonly cluster?: Told;
};

/** A word about the nearest file without its parser: most folders have none. */
const hasConfigFile = (folder: string): boolean => {
  if (existsSync(join(folder, "dsql-audit.config.json"))) return true;
  const above = dirname(folder);
  return above !== folder && hasConfigFile(above);
};

const ofEnvironment = ({ env }: Pick<Io, "env">): Defaults => {
  const told = (name: string): Told | undefined => {
    const value = env[name];
    return value ? { value, level: "environment", from: `$${name}` } : undefined;
  };
  const [store, table, region] = [
    told("DSQL_AUDIT_STORE"),
    told("DSQL_AUDIT_TABLE"),
    told("AWS_REGION") ?? told("AWS_DEFAULT_REGION"),
  ];
  if (store && table) {
    throw new AuditError("usage", "DSQL_AUDIT_STORE and DSQL_AUDIT_TABLE name two stores", {
      hint: "Unset one of them, or name the store with --store or --table.",
    });
  }
  return { ...(store && { store }), ...(table && { table }), ...(region && { region }) };
};

const ofFile = async (cwd: string): Promise<Defaults> => {
  if (!hasConfigFile(resolve(cwd))) return {};
  const { readConfigFile } = await import("./config-file.ts");
  const found = readConfigFile(cwd);
  if (!found) return {};
  const { store, table, region, cluster } = found.config;
  const told = (value: string): Told => ({ value, level: "file", from: found.file });
  return {
    ...(store !== undefined && { store: told(resolve(dirname(found.file), store)) }),
    ...(table !== undefined && { table: told(table) }),
    ...(region !== undefined && { region: told(region) }),
    ...(cluster !== undefined && { cluster: told(cluster) }),
  };
};

/** What holds where no option says otherwise. AuditError `usage` and `config` where a level contradicts itself. */
export const readDefaults = async (io: Pick<Io, "env" | "cwd">, storeIsNamed = false): Promise<Defaults> => {
  const file = await ofFile(io.cwd);
  const { AWS_REGION, AWS_DEFAULT_REGION } = io.env;
  const env = ofEnvironment(storeIsNamed ? { env: { AWS_REGION, AWS_DEFAULT_REGION } } : io);
  const named = env.store || env.table ? env : file;
  return {
    ...(named.store && { store: named.store }),
    ...(named.table && { table: named.table }),
    ...((env.region ?? file.region) && { region: env.region ?? file.region }),
    ...(file.cluster && { cluster: file.cluster }),
  } as Defaults;
};

/**
 * Gives the options of a command that works on a store what nobody typed. A source that is named decides alone: neither
 * its Region nor its name comes from elsewhere.
 */
export const fillIn = async (command: Command, io: Pick<Io, "env" | "cwd">): Promise<void> => {
  const knows = (name: string): boolean => command.options.some((one) => one.attributeName() === name);
  const given = (name: string): boolean => command.getOptionValueSource(name) !== undefined;
  if (!knows("table")) return;
  const source = given("url") || given("endpoint") || given("catalog");
  const asksTheSource = source && knows("at");
  const storeIsNamed = given("store") || given("table");
  if (asksTheSource) return;
  const { store, table, region, cluster } = await readDefaults(io, storeIsNamed);
  const put = (name: string, told: Told | undefined): void => {
    if (told && !given(name)) command.setOptionValueWithSource(name, told.value, told.level);
  };
  if (!storeIsNamed) {
    put("store", store);
    put("table", table);
  }
  // The Region of the table: that of an endpoint stands in its name.
  if (command.getOptionValue("table") !== undefined)
    put(given("endpoint") ? "tableRegion" : "region", region);
  if (!source) put("cluster", cluster);
};
