// The baseline, `access.yml`: the access that is wanted, as a file in review. What may stand in it, and what it means.
import * as z from "../base/zod.ts";
import { archetypes } from "../privileges/archetype.ts";
import { Calendar, Hours, isNetwork } from "./hours.ts";
import { beginOf, endOf, isMoment } from "./moments.ts";
import {
  allowed,
  anyPrivilege,
  Moment,
  named,
  notEmpty,
  RoleName,
  SchemaName,
  Until,
} from "./permissions.ts";

/** The version of the file's format; raised when a field changes its meaning. */
export const BASELINE_VERSION = 1;

const window = { from: Moment, to: Moment };
const inOrder = ({ from, to }: { readonly from: string; readonly to: string }): boolean =>
  !isMoment(from) || !isMoment(to) || beginOf(from) < endOf(to);
const notInOrder = { path: ["to"], message: "must not lie before from" };

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
    roles: notEmpty(RoleName).check(z.describe("Whoever is or can become one of these roles.")),
    schemas: notEmpty(SchemaName).check(z.describe("With privileges: in these schemas.")),
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
              roles: notEmpty(RoleName).check(z.describe("For these roles alone.")),
              schemas: notEmpty(SchemaName).check(z.describe("In these schemas alone.")),
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
