// The closed list of session settings that DSQL lets a client choose.
// https://docs.aws.amazon.com/aurora-dsql/latest/userguide/accessing.html
import { nameOf, type Statement } from "./statement.ts";

const settable = new Set([
  "application_name",
  "client_encoding",
  "datestyle",
  "disable_sync_create_index",
  "dsql.enable_batched_nestloop",
  "extra_float_digits",
  "intervalstyle",
  "search_path",
  "timezone",
]);

const isSettable = (name: string): boolean => settable.has(name.toLowerCase()) || /^enable_\w+$/i.test(name);

/** `role` can be set for one transaction only. */
const isSettableLocally = (name: string): boolean => name === "role" || isSettable(name);

export const settingRefused = (name: string) => ({
  code: "0A000",
  message: `setting configuration parameter "${name}" not supported`,
});

const spelledOut: readonly (readonly [RegExp, string])[] = [
  [/^TIME ZONE /, "timezone"],
  [/^NAMES\b/, "client_encoding"],
  [/^SCHEMA '/, "search_path"],
  [/^AUTHORIZATION /, "session_authorization"],
  [/^XML OPTION /, "xmloption"],
];

/** The setting that a SET statement may not touch; undefined when it may, or when it sets no such thing. */
export const refusedSetting = ({ shape, words }: Statement): string | undefined => {
  const [, scope, rest = ""] = /^SET (?:(SESSION|LOCAL) )?(.+)$/.exec(shape) ?? [];
  if (!rest || /^(TRANSACTION|CONSTRAINTS|CHARACTERISTICS) /.test(rest)) return undefined;
  const from = scope ? 2 : 1;
  const to = words.findIndex((word, i) => i > from && (word.text === "=" || /^to$/i.test(word.text)));
  const written = words.slice(from, to < 0 ? from + 1 : to).map((word) => nameOf(word) ?? word.text);
  const name = spelledOut.find(([form]) => form.test(rest))?.[1] ?? written.join("");
  return (scope === "LOCAL" ? isSettableLocally(name) : isSettable(name)) ? undefined : name;
};

const managed = new Set(["user", "database", "options"]);

/**
 * What of a startup message goes on to PostgreSQL, or the first setting that DSQL refuses. `amzn-cluster-id` names the
 * cluster for clients behind PrivateLink and is no setting.
 */
export const startupSettings = (
  parameters: ReadonlyMap<string, string>,
): { readonly refused: string } | { readonly passed: ReadonlyMap<string, string> } => {
  const options = parameters.get("options") ?? "";
  const assigned = [...options.matchAll(/(?:-c\s*|--)([\w.-]+)=/g)].map(([, name = ""]) => name);
  const names = [...parameters.keys()].filter((name) => !managed.has(name) && !name.startsWith("_pq_."));
  const refused = [...assigned.filter((name) => name !== "amzn-cluster-id"), ...names].find(
    (name) => !isSettable(name),
  );
  if (refused !== undefined) return { refused };
  const left = options.replace(/(?:-c\s*|--)amzn-cluster-id=\S*/g, "").trim();
  const passed = new Map([...parameters].filter(([name]) => name !== "options"));
  return { passed: left ? passed.set("options", left) : passed };
};
