// Who reaches what: principal -> role -> schema as a matrix, then role by role with paths and object names.

import { ADMIN } from "../core/activity/admin-logins.ts";
import { lengthOf } from "../core/base/counted.ts";
import type { Oid } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import type { Instant } from "../core/base/time.ts";
import { principalName } from "../core/base/visible-text.ts";
import { type Html, html } from "./html.ts";
import { verdictPill } from "./pills.ts";
import {
  pickSchemas,
  type ReachCell,
  type ReachGroup,
  type RoleReach,
  reachByRole,
} from "./reach-figures.ts";
import type { ReportData, ReportMapping, ReportRole, ReportSchema } from "./report-data.ts";
import { breakable, count, day, figure, firstOf } from "./wording.ts";

const MAX_SCHEMA_COLUMNS = 4;
/** Rows that stand open; then a folded second table; then "and N more". */
const OPEN_ROWS = 30;
const FOLDED_ROWS = 120;
const MAX_ROLE_DETAILS = 40;
const MAX_GROUPS = 12;
const MAX_NAMES = 8;

/** One line of the matrix: a mapping, or a role that nobody is mapped to. */
type Line = {
  readonly mapping: ReportMapping | null;
  readonly oid: Oid;
  readonly role: string;
  /** Of a line without a mapping: who stands behind the role, as far as it is known. */
  readonly behind?: Html;
  readonly lastUseAt?: Instant;
};

/** Unused access first, then the mightiest. */
const rank = ({ mapping, lastUseAt }: Line): number =>
  mapping === null
    ? lastUseAt === undefined
      ? 3
      : 2
    : mapping.verdict === "dormant" || mapping.verdict === "never-used"
      ? 0
      : mapping.verdict === "unknown" || mapping.verdict === "ambiguous"
        ? 1
        : 2;

const wallNotes = {
  allowed: "",
  conditional: "IAM lets it in on conditions",
  denied: "IAM denies it now",
  unknown: "what IAM says is not known",
} as const;

/** Into admin IAM alone lets: whom it does, who was seen, and that there may be others. */
const adminLines = (oid: Oid, { admins }: ReportData): Line[] => {
  const principals = admins?.principals ?? [];
  const open = admins === null || admins.morePrincipals !== null;
  const others = html`<span class="dim">anyone ${principals.length > 0 && "else "}whom IAM allows dsql:DbConnectAdmin: it was not read, or not all of it</span>`;
  return [
    ...principals.map(({ arn, wall, lastUseAt }) => ({
      ...{ mapping: null, oid, role: ADMIN },
      ...(lastUseAt !== undefined && { lastUseAt: Date.parse(lastUseAt) }),
      behind: html`<b>${principalName(arn)}</b><small>${breakable(arn)}</small>${wallNotes[wall] && html`<small>${wallNotes[wall]}</small>`}`,
    })),
    ...(open ? [{ mapping: null, oid, role: ADMIN, behind: others }] : []),
  ];
};

const linesOf = (
  data: ReportData,
  roles: readonly ReportRole[],
  reach: ReadonlyMap<Oid, RoleReach>,
): Line[] => {
  const mappings = data.mappings ?? [];
  const mapped = new Set(mappings.map(({ roleOid }) => roleOid));
  const lines: Line[] = mappings.map((mapping) => ({ mapping, oid: mapping.roleOid, role: mapping.role }));
  for (const { oid, name } of roles) {
    if (!reach.has(oid)) continue;
    if (name === ADMIN) lines.push(...adminLines(oid, data));
    else if (data.mappings === null)
      lines.push({ mapping: null, oid, role: name, behind: html`<span class="dim">not known</span>` });
    else if (!mapped.has(oid)) lines.push({ mapping: null, oid, role: name });
  }
  const weight = ({ oid }: Line): number => reach.get(oid)?.weight ?? 0;
  return lines.toSorted((a, b) => rank(a) - rank(b) || weight(b) - weight(a) || (a.role < b.role ? -1 : 1));
};

/** "Never" only where it is proven. */
const lastUse = (
  { lastUsedAt, certain, knownFor, unprovenHours }: ReportMapping,
  { peersUnread }: ReportData["coverage"],
): Html => {
  const window = html`${lengthOf(knownFor.to - knownFor.from)} on record`;
  const doubt = unprovenHours > 0 && html`, ${count(unprovenHours, "hour")} of them unproven`;
  return lastUsedAt === null
    ? html`<b>${unprovenHours > 0 || peersUnread !== null ? "not seen" : "never"}</b> <span class="dim">in ${window}${doubt}</span>`
    : html`${certain ? "last" : "perhaps"} ${day(lastUsedAt)}`;
};

