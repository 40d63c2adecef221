// What a role may be for, proposed from what it may do, who connects as it, and its name. A person decides.
import { counted } from "../base/counted.ts";
import type { Oid } from "../base/ids.ts";
import type { Archetype } from "./archetype.ts";
import type { AccessEngine } from "./effective.ts";
import type { RoleId } from "./effective-graph.ts";
import { type NameClaim, nameClaim } from "./name-claim.ts";
import { type RoleFigures, roleFigures, uncountable, uncounted } from "./role-figures.ts";

/** Who connects as a role: how many principals are people's, how many programs', and how many nobody can tell. */
export type ConnectsAs = { readonly people: number; readonly programs: number; readonly untold: number };

export type Proposal = {
  /** null: nothing can be proposed, and `because` says why. */
  readonly archetype: Archetype | null;
  /** One sentence without its full stop. */
  readonly because: string;
  /** The name claims the same, or nothing; false: it claims what the grants do not show. */
  readonly fits: boolean;
  /** All that could change it was read; false: the role may be able to do more. */
  readonly certain: boolean;
};

const callers = (by: ConnectsAs | null): "people" | "programs" | "both" | "nobody" | "unknown" => {
  if (by === null || by.untold > 0) return "unknown";
  if (by.people && by.programs) return "both";
  return by.people ? "people" : by.programs ? "programs" : "nobody";
};

const whoConnects: Readonly<Record<ReturnType<typeof callers>, string>> = {
  people: "people connect as it",
  programs: "programs connect as it",
  both: "people and programs connect as it",
  nobody: "nobody is mapped to it",
  unknown: "it is not known whether people or programs connect as it",
};

const inSchemas = ({ schemas }: RoleFigures): string => (schemas > 1 ? ` in ${schemas} schemas` : "");

/** "reads 3 of 12 tables", "reads and writes ...": what it may do with rows. */
const rowsText = (figures: RoleFigures): string => {
  const { reads, writes, tables, changes } = figures;
  const all = (n: number): string =>
    n === tables && n > 1 ? `all ${n} tables and views` : `${n} of ${tables} tables and views`;
  if (writes) {
    const also = reads === tables ? "all of them" : reads;
    return reads === writes
      ? `it may read and write ${all(writes)}${inSchemas(figures)}`
      : `it may write ${all(writes)}${inSchemas(figures)}${reads ? ` and read ${also}` : ""}`;
  }
  if (changes)
    return `it may change something, though no row of a table${reads ? `, and read ${all(reads)}` : ""}`;
  return `it may read ${all(reads)}${inSchemas(figures)} and change nothing`;
};

const keepsText = ({ owns, ownsThrough, createsIn }: RoleFigures): string =>
  `it ${[
    ...(owns ? [`owns ${counted(owns, "object")}`] : []),
    ...(ownsThrough ? [`has the rights of the owner of ${counted(ownsThrough, "object")}`] : []),
    ...(createsIn
      ? [
          `may create objects in ${createsIn === 1 ? "1 schema or database" : `${createsIn} schemas and databases`}`,
        ]
      : []),
  ].join(" and ")}`;

type Shown = Pick<Proposal, "archetype" | "because"> & { readonly claims: readonly Archetype[] };

/** Owning and creating is what a migration does, and what an application has that was set up without care. */
const ofKeeper = (figures: RoleFigures, who: ReturnType<typeof callers>): Shown => {
  const because = `${keepsText(figures)}, and ${whoConnects[who]}`;
  const claims = ["migration", "owner", "admin", "developer"] as const;
  if (who === "people") return { archetype: "developer", because, claims };
  if (figures.owns && who === "nobody" && !figures.canLogin) return { archetype: "owner", because, claims };
  return {
    archetype: "custom",
    because: `${because}: that fits a migration, and a service that was given too much`,
    claims,
  };
};

