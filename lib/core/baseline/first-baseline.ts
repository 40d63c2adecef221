// The baseline to begin with: what a catalog allows, what each role seems to be for, and whom IAM lets in as admin.
import type { Oid } from "../base/ids.ts";
import { visible } from "../base/visible-text.ts";
import { isDsql, rowsOf } from "../catalog/catalog.ts";
import { keepsObjects } from "../privileges/archetype.ts";
import type { AccessEngine } from "../privileges/effective.ts";
import { leftoverWord } from "../privileges/leftover-name.ts";
import { archetypeProposals, type ConnectsAs, type Proposal } from "../privileges/propose-archetype.ts";
import type { Baseline, Component } from "./baseline.ts";
import { baselineOf } from "./baseline-of.ts";
import { DSQL_ADMIN } from "./live-access.ts";

/** Whom IAM lets in as admin, by ARN, and of how many nobody knows; `notRead`: why there is no such list. */
export type AdminList =
  | { readonly named: readonly string[]; readonly unknown: number }
  | { readonly notRead: string };

export type FirstBaseline = {
  readonly baseline: Baseline;
  /** What stands beside the role of a component, by role: why it has its archetype, or what may be declared. */
  readonly notes: ReadonlyMap<string, string>;
  /** What could not be known, each a line of the head. */
  readonly comments: readonly string[];
};

/**
 * Whether the proposal can be declared without a person: it changes no finding. An archetype that lets a role have more
 * than its name would, or that ends a finding of today, is for people to decide, and is written as a comment.
 */
const isPlain = (name: string, { archetype, fits, certain }: Proposal, by: ConnectsAs | null): boolean => {
  if (!fits || !certain || leftoverWord(name) !== undefined) return false;
  switch (archetype) {
    case "read-only":
    case "analytics":
    case "backup":
    case "service":
    case "read-write":
      return true;
    case "migration":
      return keepsObjects(name, undefined);
    case "developer":
      return by !== null && by.people === 1 && by.programs + by.untold === 0;
    default:
      return false;
  }
};

/** A proposal that is for people to decide, as the comment that becomes the declaration once it is uncommented. */
const toDecide = ({ archetype, because }: Proposal): string =>
  archetype === null
    ? `archetype: none is proposed, ${because}`
    : `archetype: ${archetype} # if you agree: ${because}`;

/** The archetype stands behind the role: what the file says first of a component is what it is for. */
const withArchetype = (
  { name, role, ...rest }: Component,
  archetype: Component["archetype"] | null,
): Component => ({ name, role, ...(archetype && { archetype }), ...rest });

/** Why no list can be written: an empty one would say that nobody may. */
const notKnown = (admins: AdminList): string | undefined => {
  if ("notRead" in admins) return admins.notRead;
  return admins.named.length === 0 && admins.unknown > 0 ? "what IAM says of them is not known" : undefined;
};

const adminsIn = (
  engine: AccessEngine,
  components: readonly Component[],
  admins: AdminList,
): Pick<FirstBaseline, "comments"> & { readonly components: readonly Component[] } => {
  const { catalog } = engine;
  if (!isDsql(catalog)) return { components, comments: [] };
  const hasAdmin = rowsOf(catalog, "roles").some(({ name }) => name === DSQL_ADMIN);
  const why = notKnown(admins) ?? (hasAdmin ? undefined : "the roles could not be read");
  if (why !== undefined || "notRead" in admins) {
    return {
      components,
      comments: [
        `NOT KNOWN: who may connect as admin (${visible(why ?? "", 200)}), so nobody is declared.`,
        "Name them in a component with the role admin and its principals.",
      ],
    };
  }
  const known = components.find(({ role }) => role === DSQL_ADMIN);
  const mapped = (known?.principals ?? []).map(({ arn }) => arn);
  const principals = [...new Set([...mapped, ...admins.named])].map((arn) => ({ arn }));
  const admin = { name: DSQL_ADMIN, role: DSQL_ADMIN, ...known, ...(principals.length && { principals }) };
  const { unknown } = admins;
  return {
    components: [admin, ...components.filter((one) => one !== known)],
    comments: unknown
      ? [
          `NOT KNOWN: whether ${unknown} more ${unknown === 1 ? "identity" : "identities"} may connect as admin, so they are not declared.`,
        ]
      : [],
  };
};

/**
 * Declares all access of the engine's catalog. `driftOf` finds nothing but what was not read, and no finding of
 * over-privilege begins or ends by it but `undeclared-admin`. `by`: who connects as a role, by its OID; null: nobody knows.
 */
export const firstBaseline = (
  engine: AccessEngine,
  by: ((role: Oid) => ConnectsAs) | null,
  admins: AdminList,
): FirstBaseline => {
  const made = baselineOf(engine.catalog);
  const { idOfName, roles } = engine.graph;
  const ids = made.components.flatMap(({ role }) => idOfName.get(role) ?? []);
  const proposals = archetypeProposals(engine, by, ids);
  const notes = new Map<string, string>();
  const components = made.components.map((component): Component => {
    const id = idOfName.get(component.role);
    const proposal = id === undefined ? undefined : proposals.get(id);
    if (!proposal || component.role === DSQL_ADMIN) return component;
    const oid = roles[id ?? -1]?.oid ?? 0;
    const declares = isPlain(component.role, proposal, by?.(oid) ?? null);
    notes.set(component.role, declares ? proposal.because : toDecide(proposal));
    return withArchetype(component, declares ? proposal.archetype : null);
  });
  const found = adminsIn(engine, components, admins);
  if (found.components !== components)
    notes.set(DSQL_ADMIN, "whom IAM allows dsql:DbConnectAdmin, some of them on conditions perhaps");
  return {
    baseline: { ...made, components: [...found.components] },
    notes,
    comments: found.comments,
  };
};
