// What the baseline may say of access: privileges on a database and on what is in its schemas, now and later, until some day.
import * as z from "../base/zod.ts";
import { type AclKind, PRIVILEGES } from "../catalog/privileges.ts";
import { isMoment, MOMENT } from "./moments.ts";
import { OWNER } from "./owner.ts";

/** A name that somebody wrote, `max` characters long at most; `what` says whose. */
export const named = (what: string, max: number) =>
  z
    .string()
    .check(
      z.minLength(1, "must not be empty"),
      z.maxLength(max, `must not be longer than ${max} characters`),
      z.describe(what),
    );
export const RoleName = named("A database role, as the catalog writes its name.", 200);
export const SchemaName = named("A schema, as the catalog writes its name.", 200);

export const Moment = z
  .string()
  .check(
    z.regex(MOMENT, "must be a date (2026-12-31) or a time with an offset (2026-12-31T18:00Z)"),
    z.refine(isMoment, "is not in the calendar"),
  );
export const Until = Moment.check(
  z.describe("The access is declared up to here; a date alone holds to the end of its day in UTC."),
);

/** A list that may be missing, but not be empty. */
export const notEmpty = <T extends z.ZodType>(of: T) => z.optional(z.array(of).check(z.minLength(1)));

const privilegesOf = (kind: AclKind, owned: boolean) => {
  const known: string[] = PRIVILEGES.filter(({ kinds }) => (kinds as readonly string[]).includes(kind)).map(
    ({ name }) => name,
  );
  return z
    .array(z.enum([...known, ...(owned ? [OWNER] : [])] as [string, ...string[]]))
    .check(z.minLength(1));
};

const granted = (kind: AclKind, owned = true) => ({
  privileges: privilegesOf(kind, owned).check(z.describe("What may be done with it.")),
  grantOption: z
    .optional(privilegesOf(kind, false))
    .check(z.describe("Those of the privileges that may be passed on.")),
});

type Passable = {
  readonly privileges?: readonly string[] | undefined;
  readonly grantOption?: readonly string[] | undefined;
};
const passesOnItsOwn = ({ privileges = [], grantOption = [] }: Passable): boolean =>
  grantOption.every((privilege) => privileges.includes(privilege));
const notItsOwn = { path: ["grantOption"], message: "names a privilege that is not in privileges" };

const objectNames = {
  names: notEmpty(named("The name without its schema; of a function with its arguments.", 8000)),
  all: z
    .optional(z.literal(true))
    .check(z.describe("Every object of this kind in the schema, instead of names.")),
};
const eitherNames = ({ names, all }: { readonly names?: unknown; readonly all?: unknown }): boolean =>
  (names === undefined) !== (all === undefined);
const notEither = { message: "needs either names or all: true" };

const objects = (kind: AclKind) =>
  z
    .strictObject({ ...objectNames, ...granted(kind), until: z.optional(Until) })
    .check(z.refine(eitherNames, notEither), z.refine(passesOnItsOwn, notItsOwn));

const Tables = z
  .strictObject({
    ...objectNames,
    columns: notEmpty(named("A column.", 200)).check(z.describe("These columns alone.")),
    ...granted("table"),
    until: z.optional(Until),
  })
  .check(
    z.refine(eitherNames, notEither),
    z.refine(passesOnItsOwn, notItsOwn),
    z.superRefine(({ columns, privileges, all }, context) => {
      if (!columns) return;
      if (all) context.addIssue({ code: "custom", path: ["columns"], message: "needs names, not all: true" });
      const known = privilegesOf("column", false).def.element.options;
      for (const [i, privilege] of privileges.entries()) {
        if (known.includes(privilege)) continue;
        context.addIssue({
          code: "custom",
          path: ["privileges", i],
          message: `${privilege} cannot be granted on columns; allowed: ${known.join(", ")}`,
        });
      }
    }),
  );

/** What a role may do in one schema. */
export const SchemaPermissions = z
  .strictObject({
    schema: SchemaName,
    privileges: z.optional(privilegesOf("schema", true)).check(z.describe("On the schema itself.")),
    grantOption: granted("schema").grantOption,
    tables: z.optional(z.array(Tables)).check(z.describe("Tables and views.")),
    sequences: z.optional(z.array(objects("sequence"))),
    functions: z.optional(z.array(objects("function"))).check(z.describe("Functions and procedures.")),
    types: z.optional(z.array(objects("type"))),
    until: z
      .optional(Until)
      .check(z.describe("All that is said of this schema here is declared up to then.")),
  })
  .check(z.refine(passesOnItsOwn, notItsOwn));
export type SchemaPermissions = z.infer<typeof SchemaPermissions>;

const DatabasePermissions = z
  .strictObject({ ...granted("database"), until: z.optional(Until) })
  .check(z.refine(passesOnItsOwn, notItsOwn));

const futureKinds = ["tables", "sequences", "functions", "types", "schemas"] as const;
export const anyPrivilege = z
  .array(
    z.enum([...new Set(PRIVILEGES.filter(({ kinds }) => kinds.length).map(({ name }) => name))] as [string]),
  )
  .check(z.minLength(1));

/** What ALTER DEFAULT PRIVILEGES gives on objects that are created later. */
export const FuturePermissions = z
  .strictObject({
    createdBy: RoleName.check(z.describe("The role that creates the objects.")),
    schema: z.optional(SchemaName).check(z.describe("In this schema; without, in every schema.")),
    on: z.enum(futureKinds),
    privileges: anyPrivilege,
    grantOption: z.optional(anyPrivilege),
    until: z.optional(Until),
  })
  .check(z.refine(passesOnItsOwn, notItsOwn));
export type FuturePermissions = z.infer<typeof FuturePermissions>;

/** What a component, or everybody, may do. */
export const allowed = {
  database: z.optional(DatabasePermissions).check(z.describe("On the database itself.")),
  permissions: z.optional(z.array(SchemaPermissions)).check(z.describe("By schema.")),
  future: z
    .optional(z.array(FuturePermissions))
    .check(z.describe("Default privileges: on what is created later.")),
};