/** Programs are no developers, and people no service, whatever the name says. */
const usersOf = (who: ReturnType<typeof callers>): readonly Archetype[] => [
  ...(who === "people" ? [] : (["service"] as const)),
  ...(who === "programs" ? [] : (["developer"] as const)),
];

/** What the grants alone show, and the claims of a name that agree with it: then the claim says it better. */
const shown = (figures: RoleFigures, who: ReturnType<typeof callers>): Shown => {
  const { adminBy, takes, owns, ownsThrough, createsIn, reads, writes, changes } = figures;
  const [admin] = adminBy;
  if (admin !== undefined) return { archetype: "admin", because: `it ${admin}`, claims: ["admin"] };
  const [taken] = takes;
  if (taken !== undefined) {
    return { archetype: "custom", because: `it ${taken}, which no other archetype may`, claims: ["admin"] };
  }
  if (owns || ownsThrough || createsIn) return ofKeeper(figures, who);
  if (writes || changes) {
    const because = `${rowsText(figures)}, and ${whoConnects[who]}`;
    const archetype = who === "people" ? "developer" : who === "programs" ? "service" : "read-write";
    return { archetype, because, claims: ["read-write", ...usersOf(who)] };
  }
  if (reads) {
    const claims = ["read-only", "analytics", "backup", ...usersOf(who)] as const;
    return { archetype: "read-only", because: `${rowsText(figures)}, and ${whoConnects[who]}`, claims };
  }
  return { archetype: null, because: "it holds no privilege that says what it is for", claims: [] };
};

/** A name that disagrees is told beside what the grants show; where it claims reading, nothing that fits is left. */
const disagreeing = ({ archetype, because }: Shown, claim: NameClaim): Omit<Proposal, "certain"> => {
  const readers: readonly Archetype[] = ["read-only", "analytics", "backup"];
  const isReader = readers.includes(claim.archetype);
  return {
    archetype: isReader ? "custom" : archetype,
    because: `its name says "${claim.word}", but ${because}`,
    fits: false,
  };
};

/**
 * The archetype that a role's grants and its name point to; `by` null: its mappings could not be read. A name never
 * outweighs a grant: "readonly" that writes is custom. What else was not read is for `archetypeProposals` to say.
 */
export const proposeArchetype = (
  name: string,
  figures: RoleFigures,
  by: ConnectsAs | null,
): Omit<Proposal, "certain"> => {
  const found = shown(figures, callers(by));
  const { archetype, because } = found;
  const claim = nameClaim(name);
  if (archetype === null || !claim) return { archetype, because, fits: true };
  if (claim.archetype !== archetype && !found.claims.includes(claim.archetype))
    return disagreeing(found, claim);
  return { archetype: claim.archetype, because: `its name says "${claim.word}", and ${because}`, fits: true };
};

/**
 * What each of the roles may be for, in their order. `by`: who connects as a role, by its OID; null: nobody knows. Where
 * grants could not be read, no archetype.
 */
export const archetypeProposals = (
  engine: AccessEngine,
  by: ((role: Oid) => ConnectsAs) | null,
  roles: readonly RoleId[],
): ReadonlyMap<RoleId, Proposal> => {
  const unread = uncountable(engine);
  if (unread !== undefined) {
    const unknown = {
      archetype: null,
      because: `what it may do is not known: ${unread}`,
      fits: true,
      certain: false,
    };
    return new Map(roles.map((id) => [id, unknown]));
  }
  const open = uncounted(engine);
  const rest = open.length ? `; it may be able to do more: ${open.join(", ")} could not be read` : "";
  return new Map(
    [...roleFigures(engine, roles)].map(([id, figures]): [RoleId, Proposal] => {
      const { name = "", oid = 0 } = engine.graph.roles[id] ?? {};
      const found = proposeArchetype(name, figures, by?.(oid) ?? null);
      return [id, { ...found, because: `${found.because}${rest}`, certain: open.length === 0 }];
    }),
  );
};
