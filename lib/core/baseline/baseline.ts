// The baseline, `access.yml`: the access that is wanted, as a file in review. What may stand in it, and what it means.
import * as z from "../base/zod.ts";
import { type AclKind, PRIVILEGES } from "../catalog/privileges.ts";
import { archetypes } from "../privileges/archetype.ts";
import { Calendar, Hours, isNetwork } from "./hours.ts";
import { beginOf, endOf, isMoment, MOMENT } from "./moments.ts";

/** The version of the file's format; raised when a field changes its meaning. */
export const BASELINE_VERSION = 1;

const named = (what: string, max: number) =>
  z
    .string()
    .check(
      z.minLength(1, "must not be empty"),
      z.maxLength(max, `must not be longer than ${max} characters`),
      z.describe(what),
    );
const RoleName = named("A database role, as the catalog writes its name.", 200);
const SchemaName = named("A schema, as the catalog writes its name.", 200);

const Moment = z
  .string()
  .check(
    z.regex(MOMENT, "must be a date (2026-12-31) or a time with an offset (2026-12-31T18:00Z)"),
    z.refine(isMoment, "is not in the calendar"),
  );
const Until = Moment.check(
  z.describe("The access is declared up to here; a date alone holds to the end of its day in UTC."),
);

const window = { from: Moment, to: Moment };
const inOrder = ({ from, to }: { readonly from: string; readonly to: string }): boolean =>
  !isMoment(from) || !isMoment(to) || beginOf(from) < endOf(to);
const notInOrder = { path: ["to"], message: "must not lie before from" };

/** OWNER beside a kind's privileges: whoever owns an object can do anything with it, and let others do it. */
export const OWNER = "OWNER";

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
  names: z.optional(
    z
      .array(named("The name without its schema; of a function with its arguments.", 8000))
      .check(z.minLength(1)),
  ),
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
    columns: z
      .optional(z.array(named("A column.", 200)).check(z.minLength(1)))
      .check(z.describe("These columns alone.")),
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
const anyPrivilege = z
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

const allowed = {
  database: z.optional(DatabasePermissions).check(z.describe("On the database itself.")),
  permissions: z.optional(z.array(SchemaPermissions)).check(z.describe("By schema.")),
  future: z
    .optional(z.array(FuturePermissions))
    .check(z.describe("Default privileges: on what is created later.")),
};

export const attributes = [
  "LOGIN",
  "SUPERUSER",
  "CREATEROLE",
  "CREATEDB",
  "REPLICATION",
  "BYPASSRLS",
] as const;
export type AttributeName = (typeof attributes)[number];

const Member = z.strictObject({
  role: RoleName.check(z.describe("The role that it is a member of.")),
  admin: z._default(z.boolean(), false).check(z.describe("WITH ADMIN OPTION. Default: false.")),
  inherit: z._default(z.boolean(), true).check(z.describe("WITH INHERIT OPTION. Default: true.")),
  set: z._default(z.boolean(), true).check(z.describe("WITH SET OPTION. Default: true.")),
  until: z.optional(Until),
});

const BreakGlass = z.strictObject({
  windows: z
    ._default(
      z.array(
        z
          .strictObject({ ...window, reason: z.string().check(z.minLength(1)) })
          .check(z.refine(inOrder, notInOrder)),
      ),
      [],
    )
    .check(z.describe("When its use is expected; any other use is a finding.")),
});

/** A part of the system with its database role, and all that the role may do. */
export const Component = z.strictObject({
  name: named("What people call it: checkout, reporting, migrations.", 200),
  role: RoleName,
  archetype: z
    .optional(z.enum(archetypes))
    .check(z.describe("What the role is for; it wins over what its name suggests.")),
  attributes: z.optional(z.array(z.enum(attributes))).check(z.describe("Of the role, as in CREATE ROLE.")),
  principals: z.optional(
    z.array(
      z.strictObject({
        arn: named("An IAM role or user that is mapped to the role.", 2048),
        until: z.optional(Until),
      }),
    ),
  ),
  memberOf: z.optional(z.array(Member)),
  ...allowed,
  hours: z.optional(Hours),
  networks: z
    .optional(
      z.array(
        z
          .string()
          .check(z.refine(isNetwork, "must be an address range (10.20.0.0/16) or a VPC endpoint (vpce-…)")),
      ),
    )
    .check(z.describe("Where its connections come from.")),
  breakGlass: z
    .optional(BreakGlass)
    .check(z.describe("For emergencies: nobody connects outside the windows declared.")),
});
export type Component = z.infer<typeof Component>;

