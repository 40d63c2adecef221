// What a baseline declares, entry by entry, in the terms in which a catalog shows it.
import type { Instant } from "../base/time.ts";
import { type Access, access, type ObjectClass } from "./access.ts";
import type { Baseline, Component } from "./baseline.ts";
import { endOf } from "./moments.ts";
import type { FuturePermissions, SchemaPermissions } from "./permissions.ts";

export type Declared = Access & {
  readonly component: string | null;
  /** As written; null: without an end. */
  readonly until: string | null;
  /** On every object of the kind in the schema: `object` is null. */
  readonly all: boolean;
};

type Said = { readonly privileges: readonly string[]; readonly grantOption?: readonly string[] | undefined };
type Allowed = Pick<Component, "database" | "permissions" | "future">;
type For = { readonly component: string | null; readonly role: string | null };

/** The earlier of two ends, as written. */
const earlier = (a: string | undefined, b: string | undefined): string | null => {
  if (a === undefined || b === undefined) return a ?? b ?? null;
  return endOf(a) <= endOf(b) ? a : b;
};

const said = (
  { component, role }: For,
  { privileges, grantOption = [] }: Said,
  place: Partial<Access> & { readonly all?: boolean },
  until: string | null,
  what: Access["what"] = "privilege",
): Declared[] => {
  const { all = false, ...where } = place;
  return privileges.map((privilege) => ({
    ...access({
      what,
      role,
      ...where,
      privilege,
      options: grantOption.includes(privilege) ? ["GRANT OPTION"] : [],
    }),
    component,
    until,
    all,
  }));
};

type NamedObjects = Said & {
  readonly names?: readonly string[] | undefined;
  readonly all?: true | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly until?: string | undefined;
};

const inSchema = (who: For, permissions: SchemaPermissions): Declared[] => {
  const {
    schema,
    privileges = [],
    grantOption,
    tables = [],
    sequences = [],
    functions = [],
    types = [],
  } = permissions;
  const onObjects = (kind: ObjectClass, all: readonly NamedObjects[]): Declared[] =>
    all.flatMap((one) => {
      const until = earlier(one.until, permissions.until);
      if (one.all) return said(who, one, { kind, schema, all: true }, until);
      return (one.names ?? []).flatMap((object) =>
        one.columns
          ? one.columns.flatMap((column) => said(who, one, { kind: "column", schema, object, column }, until))
          : said(who, one, { kind, schema, object }, until),
      );
    });
  return [
    ...said(who, { privileges, grantOption }, { kind: "schema", schema }, permissions.until ?? null),
    ...onObjects("table", tables),
    ...onObjects("sequence", sequences),
    ...onObjects("function", functions),
    ...onObjects("type", types),
  ];
};

const futureClass: Readonly<Record<FuturePermissions["on"], ObjectClass>> = {
  tables: "table",
  sequences: "sequence",
  functions: "function",
  types: "type",
  schemas: "schema",
};

const allowedTo = (who: For, { database, permissions = [], future = [] }: Allowed): Declared[] => [
  ...(database ? said(who, database, { kind: "database" }, database.until ?? null) : []),
  ...permissions.flatMap((one) => inSchema(who, one)),
  ...future.flatMap((one) =>
    said(
      who,
      one,
      { kind: futureClass[one.on], schema: one.schema ?? null, createdBy: one.createdBy },
      one.until ?? null,
      "future",
    ),
  ),
];

const ofComponent = (component: Component): Declared[] => {
  const { name, role, attributes = [], principals = [], memberOf = [] } = component;
  const who = { component: name, role };
  const plain = { component: name, all: false };
  return [
    ...said(who, { privileges: attributes }, {}, null, "attribute"),
    ...memberOf.map((member) => ({
      ...access({
        what: "membership",
        role,
        object: member.role,
        privilege: "MEMBER",
        options: [
          ...(member.admin ? ["ADMIN OPTION"] : []),
          ...(member.inherit ? ["INHERIT OPTION"] : []),
          ...(member.set ? ["SET OPTION"] : []),
        ],
      }),
      ...plain,
      until: member.until ?? null,
    })),
    ...principals.map(({ arn, until }) => ({
      ...access({ what: "mapping", role, principal: arn, privilege: "" }),
      ...plain,
      until: until ?? null,
    })),
    ...allowedTo(who, component),
  ];
};

/** All access that the baseline declares, ended or not; ask `isOver` of each. */
export const declaredAccess = (baseline: Baseline): readonly Declared[] => [
  ...baseline.components.flatMap(ofComponent),
  ...allowedTo({ component: null, role: null }, baseline.public ?? {}),
];

/** What PostgreSQL gives to PUBLIC by itself and the baseline says to be revoked. */
export const withheldAccess = (baseline: Baseline): readonly Declared[] =>
  allowedTo({ component: null, role: null }, baseline.public?.withheld ?? {});

/** Whether its end has come. */
export const isOver = ({ until }: Pick<Declared, "until">, at: Instant): boolean =>
  until !== null && at >= endOf(until);

/** The component that declares a role; null: none does. */
export const componentOf = (baseline: Baseline, role: string | null): string | null =>
  (role !== null && baseline.components.find((component) => component.role === role)?.name) || null;