const badge = (kind: string, word: string, n: number, of: number): Html | false =>
  n > 0 &&
  html`<span class="reach ${kind}">${word} <b>${n >= of && of > 1 ? `all ${figure(n)}` : figure(n)}</b></span> `;

const cellBadges = (cell: ReachCell | undefined, objects: number): Html => {
  if (!cell) return html`<span class="nil">–</span>`;
  const badges = [
    badge("own", "owns", cell.own, objects),
    badge("write", "writes", cell.write, objects),
    badge("read", "reads", cell.read, objects),
    cell.create && html`<span class="reach create">creates</span> `,
    cell.unusable > 0 && html`<span class="note">${figure(cell.unusable)} without USAGE</span> `,
    cell.setRole > 0 && html`<span class="note">${figure(cell.setRole)} by SET ROLE</span>`,
  ].filter((part) => part !== false);
  return badges.length ? html`${badges}` : html`<span class="nil">–</span>`;
};

const otherCell = (found: RoleReach | undefined, others: readonly ReportSchema[]): Html => {
  const reached = others.filter(({ name }) => found?.cells.has(name));
  if (!reached.length) return html`<span class="nil">–</span>`;
  const sum = (pick: (cell: ReachCell) => number): number =>
    reached.reduce((total, { name }) => {
      const cell = found?.cells.get(name);
      return total + (cell ? pick(cell) : 0);
    }, 0);
  return html`<span class="dim">in ${count(reached.length, "schema")}:</span> ${badge(
    "own",
    "owns",
    sum((c) => c.own),
    Infinity,
  )}${badge(
    "write",
    "writes",
    sum((c) => c.write),
    Infinity,
  )}${badge(
    "read",
    "reads",
    sum((c) => c.read),
    Infinity,
  )}`;
};

const matrix = (
  caption: string,
  lines: readonly Line[],
  columns: ReturnType<typeof pickSchemas>,
  reach: ReadonlyMap<Oid, RoleReach>,
  coverage: ReportData["coverage"],
): Html => html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="matrix">
<caption>${caption}</caption>
<thead><tr><th scope="col">Principal</th><th scope="col">Role</th><th scope="col">Use</th>${columns.shown.map(
  ({ name, objects }) => html`<th scope="col">${name}<small>${count(objects, "table")}</small></th>`,
)}${columns.others.length > 0 && html`<th scope="col">${count(columns.others.length, "other schema")}</th>`}</tr></thead>
<tbody>${lines.map(({ mapping, oid, role, behind, lastUseAt }) => {
  const found = reach.get(oid);
  return html`<tr>
<th scope="row" data-label="Principal">${mapping ? html`<b>${principalName(mapping.principal)}</b><small>${breakable(mapping.principal)}</small>` : (behind ?? html`<span class="dim">nobody is mapped</span>`)}</th>
<td data-label="Role"><div><code>${role}</code></div></td>
<td data-label="Use"><div>${mapping ? html`${verdictPill(mapping.verdict)} <small>${lastUse(mapping, coverage)}</small>` : lastUseAt === undefined ? html`<span class="nil">–</span>` : html`<small>last ${day(lastUseAt)}</small>`}</div></td>${columns.shown.map(
    ({ name, objects }) =>
      html`<td data-label="${name}"><div>${cellBadges(found?.cells.get(name), objects)}</div></td>`,
  )}${columns.others.length > 0 && html`<td data-label="Other schemas"><div>${otherCell(found, columns.others)}</div></td>`}</tr>
`;
})}</tbody></table></div>`;

const groupRow = ({ schema, access, path, setRole, usable, objects }: ReachGroup): Html => {
  const { shown, more } = firstOf(objects, MAX_NAMES);
  return html`<tr><td data-label="Schema"><div><code>${schema}</code></div></td><td data-label="Can"><div>${access.map((one) => html`<span class="reach ${one}">${one}</span> `)}</div></td>
