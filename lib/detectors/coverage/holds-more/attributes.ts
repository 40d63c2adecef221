// What the auditor's role may do by its attributes, beyond those that setup-sql gives it.
import { AUDITOR_NEEDS } from "../../../core/catalog/auditor-needs.ts";
import type { Role } from "../../../core/catalog/catalog.ts";
import { someOf } from "../../../core/findings/catalog-judgement.ts";
import type { AccessEngine } from "../../../core/privileges/effective.ts";
import type { Intent } from "../../../core/remediation/intent.ts";
import { noSuperuserSql } from "../../../core/remediation/no-superuser.ts";
import { script } from "../../../core/remediation/script.ts";
import { linesFor } from "../../../core/remediation/script-lines.ts";

/** One way in which it has more. `says`: after the name of the role. `holds`: each thing, by a name that stays. */
export type Excess = {
  readonly facet: string;
  readonly says: string;
  /** It can write, own or become more by it. */
  readonly grave: boolean;
  readonly holds: readonly string[];
  readonly how: string;
  readonly fix: () => string;
};

const attributes = {
  superuser: "SUPERUSER",
  createRole: "CREATEROLE",
  createDb: "CREATEDB",
  replication: "REPLICATION",
  bypassRls: "BYPASSRLS",
} as const satisfies { readonly [A in keyof Role]?: string };
type Attribute = keyof typeof attributes;

const neededAttributes: Partial<Record<Attribute, boolean>> = AUDITOR_NEEDS.attributes;

/** What it may do by an attribute that setup-sql does not give it. */
export const attributesOf = (role: Role): readonly Attribute[] =>
  (Object.keys(attributes) as Attribute[]).filter((one) => role[one] && neededAttributes[one] !== true);

/** The attributes as one way. */
export const attributeExcess = (engine: AccessEngine, self: Role): Excess[] => {
  const found = attributesOf(self);
  if (found.length === 0) return [];
  const ordinary = found.filter((one) => one !== "superuser");
  const intent: Intent = {
    operation: {
      ...{ does: "attributes", role: self.oid },
      attributes: Object.fromEntries(ordinary.map((one) => [one, false])),
    },
    as: null,
  };
  const holds = found.map((one) => attributes[one]);
  return [
    {
      ...{ facet: "attributes", says: `has ${someOf(holds, 5)}`, grave: true, holds },
      how: "as an attribute of the role",
      fix: () =>
        [
          ...(found.length > ordinary.length ? [noSuperuserSql(engine, self)] : []),
          ...(ordinary.length ? [script(linesFor(engine, [intent]))] : []),
        ].join("\n"),
    },
  ];
};
