// Packages the stack as a deployment would, in a directory of its own, and reads what came out.
import { execFile } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { strFromU8, unzipSync } from "fflate";

export const root = join(import.meta.dirname, "../..");

type Json = Record<string, unknown>;
export type Made = {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly Properties: Json;
};
type Template = {
  readonly Parameters: Readonly<Record<string, { readonly Default?: string }>>;
  readonly Conditions: Json;
  readonly Resources: Readonly<Record<string, Made>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
};

/** One function's zip: its size, and where each of its files was unpacked. */
type Bundle = {
  readonly zipBytes: number;
  readonly files: readonly string[];
  readonly code: string;
  /** The files that left something in the bundle. */
  readonly sources: readonly string[];
  /** Where it was unpacked to, outside of the checkout. */
  readonly directory: string;
};

export type Stack = {
  readonly template: Template;
  /** The first deployment's template. */
  readonly first: Json;
  readonly bundle: (fn: string) => Bundle;
  readonly remove: () => void;
};

const SOURCES = ["handlers", "lib", "deploy", "node_modules", "package.json"];

/** A directory with all that the framework reads, and no parameters of a stage. */
export const deployable = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "dsql-audit-package-"));
  for (const name of SOURCES) symlinkSync(join(root, name), join(directory, name));
  copyFileSync(join(root, "serverless.yml"), join(directory, "serverless.yml")); // no link is taken for a configuration
  mkdirSync(join(directory, "home"));
  return directory;
};

/** Loaded before the framework: whoever connects to anywhere gets an error. */
const NO_NETWORK = `--import=data:text/javascript,${encodeURIComponent(
  'import { Socket } from "node:net"; Socket.prototype.connect = () => { throw new Error("there is no network"); };',
)}`;

