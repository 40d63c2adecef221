// Mappings that were taken away: the last possible end of a session from before, and what was seen after it.

import { principalName } from "../core/base/visible-text.ts";
import { DORMANT_DAYS } from "../core/findings/dormant-window.ts";
import { type Html, html } from "./html.ts";
import type { ReportData, ReportRevoked } from "./report-data.ts";
import { breakable, count, firstOf, time } from "./wording.ts";

const MAX_ROWS = 40;

const sinceThen = (
  { allowed, refused, hasOther, unprovenHours, sessionEnd }: ReportRevoked,
  at: number,
): Html => {
  if (sessionEnd > at) return html`<b>sessions may still be open</b>`;
  const doubt =
    unprovenHours > 0 &&
    html` <span class="dim">${count(unprovenHours, "hour")} since are not proven.</span>`;
  const tried = refused > 0 ? html`${count(refused, "attempt")} refused. ` : "";
  if (allowed > 0)
    return hasOther
      ? html`${tried}${count(allowed, "connection")} allowed: another mapping of it stood.${doubt}`
      : html`<b class="alarm">${count(allowed, "connection")} allowed</b>, without a mapping. ${tried}${doubt}`;
  return html`${tried}${refused === 0 && "Nothing was seen."}${doubt}`;
};

/** Nothing where no mapping was taken away. */
export const revokedTable = ({ revoked, at }: Pick<ReportData, "revoked" | "at">): Html => {
  if (revoked === null)
    return html`<p class="unknown-line">Whether a mapping was taken away is not known: none were ever read.</p>`;
  if (!revoked.length) return html``;
  const { shown, more } = firstOf(revoked, MAX_ROWS);
  const caption = `Mappings that were taken away in the last ${DORMANT_DAYS} days`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="list">
<caption>${caption}. A session from before goes on for an hour at most; a token signed before is valid for 7 days at most, and opens nothing without a mapping.</caption>
<thead><tr><th scope="col">Principal</th><th scope="col">Role</th><th scope="col">Taken away between</th><th scope="col">Last possible session end</th><th scope="col">Last possible token end</th><th scope="col">Since then</th></tr></thead>
<tbody>${shown.map(
    (one) =>
      html`<tr><td><b>${principalName(one.principal)}</b><small>${breakable(one.principal)}</small></td><td><code>${one.role}</code></td><td>${time(one.after)}<br>and ${time(one.by)}</td><td>${time(one.sessionEnd)}</td><td>${time(one.tokenEnd)}</td><td>${sinceThen(one, at)}</td></tr>`,
  )}</tbody></table></div>
${more > 0 && html`<p class="more">and ${count(more, "more", "more")}.</p>`}`;
};
