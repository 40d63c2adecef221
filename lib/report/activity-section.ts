// Who did connect: the charts, their keys, and the same figures as a table.

import type { ActivityRow } from "../core/activity/activity-row.ts";
import { OTHERS } from "../core/activity/principal.ts";
import { principalName } from "../core/base/visible-text.ts";
import type { ActivityFigures } from "./activity-figures.ts";
import { heat, otherSeries, series } from "./charts/chart-style.ts";
import { principalColours } from "./charts/connections-chart.ts";
import { busiestAverage } from "./charts/week-chart.ts";
import { type Html, html } from "./html.ts";
import { breakable, count, figure, firstOf, time } from "./wording.ts";

const MAX_PRINCIPALS = 40;

export type ActivityCharts = { readonly connections: Html; readonly week: Html; readonly networks: Html };

/** Colours by class, since the page allows no inline style: `s0` to `s6` and `s-other` are in the style sheet. */
const swatch = (colour: string): Html => {
  const i = series.findIndex(([light]) => light === colour);
  return html`<span class="key ${i < 0 ? "s-other" : `s${i}`}"></span>`;
};

const legend = (figures: ActivityFigures): Html => {
  const { colourOf, others } = principalColours(figures);
  return html`<ul class="legend">${figures.principals
    .slice(0, series.length)
    .map(
      ({ principal, allowed }) =>
        html`<li>${swatch(colourOf(principal))}${principalName(principal)} <span class="dim">${figure(allowed)}</span></li>`,
    )}${others > 0 && html`<li>${swatch(otherSeries[0])}${count(others, "other")}</li>`}<li><span class="key diamond"></span>refused attempts</li><li><span class="key key-unproven"></span>capture not proven</li></ul>`;
};

const heatLegend = ({ week }: ActivityFigures): Html =>
  html`<ul class="legend"><li>none<span class="scale">${heat.map((_, i) => html`<span class="key h${i}"></span>`)}</span>${busiestAverage(week).toFixed(1)} an hour</li>${week.some(({ knownHours }) => knownHours === 0) && html`<li><span class="key key-unproven"></span>not known</li>`}</ul>`;

/** "Never" only where it is proven. */
const lastUse = ({ lastUse: use, lastUseAt }: ActivityRow): Html =>
  lastUseAt !== null
    ? html`${time(Date.parse(lastUseAt))}`
    : use === "never"
      ? html`<b>never</b>`
      : html`<span class="dim">unknown</span>`;

const principalTable = (principals: readonly ActivityRow[]): Html => {
  const busiest = principals
    .filter(({ principal }) => principal !== OTHERS)
    .toSorted((a, b) => b.allowed - a.allowed || b.refused - a.refused);
  const { shown: first, more } = firstOf(busiest, MAX_PRINCIPALS);
  // Whoever stands together there is never among those that are cut off.
  const shown = [...first, ...principals.filter(({ principal }) => principal === OTHERS)];
  return html`<details class="fold"><summary>As a table, by principal <span class="n">${figure(principals.length)}</span></summary>
<div class="scroll" tabindex="0" role="region" aria-label="Connections by principal"><table class="list">
<caption>Connections by principal: those that are mapped and were not seen too</caption>
<thead><tr><th scope="col">Principal</th><th scope="col" class="num">Allowed</th><th scope="col" class="num">Refused</th><th scope="col" class="num">As admin</th><th scope="col" class="num">Networks</th><th scope="col">Last use</th><th scope="col">Last attempt</th></tr></thead>
<tbody>${shown.map(
    (one) =>
      html`<tr><th scope="row"><b>${principalName(one.principal)}</b><small>${breakable(one.principal)}</small></th><td class="num">${figure(one.allowed)}</td><td class="num">${figure(one.refused)}</td><td class="num">${figure(one.admin)}</td><td class="num">${figure(one.networks.length)}</td><td>${lastUse(one)}</td><td>${one.lastAt === null ? "–" : time(Date.parse(one.lastAt))}</td></tr>`,
  )}</tbody></table></div>${more > 0 && html`<p class="more">and ${count(more, "more principal")}.</p>`}</details>`;
};

/** Those who were too many to be kept apart, in a sentence of their own; nothing where there are none. */
const crowd = (principals: readonly ActivityRow[], others: number): Html | null => {
  const together = principals.find(({ principal }) => principal === OTHERS);
  if (together === undefined && others === 0) return null;
  const { allowed = 0, refused = 0 } = together ?? {};
  return html`<p class="unknown-line">At least ${count(Math.max(1, others), "more principal")} ${others > 1 ? "were" : "was"} too many to be kept apart: ${count(allowed, "connection")} and ${count(refused, "refused attempt")} stand together as <b>${OTHERS}</b>, without their names.</p>`;
};

/**
 * `figures` null: nothing was ever ingested. `others`: at least so many principals stand together as `unknown:others`.
 */
export const activitySection = (
  figures: ActivityFigures | null,
  charts: ActivityCharts | null,
  principals: readonly ActivityRow[],
  others = 0,
): Html => {
  const open = html`<h2 id="activity-title">Who did connect</h2>`;
  if (figures !== null && charts === null && figures.refused > 0) {
    return html`<section id="activity" aria-labelledby="activity-title">${open}<p class="hint">No connection that was allowed is on record, ${count(figures.refused, "attempt")} ${figures.refused === 1 ? "was" : "were"} refused.</p>${crowd(principals, others)}${principalTable(principals)}</section>`;
  }
  if (figures === null || charts === null) {
    return html`<section id="activity" aria-labelledby="activity-title">${open}<p class="unknown-line">${
      figures === null
        ? "Not known: no connection was ever ingested for this cluster. That is not “nobody”."
        : "No connection is on record for this stretch of time. Whether there was none depends on the coverage below."
    }</p></section>`;
  }
  const fresh = figures.networks.filter(({ isNew }) => isNew).length;
  return html`<section id="activity" aria-labelledby="activity-title">${open}
<p class="hint">${count(figures.allowed, "connection")} by ${count(figures.principals.filter(({ allowed, principal }) => allowed > 0 && principal !== OTHERS).length, "principal")}; ${count(figures.refused, "refused attempt")}, which ${figures.refused === 1 ? "is" : "are"} no connection. All times are UTC.</p>${crowd(principals, others)}
<h3>Day by day</h3>
${charts.connections}
${legend(figures)}
${principalTable(principals)}
<h3>Hours of the week</h3>
<p class="hint">How many connections each hour of the week sees on average.</p>
${charts.week}
${heatLegend(figures)}
<h3>Networks</h3>
<p class="hint">${fresh ? `${count(fresh, "network")} first seen after the principal's first day on record, marked by a diamond.` : "Every principal kept to the networks of its first day on record."}</p>
${charts.networks}
</section>`;
};
