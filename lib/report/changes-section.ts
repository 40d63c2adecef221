// What changed between snapshots: each change with the two snapshots it lies between.
import { dayOf } from "../core/base/time.ts";
import { type Html, html } from "./html.ts";
import type { ReportChange, ReportData } from "./report-data.ts";
import { revokedTable } from "./revoked-table.ts";
import { count, firstOf, time } from "./wording.ts";

const OPEN_ROWS = 25;
const FOLDED_ROWS = 175;

const changeTable = (caption: string, changes: readonly ReportChange[]): Html => {
  let lastDay = "";
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="list timeline">
<caption>${caption}</caption>
<thead><tr><th scope="col">Between</th><th scope="col">What changed</th></tr></thead>
<tbody>${changes.map((change) => {
    const starts = dayOf(change.by) !== lastDay;
    lastDay = dayOf(change.by);
    return html`<tr class="${starts && "new-day"}"><td>${time(change.after)}<br>and ${time(change.by)}</td><td>${change.text}</td></tr>`;
  })}</tbody></table></div>`;
};

export const changesSection = (data: ReportData): Html => {
  const { changes, olderChanges, storeOption } = data;
  const open = changes.slice(0, OPEN_ROWS);
  const rest = firstOf(changes.slice(OPEN_ROWS), FOLDED_ROWS);
  const older = olderChanges + rest.more;
  return html`<section id="changes" aria-labelledby="changes-title">
<h2 id="changes-title">What changed</h2>
<p class="hint">Newest first. A change is known only to lie between two snapshots.</p>
${revokedTable(data)}
${open.length ? changeTable("Changes between snapshots", open) : html`<p class="none">No change is on record.</p>`}
${rest.shown.length > 0 && html`<details class="fold"><summary>Earlier changes <span class="n">${count(rest.shown.length, "change")}</span></summary>${changeTable("Earlier changes", rest.shown)}</details>`}
${older > 0 && html`<p class="more">and ${count(older, "older change")}: <code class="command">dsql-audit history ${storeOption}</code></p>`}
</section>`;
};