/** Runs the framework with an empty environment: no account, no login, no network, nothing of this machine. Rejects with its words. */
export const framework = async (directory: string, ...args: readonly string[]): Promise<void> => {
  const home = join(directory, "home");
  await promisify(execFile)(process.execPath, ["node_modules/serverless/bin/serverless.js", ...args], {
    cwd: directory,
    env: {
      PATH: dirname(process.execPath),
      HOME: home,
      AWS_EC2_METADATA_DISABLED: "true",
      NODE_OPTIONS: NO_NETWORK,
    },
    maxBuffer: 1e8,
    timeout: 120_000,
  }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${args.join(" ")} failed:\n${error.stdout ?? ""}${error.stderr ?? ""}`, {
      cause: error,
    });
  });
};

/** Packages for a stage that has no file of parameters. */
export const packageStack = async (): Promise<Stack> => {
  const directory = deployable();
  await framework(directory, "package").catch((error) => {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  });
  const out = join(directory, ".serverless");
  const json = (file: string) => JSON.parse(readFileSync(join(out, file), "utf8"));
  return {
    template: json("cloudformation-template-update-stack.json") as Template,
    first: json("cloudformation-template-create-stack.json") as Json,
    bundle: (fn) => {
      const zip = join(out, `${fn}.zip`);
      const unpacked = join(directory, "unpacked", fn);
      const entries = Object.entries(unzipSync(readFileSync(zip)));
      for (const [name, bytes] of entries) {
        mkdirSync(dirname(join(unpacked, name)), { recursive: true });
        writeFileSync(join(unpacked, name), bytes);
      }
      const texts = (end: string): string[] =>
        entries.filter(([name]) => name.endsWith(end)).map(([, bytes]) => strFromU8(bytes));
      return {
        zipBytes: statSync(zip).size,
        files: entries.map(([name]) => name).sort(),
        code: texts(".mjs").join("\n"),
        sources: texts(".map").flatMap((map) => (JSON.parse(map) as { sources: string[] }).sources),
        directory: unpacked,
      };
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};

/** One statement of a policy. */
export type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

/** `ingestEvents` -> `IngestEvents`, as logical ids begin. */
export const upper = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Finds resources in a template that is there by the time of asking. */
export const lookIn = (stack: () => Stack) => {
  const made = (logicalId: string): Made => {
    const resource = stack().template.Resources[logicalId];
    if (!resource) throw new Error(`the template has no ${logicalId}`);
    return resource;
  };
  return {
    made,
    /** The resources of one type, by logical id. */
    all: (type: string): [string, Made][] =>
      Object.entries(stack().template.Resources).filter(([, { Type }]) => Type === type),
    lambda: (fn: string): Made => made(`${upper(fn)}LambdaFunction`),
  };
};

/** The text of Fn::Sub, and the values that it has of its own. */
const subIn = (says: unknown): readonly [text: unknown, own: Json] =>
  Array.isArray(says) ? [says[0], says[1] as Json] : [says, {}];

/** The logical ids that a value names: by Ref, Fn::GetAtt and within Fn::Sub; of two by a condition, those of the first. */
export const named = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(named);
  if (typeof value !== "object" || value === null) return [];
  const { Ref, "Fn::GetAtt": att, "Fn::Sub": says, "Fn::If": choice, ...rest } = value as Json;
  const [text, own] = subIn(says);
  return [
    ...named(Object.values(own)),
    ...(Array.isArray(choice) ? named(choice[1]) : []),
    ...(typeof Ref === "string" ? [Ref] : []),
    ...(Array.isArray(att) ? [String(att[0])] : typeof att === "string" ? [att.split(".")[0] ?? ""] : []),
    ...(typeof text === "string"
      ? [...text.matchAll(/\$\{([\w:]+)(?:\.\w+)?\}/g)].flatMap(([, id = ""]) => (id in own ? [] : [id]))
      : []),
    ...named(Object.values(rest)),
  ].filter((id) => !id.startsWith("AWS::"));
};

/** A value as CloudFormation has it where just these conditions hold: one of each two, and no property that is left out. */
export const chosen = (value: unknown, conditions: readonly string[]): unknown => {
  const isLeftOut = (one: unknown): boolean =>
    typeof one === "object" && one !== null && (one as Json).Ref === "AWS::NoValue";
  if (Array.isArray(value))
    return value.map((item) => chosen(item, conditions)).filter((item) => !isLeftOut(item));
  if (typeof value !== "object" || value === null) return value;
  const { "Fn::If": choice } = value as Json;
  if (Array.isArray(choice)) return chosen(choice[conditions.includes(choice[0]) ? 1 : 2], conditions);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => [name, chosen(one, conditions)] as const)
      .filter(([, one]) => !isLeftOut(one)),
  );
};

/** A value with Ref, Fn::GetAtt, Fn::Sub and Fn::Join filled in, and the first of two by a condition: what `values` has not, is its own name. */
export const filled = (value: unknown, values: Readonly<Record<string, string>>): unknown => {
  const of = (name: string): string => values[name] ?? name;
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (typeof value !== "object" || value === null) return value;
  const { Ref, "Fn::GetAtt": att, "Fn::Sub": says, "Fn::Join": join, "Fn::If": choice } = value as Json;
  const [text, own] = subIn(says);
  const ofText = (name: string): string => (name in own ? String(filled(own[name], values)) : of(name));
  if (Array.isArray(choice)) return filled(choice[1], values);
  if (typeof Ref === "string") return of(Ref);
  if (Array.isArray(att)) return of(att.join("."));
  if (typeof text === "string") return text.replace(/\$\{([\w:.]+)\}/g, (_, name: string) => ofText(name));
  if (Array.isArray(join)) return (filled(join[1], values) as string[]).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, values)]));
};

/** What the references of a deployment could stand for. */
export const VALUES = {
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::AccountId": "111122223333",
  "AWS::StackName": "dsql-access-auditor-prod",
  TrailBucket: "trails",
  TrailPrefix: "org/",
  "SnapshotRole.Arn": "arn:aws:iam::111122223333:role/snapshot",
};

type Policy<S> = { readonly PolicyDocument: { readonly Statement: readonly S[] } };

/** The policies in a role, those too that only a parameter asks for, and those that it takes away. */
export const policiesOf = <S>({ Policies }: { readonly [name: string]: unknown }): readonly Policy<S>[] =>
  (Policies as (Policy<S> & { readonly "Fn::If"?: readonly [string, ...Policy<S>[]] })[])
    .flatMap((policy) => policy["Fn::If"]?.slice(1) ?? [policy])
    .filter((policy): policy is Policy<S> => typeof policy === "object" && "PolicyDocument" in policy);

/** A property with references filled in. */
export const property = (resource: Made, name: string): unknown => filled(resource.Properties[name], VALUES);