<td data-label="Of"><div>${objects.length === 0 ? html`<i>the schema itself</i>` : html`${shown.map((name, i) => html`${i > 0 && ", "}<code>${name}</code>`)}${more > 0 && html` and ${count(more, "more", "more")}`}`}</div></td>
<td data-label="By"><div>${path.map((step, i) => html`${i > 0 && html`<span class="arrow" aria-label="through"> → </span>`}<code>${step}</code>`)}${setRole && html` <span class="note">only after SET ROLE</span>`}${usable === false && html` <span class="note">USAGE on the schema is missing</span>`}</div></td></tr>`;
};

const purposeOf = (role: ReportRole, { archetypes }: ReportData): Html | false => {
  const found = archetypes.get(role.oid);
  if (!found) return false;
  const { archetype, because, declared } = found;
  if (declared) return html`<p class="hint">Declared as <b>${archetype}</b>.</p>`;
  return archetype === null
    ? html`<p class="hint">What it is for is unknown: ${because}.</p>`
    : html`<p class="hint">Looks like <b>${archetype}</b>: ${because}.</p>`;
};

const roleDetail = (role: ReportRole, found: RoleReach, data: ReportData): Html => {
  const { shown, more } = firstOf(found.groups, MAX_GROUPS);
  const command = html`<code class="command">dsql-audit privileges --role ${shellWord(role.name)} ${data.storeOption}</code>`;
  return html`<details class="role"><summary><code>${role.name}</code>${role.superuser && html` <span class="pill tone-critical">superuser</span>`}${!role.canLogin && html` <span class="pill">no login</span>`} <span class="n">${count(found.cells.size, "schema")}</span></summary>
${purposeOf(role, data)}
<table class="list"><caption>What ${role.name} reaches, and by which path</caption>
<thead><tr><th scope="col">Schema</th><th scope="col">Can</th><th scope="col">Of</th><th scope="col">By</th></tr></thead>
<tbody>${shown.map(groupRow)}</tbody></table>
<p class="more">${more > 0 && html`and ${count(more, "more group", "more groups")}. `}All of it: ${command}</p></details>`;
};

export const reachSection = (data: ReportData): Html => {
  const { roles, schemas, mappings } = data;
  const title = html`<h2 id="reach-title">Who reaches what</h2>`;
  if (roles === null || schemas === null || data.reach === null) {
    return html`<section id="reach" aria-labelledby="reach-title">${title}<p class="unknown-line">Not known: the catalog could not be read for this. That is not “nobody”.</p></section>`;
  }
  const reach = reachByRole(data.reach);
  const columns = pickSchemas(schemas, reach, MAX_SCHEMA_COLUMNS);
  const lines = linesOf(data, roles, reach);
  const open = lines.slice(0, OPEN_ROWS);
  const foldedRows = lines.slice(OPEN_ROWS, OPEN_ROWS + FOLDED_ROWS);
  const left = lines.length - open.length - foldedRows.length;
  const detailed = roles
    .flatMap((role) => {
      const found = reach.get(role.oid);
      return found ? [{ role, found }] : [];
    })
    .toSorted((a, b) => b.found.weight - a.found.weight);
  const details = firstOf(detailed, MAX_ROLE_DETAILS);
  return html`<section id="reach" aria-labelledby="reach-title">${title}
<p class="hint">Each line is one path in: a principal, the database role that it is mapped to (into admin IAM alone lets, without a mapping), and how many tables and views of each schema that role reaches, through whatever it inherits. Unused access stands first.</p>
${mappings === null && html`<p class="unknown-line">The mappings could not be read: which principals stand behind these roles is not known.</p>`}
${open.length ? matrix("Principals, their roles, and the tables they reach", open, columns, reach, data.coverage) : html`<p class="none">No role reaches a table or view.</p>`}
${foldedRows.length > 0 && html`<details class="fold"><summary>Further lines <span class="n">${figure(foldedRows.length)}</span></summary>${matrix("Further principals and roles", foldedRows, columns, reach, data.coverage)}</details>`}
${left > 0 && html`<p class="more">and ${count(left, "more line", "more lines")}: <code class="command">dsql-audit privileges --json ${data.storeOption}</code></p>`}
<h3>By which path, role by role</h3>
${details.shown.map(({ role, found }) => roleDetail(role, found, data))}
${details.more > 0 && html`<p class="more">and ${count(details.more, "more role", "more roles")} that reach less.</p>`}
</section>`;
};