const PublicAccess = z.strictObject({
  ...allowed,
  withheld: z
    .optional(z.strictObject(allowed))
    .check(
      z.describe(
        "What PostgreSQL gives to PUBLIC by itself and was revoked: EXECUTE on a function, CONNECT.",
      ),
    ),
});

const Duty = z
  .strictObject({
    name: named("What people call it: migrate, read customer data.", 200),
    roles: z
      .optional(z.array(RoleName).check(z.minLength(1)))
      .check(z.describe("Whoever is or can become one of these roles.")),
    schemas: z
      .optional(z.array(SchemaName).check(z.minLength(1)))
      .check(z.describe("With privileges: in these schemas.")),
    privileges: z.optional(anyPrivilege).check(z.describe("Whoever holds one of these there, by any path.")),
  })
  .check(
    z.refine(({ roles, schemas, privileges }) => Boolean(roles) || Boolean(schemas && privileges), {
      message: "needs roles, or schemas and privileges",
    }),
    z.refine(({ schemas, privileges }) => Boolean(schemas) === Boolean(privileges), {
      message: "needs schemas and privileges together",
    }),
  );
export type Duty = z.infer<typeof Duty>;

/** The whole file. */
export const Baseline = z
  .strictObject({
    version: z.literal(BASELINE_VERSION).check(z.describe("Of the format of this file: 1.")),
    cluster: z
      .optional(z.string().check(z.minLength(1), z.maxLength(512)))
      .check(z.describe("The ARN of the cluster that the file is for.")),
    components: z.array(Component),
    public: z.optional(PublicAccess).check(z.describe("What everybody may do: PUBLIC.")),
    sensitiveSchemas: z
      .optional(z.array(SchemaName))
      .check(z.describe("Only roles whose component names such a schema may reach what is in it.")),
    plannedChanges: z
      .optional(
        z.array(
          z
            .strictObject({
              name: named("What people call it: a ticket, a migration.", 200),
              ...window,
              roles: z
                .optional(z.array(RoleName).check(z.minLength(1)))
                .check(z.describe("For these roles alone.")),
              schemas: z
                .optional(z.array(SchemaName).check(z.minLength(1)))
                .check(z.describe("In these schemas alone.")),
            })
            .check(z.refine(inOrder, notInOrder)),
        ),
      )
      .check(z.describe("While one is open, access that is not declared is a note, no drift.")),
    duties: z.optional(z.array(Duty)),
    keepApart: z
      .optional(
        z.array(
          z.strictObject({
            duties: z
              .tuple([z.string(), z.string()])
              .check(z.describe("Two names of duties that no role and no principal may hold both.")),
            reason: z.optional(z.string().check(z.minLength(1))),
          }),
        ),
      )
      .check(z.describe("Separation of duties.")),
    holidays: z.optional(Calendar),
    detectors: z.optional(
      z.array(
        z.strictObject({
          detector: z
            .string()
            .check(z.minLength(1), z.describe("The id of a detector; docs/detectors.md lists them.")),
          cluster: z.optional(z.string().check(z.minLength(1))).check(z.describe("For this cluster alone.")),
          options: z.record(z.string(), z.unknown()).check(z.describe("Its options.")),
        }),
      ),
    ),
  })
  .check(
    z.superRefine(({ components, duties = [], keepApart = [] }, context) => {
      const twice = (names: readonly string[], path: string): void => {
        for (const [i, name] of names.entries()) {
          if (names.indexOf(name) === i) continue;
          context.addIssue({
            code: "custom",
            path: [path, i, "name"],
            message: "stands twice: names tell them apart",
          });
        }
      };
      twice(
        components.map(({ name }) => name),
        "components",
      );
      twice(
        duties.map(({ name }) => name),
        "duties",
      );
      const known = duties.map(({ name }) => name);
      for (const [i, { duties: pair }] of keepApart.entries()) {
        for (const [j, name] of pair.entries()) {
          if (known.includes(name)) continue;
          context.addIssue({
            code: "custom",
            path: ["keepApart", i, "duties", j],
            message: `is none of the duties declared; allowed: ${known.join(", ") || "none are declared"}`,
          });
        }
      }
    }),
    z.meta({
      title: "access.yml",
      description:
        "The access to a database that is wanted, for dsql-audit. What the database allows beside it is drift.",
    }),
  );
export type Baseline = z.infer<typeof Baseline>;
