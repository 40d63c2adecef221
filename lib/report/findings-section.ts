// The findings: open ones first and worst first, each with what a person needs to act; closed ones folded.

import { shellWord } from "../core/base/shell-word.ts";
import { dayOf, type Instant } from "../core/base/time.ts";
import { principalName } from "../core/base/visible-text.ts";
import type { Finding, Status } from "../core/findings/finding.ts";
import { foundDaysText } from "../wording/found-days-text.ts";
import { evidenceList } from "./evidence.ts";
import { type Html, html, preformatted } from "./html.ts";
import { severities, severityPill, verdictPill } from "./pills.ts";
import type { ReportData, ReportRule } from "./report-data.ts";
import { count, day, firstOf, time, timeText } from "./wording.ts";

/** Full cards; further findings are rows of a table. */
const MAX_CARDS = 25;
const MAX_ROWS = 300;

/** Worst first; among equals the one that stands longest. */
const urgency = (a: Finding, b: Finding): number =>
  severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
  a.detectedAt - b.detectedAt ||
  (a.id < b.id ? -1 : 1);

const about = ({ subject: { principal, role, object } }: Finding): Html => {
  const parts = [
    principal !== undefined && html`<code title="${principal}">${principalName(principal)}</code>`,
    role !== undefined && html`role <code>${role}</code>`,
    object !== undefined && html`on <code>${object}</code>`,
  ].filter((part) => part !== false);
  return parts.length
    ? html`${parts.map((part, i) => html`${i > 0 && " · "}${part}`)}`
    : html`<span>whole cluster</span>`;
};

const commandFor = ({ id }: Finding, { storeOption }: ReportData): string =>
  `dsql-audit finding ${shellWord(id)}${storeOption && ` ${storeOption}`}`;

/** From when to when; once where both read alike. */
const seen = (
  { firstSeenAt, lastSeenAt }: Finding,
  text: (at: Instant) => string,
  show: (at: Instant) => Html,
): Html =>
  text(firstSeenAt) === text(lastSeenAt)
    ? show(firstSeenAt)
    : html`${show(firstSeenAt)} to ${show(lastSeenAt)}`;

const card = (finding: Finding, rule: ReportRule | undefined, data: ReportData): Html => {
  const foundDays = foundDaysText(finding);
  return html`
<article class="card edge-${finding.severity}">
<header>
<p class="pills">${severityPill(finding.severity)}${finding.verdict !== undefined && verdictPill(finding.verdict)}${finding.status !== "open" && html`<span class="pill">${finding.status}</span>`}<span class="detector">${finding.category} / ${finding.detector}</span></p>
<h3>${finding.title}</h3>
<p class="about">${about(finding)}</p>
</header>
${rule && html`<p class="why">${rule.why}</p>`}
<div class="two">
<div><h4>Evidence</h4>${evidenceList(finding.evidence, rule?.evidence)}
${
  finding.eventIds?.length
    ? html`<p class="events">CloudTrail events, some of them: ${firstOf(finding.eventIds, 3).shown.map((id) => html`<code>${id}</code> `)}${finding.eventIds.length > 3 && html`and ${count(finding.eventIds.length - 3, "more", "more")}`}</p>`
    : false
}</div>
<div><h4>Since when</h4>
<p>Seen ${seen(finding, timeText, time)}, reported ${time(finding.detectedAt)}${foundDays !== undefined && html`, found ${foundDays}`}${finding.reopened > 0 && html`; it was resolved ${count(finding.reopened, "time")} before and has returned`}.</p>
<h4>What to do</h4>
${finding.fix === undefined ? html`<p class="none">There is no standard fix. Look at the evidence.</p>` : html`<pre tabindex="0"><code>${preformatted(finding.fix)}</code></pre>`}
${rule && html`<details class="small"><summary>False positives and blind spots</summary><p>${rule.falsePositives}</p><p>${rule.blindSpots}</p></details>`}</div>
</div>
<footer><span>More</span> <code class="command">${commandFor(finding, data)}</code></footer>
</article>`;
};

const rows = (caption: string, findings: readonly Finding[], data: ReportData): Html => {
  const { shown, more } = firstOf(findings, MAX_ROWS);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="list">
<caption>${caption}</caption>
<thead><tr><th scope="col">Severity</th><th scope="col">Finding</th><th scope="col">About</th><th scope="col">Status</th><th scope="col">Seen</th><th scope="col">Id</th></tr></thead>
<tbody>${shown.map(
    (
      finding,
    ) => html`<tr><td>${severityPill(finding.severity)}</td><td>${finding.title}<br><span class="detector">${finding.detector}</span></td><td>${about(finding)}</td>
<td>${finding.status}${finding.closedAt !== undefined && html`<br>${day(finding.closedAt)}`}</td><td>${seen(finding, dayOf, day)}</td><td><code>${finding.id}</code></td></tr>`,
  )}</tbody></table></div>
${more > 0 && html`<p class="more">and ${count(more, "more", "more")}: <code class="command">dsql-audit findings ${data.storeOption}</code></p>`}`;
};

const folded = (
  title: string,
  meaning: string,
  statuses: readonly Status[],
  data: ReportData,
): Html | false => {
  const found = data.findings.filter(({ status }) => statuses.includes(status)).toSorted(urgency);
  return (
    found.length > 0 &&
    html`<details class="fold"><summary>${title} <span class="n">${count(found.length, "finding")}</span></summary><p>${meaning}</p>${rows(title, found, data)}</details>`
  );
};

export const findingsSection = (data: ReportData): Html => {
  const rules = new Map(data.rules.map((rule) => [rule.id, rule]));
  const standing = [
    ...data.findings.filter(({ status }) => status === "open").toSorted(urgency),
    ...data.findings.filter(({ status }) => status === "acknowledged").toSorted(urgency),
  ];
  const cards = standing.slice(0, MAX_CARDS);
  const rest = standing.slice(MAX_CARDS);
  return html`<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
<p class="hint">Worst first. The evidence stands beside each. Names are shown as the database and the log spell them.</p>
${
  cards.length
    ? cards.map((finding) => card(finding, rules.get(finding.detector), data))
    : html`<p class="none">No finding is open. This holds for what could be evaluated; see <a href="#verdict">what is not known</a>.</p>`
}
${rest.length > 0 && html`<h3>Further open findings</h3>${rows("Further open findings", rest, data)}`}
${folded("Exempt", "Accepted by somebody, with a reason and an end.", ["exempt"], data)}
${folded("Ended", "They are over, but cannot be undone. Unusual connections end after 24 hours of quiet, and close when somebody acknowledges them or after 14 days. A capture gap closes when it has left the window.", ["ended"], data)}
${folded("Resolved", "A complete evaluation no longer found them.", ["resolved"], data)}
</section>`;
};
