// What everybody of an incident can reach, and the statements that cut them off: whoever was let in comes first.
import { counted } from "../core/base/counted.ts";
import type { Principal } from "../core/base/ids.ts";
import { principalName } from "../core/base/visible-text.ts";
import { type Finding, worstFirst } from "../core/findings/finding.ts";
import { refusedWithoutMapping } from "../core/findings/refused-only.ts";
import type { Incident } from "../core/incidents/incident.ts";
import { partiesOf } from "../core/incidents/parties.ts";
import { iamCutLines } from "./cut-off-text.ts";
import { fixLines } from "./finding-lines.ts";
import { wrapped } from "./page.ts";
import { MAX_ROLES, type Reach, reachLines } from "./reach-text.ts";

/** What a principal can reach; undefined: nobody has looked. */
export type ReachOf = (principal: Principal) => Reach | undefined;

/** Each of them takes up to ten lines: a mail that nobody scrolls through helps nobody. */
const MAX_CUT = 5;

/** AWS documents no way to end a connection, and none to list them: UserGuide/considerations.html */
const STOPS =
  "This stops new connections. Those that are open can go on for up to an hour: AWS documents no way to end them.";

/** Of who was only refused and has no way in: nothing that could be open but a connection from before. */
const ATTEMPTS = {
  never:
    "All that was seen was refused, and no mapping named who tried: what is left to stop is further attempts.",
  revoked:
    "All that was seen was refused, and the mapping of who tried was revoked: what is left to stop is further attempts. A connection from before the revoke can go on for up to an hour.",
} as const;

/** What there is to stop. Who has a mapping, or may be admin as far as is known, has a way in, whatever was seen. */
const stopsText = (reaches: readonly Reach[], attacks: readonly Finding[]): string => {
  const states = new Set(attacks.map(refusedWithoutMapping));
  const isBarred = reaches.every(
    ({ roles, mayBeMapped, asAdmin }) => !roles.length && !mayBeMapped && asAdmin === "denied",
  );
  if (!isBarred || states.has(undefined)) return STOPS;
  return ATTEMPTS[states.has("revoked") ? "revoked" : "never"];
};

/** Both walls, each with where it is done and what it stops. */
const cutLines = (
  reaches: readonly Reach[],
  iam: readonly string[],
  attacks: readonly Finding[],
): string[] => {
  const all = new Set(reaches.flatMap(({ roles }) => roles.slice(0, MAX_ROLES).map(({ revoke }) => revoke)));
  const more = reaches.reduce((sum, { roles }) => sum + Math.max(0, roles.length - MAX_ROLES), 0);
  const where = `In the database, as admin, to end the ${all.size > 1 ? "mappings" : "mapping"}:`;
  const ways = [
    ...(all.size ? [where, ...[...all].flatMap((sql) => fixLines(sql))] : []),
    ...(more ? [`-- ${counted(more, "more mapping")}: see each finding.`] : []),
    ...iam,
  ];
  return ways.length ? [...wrapped(stopsText(reaches, attacks)), ...ways] : [];
};

const namesOf = (principals: readonly Principal[]): string => {
  const names = principals.slice(0, MAX_CUT).map(principalName);
  const more = principals.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
};

/** Who is left out of it, and why. */
const leftOut = (cut: readonly Principal[], notNamed: number, refused: readonly Principal[]): string[] => [
  ...(cut.length
    ? wrapped(`Not shown here: ${namesOf(cut)}. Look them up in the finding, and cut them off alike.`)
    : []),
  ...(notNamed ? wrapped(`${counted(notNamed, "more principal")} got in, and too many to name.`) : []),
  ...(refused.length ? wrapped(`Only refused so far, and not shown here: ${namesOf(refused)}.`) : []),
];

export type ReachOfAll = {
  readonly reach: readonly string[];
  readonly cut: readonly string[];
  /** It is about more than one principal. */
  readonly several: boolean;
};

/** Of the principals that got in, five at most; of those that were refused where nobody is known to have got in. */
export const reachOfAll = (
  { standing }: Incident,
  lead: Finding,
  reachOf: ReachOf | undefined,
): ReachOfAll => {
  const others = standing
    .filter(({ id }) => id !== lead.id)
    .toSorted((a, b) => worstFirst(a.severity, b.severity));
  const { first, refused, notNamed } = partiesOf([lead, ...others]);
  const asked = (first.length ? first : refused).flatMap((principal) => {
    const reach = reachOf?.(principal);
    return reach ? [{ principal, reach }] : [];
  });
  const each = asked.slice(0, MAX_CUT);
  if (!each.length) return { reach: [], cut: [], several: false };
  const left = asked.slice(MAX_CUT).map(({ principal }) => principal);
  const principals = each.map(({ principal }) => principal);
  return {
    reach: [
      ...each.flatMap(({ reach, principal }) => [
        // Whose reach it is goes without saying where the notice is about nobody else.
        ...(each.length > 1 || lead.subject.principal !== principal ? [`${principalName(principal)}:`] : []),
        ...reachLines(reach),
      ]),
      ...leftOut(left, notNamed, first.length ? refused : []),
    ],
    several: each.length > 1,
    cut: cutLines(
      each.map(({ reach }) => reach),
      iamCutLines(principals, lead.cluster, each[0]?.reach.peers),
      [lead, ...others].filter(({ category }) => category === "anomalous"),
    ),
  };
};
