// Both walls: every way in, link by link, those that are broken first, with what would complete each.
import { shellWord } from "../core/base/shell-word.ts";
import { principalName } from "../core/base/visible-text.ts";
import { type PathIn, stateOfPath } from "../core/iam/paths-in.ts";
import type { Link } from "../core/privileges/explain.ts";
import { type Html, html } from "./html.ts";
import type { ReportData } from "./report-data.ts";
import { breakable, count, firstOf } from "./wording.ts";

const MAX_ROWS = 80;

const columns: readonly (readonly [Link["step"], string])[] = [
  ["identity", "Identity"],
  ["iam", "IAM"],
  ["cluster-policy", "Cluster policy"],
  ["mapping", "Mapping"],
  ["role", "Login"],
];

const words: Readonly<Record<Link["state"], string>> = {
  ok: "ok",
  broken: "broken",
  conditional: "on conditions",
  unknown: "not known",
};

const tones: Readonly<Record<Link["state"], string>> = {
  ok: "verdict-active",
  broken: "verdict-dormant",
  conditional: "verdict-unknown",
  unknown: "verdict-unknown",
};

/** A step that this way in does not need is a dash. */
const cell = (path: PathIn, [step, head]: (typeof columns)[number]): Html => {
  const link = path.links.find((one) => one.step === step);
  return html`<td data-label="${head}">${link ? html`<span class="pill ${tones[link.state]}">${words[link.state]}</span>` : html`<span class="nil">–</span>`}</td>`;
};

/** The first link that is not ok, and how far the way is from complete. */
const missing = (path: PathIn): Html => {
  const state = stateOfPath(path);
  const link = path.links.find((one) => one.state === state);
  if (state === "ok" || !link) return html`<span class="dim">open</span>`;
  return html`${link.says}${path.away !== null && html`. <b>It is ${path.away}.</b>`}`;
};

const row = (path: PathIn): Html => html`<tr>
<th scope="row" data-label="Principal"><b>${principalName(path.principal)}</b><small>${breakable(path.principal)}</small></th>
<td data-label="Role">${path.role === null ? html`<span class="dim">none</span>` : html`<code>${path.role}</code>`}</td>
${columns.map((column) => cell(path, column))}
<td data-label="What is missing">${missing(path)}</td></tr>
`;

/** Of what was not read nothing is drawn: it would be a table of "not known". */
export const wallsSection = (data: ReportData): Html => {
  const { walls, snapshot, storeOption } = data;
  const title = html`<h2 id="walls-title">Both walls</h2>`;
  if (walls === null) {
    const why =
      snapshot === null
        ? "there is no snapshot"
        : "nothing of IAM was read with the snapshot. Let the auditor read it: dsql-audit setup-sql prints the policy";
    return html`<section id="walls" aria-labelledby="walls-title">${title}<p class="unknown-line">Whom IAM lets in is not known: ${why}.</p></section>`;
  }
  const { shown, more } = firstOf(walls.paths, MAX_ROWS);
  const [example] = shown;
  return html`<section id="walls" aria-labelledby="walls-title">${title}
<p class="hint">A connection takes two things: IAM and the cluster policy must let the principal in, and a mapping must name it; into admin IAM alone lets. Each line is one way in, those with a broken link first. Policies of the organisation, of sessions and of VPC endpoints are not read: they can only take away.</p>
${
  shown.length
    ? html`<div class="scroll" tabindex="0" role="region" aria-label="Every way in, link by link"><table class="matrix">
<caption>Every way in, link by link</caption>
<thead><tr><th scope="col">Principal</th><th scope="col">Role</th>${columns.map(([, head]) => html`<th scope="col">${head}</th>`)}<th scope="col">What is missing</th></tr></thead>
<tbody>${shown.map(row)}</tbody></table></div>`
    : html`<p class="none">${walls.unread.length || walls.unknown ? "No way in is known." : "Nobody is mapped, and IAM lets nobody in."}</p>`
}
${walls.unread.length > 0 && html`<p class="unknown-line">There may be more ways in. Not read: ${walls.unread.map(({ part, reason }) => `${part} (${reason})`).join(", ")}.</p>`}
${more > 0 && html`<p class="more">and ${count(more, "more way in", "more ways in")}.</p>`}
${walls.unknown > 0 && html`<p class="unknown-line">Of ${count(walls.unknown, "further identity", "further identities")} it is not known whether IAM lets them connect: <code class="command">dsql-audit who-may ${storeOption}</code></p>`}
${example && html`<p class="more">With the evidence of each link, to any object: <code class="command">dsql-audit explain ${shellWord(example.principal)} SELECT SCHEMA.TABLE ${storeOption}</code></p>`}
</section>`;
};
