// The top of the report: which cluster, as of when, the verdict in plain words, and what is not known.

import { lengthOf, share } from "../core/base/counted.ts";
import { DAY } from "../core/base/time.ts";
import { clusterName } from "../core/base/visible-text.ts";
import { sectionNames } from "../core/catalog/catalog.ts";
import { peersUnreadText } from "../core/coverage/peer-coverage.ts";
import { goneText, howText } from "../wording/gone-text.ts";
import type { ActivityFigures } from "./activity-figures.ts";
import type { CoverageFigures } from "./coverage-figures.ts";
import { type Html, html } from "./html.ts";
import { severities } from "./pills.ts";
import type { ReportData } from "./report-data.ts";
import { breakable, count, figure, firstOf, time, timeText } from "./wording.ts";

/** "1 critical, 2 high"; empty without findings. */
const bySeverity = (data: ReportData): string => {
  const open = data.findings.filter(({ status }) => status === "open");
  return severities
    .map((severity) => ({ severity, n: open.filter((f) => f.severity === severity).length }))
    .filter(({ n }) => n > 0)
    .map(({ severity, n }) => `${figure(n)} ${severity}`)
    .join(", ");
};

/** What the rest says is how it was while the cluster was there. */
const goneSentence = ({ gone }: ReportData): string =>
  gone
    ? `${goneText(gone)} It is no longer read or evaluated: what follows is the last that is known of it. `
    : "";

const findingsSentence = (data: ReportData): string => {
  const open = data.findings.filter(({ status }) => status === "open");
  if (!open.length) return "No finding is open.";
  const [worst] = severities.flatMap((severity) => open.filter((f) => f.severity === severity));
  const verb = open.length === 1 ? "is" : "are";
  return `${count(open.length, "finding")} ${verb} open: ${bySeverity(data)}. The most urgent: ${worst?.title ?? ""}.`;
};

const endedSentence = ({ findings }: ReportData): string => {
  const waiting = findings.filter(
    ({ status, closedAt, life }) => life === "episode" && status === "ended" && closedAt === undefined,
  );
  if (!waiting.length) return "";
  return ` ${count(waiting.length, "episode")} of unusual connections ${waiting.length === 1 ? "is" : "are"} over but not acknowledged.`;
};

const mappingsSentence = (data: ReportData): string => {
  const { mappings } = data;
  if (mappings === null) return "Who is mapped to which database role is not known.";
  const principals = new Set(mappings.map(({ principal }) => principal)).size;
  const roles = new Set(mappings.map(({ roleOid }) => roleOid)).size;
  const unused = mappings.filter(({ verdict }) => verdict === "dormant" || verdict === "never-used").length;
  const undecided = mappings.filter(({ verdict }) => verdict === "unknown" || verdict === "ambiguous").length;
  const reach = `${count(principals, "principal")} can become ${count(roles, "database role")} through ${count(mappings.length, "mapping")}.`;
  const admins = data.adminLogins.length;
  const asAdmin = admins ? ` ${count(admins, "principal")} connected as admin, which needs no mapping.` : "";
  const idle = unused ? ` Nobody uses ${figure(unused)} of them.` : "";
  return `${reach}${asAdmin}${idle}${undecided ? ` For ${figure(undecided)} the use cannot be told.` : ""}`;
};

const coverageSentence = ({ hours, coveredHours }: CoverageFigures): string => {
  if (!hours) return "No stretch of time was looked at for connections.";
  if (coveredHours === hours) return `Connection capture is proven for all ${count(hours, "hour")}.`;
  return `Connection capture is proven for ${figure(coveredHours)} of ${count(hours, "hour")} (${share(coveredHours, hours)}); in the rest somebody may have connected unseen.`;
};

/** The longest gaps; nothing where every hour is proven. */
const withoutProof = ({ hours, coveredHours, gaps }: CoverageFigures): Html[] => {
  const unproven = hours - coveredHours;
  if (unproven <= 0) return [];
  const { shown, more } = firstOf(
    gaps.toSorted((a, b) => b.hours - a.hours),
    3,
  );
  return [
    html`<strong>${count(unproven, "hour")} without proof of capture</strong> in ${count(gaps.length, "gap")}: ${shown.map(
      (gap, i) => html`${i > 0 && "; "}${timeText(gap.from)} to ${timeText(gap.to)}`,
    )}${more > 0 && html`; and ${count(more, "shorter one")}`}. <a href="#coverage">See coverage</a>.`,
  ];
};

/** Everything that the report cannot know, each with what follows from it. */
const unknowns = (data: ReportData, coverage: CoverageFigures, activity: ActivityFigures | null): Html[] => {
  const { snapshot, basis, at, unreadable, incompleteLooks } = data;
  const list: Html[] = [];
  if (snapshot === null) {
    list.push(
      html`<strong>No snapshot</strong> was taken at or before ${time(at)}: who could reach what then is not known.`,
    );
  } else if (at - snapshot.takenAt >= DAY) {
    list.push(
      html`<strong>The snapshot is ${lengthOf(at - snapshot.takenAt)} older</strong> than the instant asked for. ${basis?.uncertainty.text}`,
    );
  }
  for (const { section, reason, code } of unreadable) {
    list.push(
      html`<strong>Catalog section “${section}”</strong> could not be read: ${reason}${code && html` (SQLSTATE ${code})`}. What stands in it is missing here; that is not “none”.`,
    );
  }
  if (data.judgedAt === null) {
    list.push(html`<strong>The detectors have not run yet.</strong> That no finding is open says nothing.`);
  } else if (at - data.judgedAt >= 2 * DAY) {
    list.push(
      html`<strong>The detectors last ran at ${time(data.judgedAt)}.</strong> What came later was not evaluated.`,
    );
  }
  if (data.pastFindings) {
    const { judgedAnew, leftOut } = data.pastFindings;
    list.push(
      html`<strong>Findings are of an earlier instant.</strong> Those that were evaluated since (${figure(judgedAnew)}) are evaluated again from what was true then${leftOut > 0 && html`; how ${count(leftOut, "other")} stood then cannot be told, and ${leftOut === 1 ? "it is" : "they are"} left out`}. What was acknowledged or exempted since is shown as it is now.`,
    );
  }
  if (activity === null) {
    list.push(
      html`<strong>No connection was ever ingested.</strong> No mapping can be called unused from this.`,
    );
  }
  if (activity !== null) list.push(...withoutProof(coverage));
  if (data.coverage.peersUnread !== null) {
    list.push(html`<strong>Peers.</strong> ${peersUnreadText(data.coverage.peersUnread)}`);
  }
  if (activity?.folded) {
    list.push(
      html`<strong>${count(activity.folded, "connection")}</strong> came in more kinds than are kept apart: they are counted, but not by network and client.`,
    );
  }
  for (const { detector, reason } of incompleteLooks) {
    list.push(
      html`<strong>Detector ${detector}</strong> could not evaluate everything${reason !== undefined && html`: ${reason}`}. That it found nothing does not mean that all is well.`,
    );
  }
  return list;
};

const tile = (value: string, label: string, tone = ""): Html =>
  html`<li class="tile ${tone}"><b>${value}</b> <span>${label}</span></li>`;

const tiles = (data: ReportData, coverage: CoverageFigures): Html => {
  const open = data.findings.filter(({ status }) => status === "open");
  const mapped = data.mappings;
  return html`<ul class="tiles">
${severities.map((severity) => {
  const n = open.filter((f) => f.severity === severity).length;
  return tile(figure(n), severity, n ? `tone-${severity}` : "quiet");
})}
${tile(mapped === null ? "?" : figure(new Set(mapped.map((m) => m.principal)).size), "principals mapped")}
${tile(data.roles === null ? "?" : figure(data.roles.filter((r) => r.canLogin).length), "login roles")}
${tile(coverage.hours ? share(coverage.coveredHours, coverage.hours) : "?", "of hours proven", coverage.coveredHours === coverage.hours ? "" : "tone-unknown")}
</ul>`;
};

/** Which cluster, as of when, resting on which snapshot, and what that one cannot say. */
export const pageHeader = ({
  cluster,
  at,
  gone,
  snapshot,
  basis,
  history,
}: ReportData): Html => html`<header class="top">
<p class="product">dsql-access-auditor <span>access report</span></p>
<h1>Who can reach <span class="name">${clusterName(cluster)}</span>, and who did</h1>
<dl class="facts">
<div><dt>Cluster</dt><dd><code>${breakable(cluster)}</code></dd></div>
<div><dt>As of</dt><dd>${time(at)}</dd></div>
${
  gone &&
  html`<div><dt>Gone since</dt><dd>${time(gone.at)}, ${howText(gone)}</dd></div>
`
}<div><dt>Snapshot</dt><dd>${snapshot ? html`no. ${figure(snapshot.seq)}, taken ${time(snapshot.takenAt)}${snapshot.hash !== undefined && html`<br><code class="hash">${snapshot.hash}</code>`}${basis && html`<br>${basis.uncertainty.text}`}` : "none"}</dd></div>
<div><dt>On record</dt><dd>${history ? html`${time(history.from)} to ${time(history.to)}, ${count(history.snapshots, "snapshot")} taken` : "nothing yet"}</dd></div>
</dl>
</header>`;

/** The verdict in plain words, and the box of what is not known. */
export const headlineSection = (
  data: ReportData,
  coverage: CoverageFigures,
  activity: ActivityFigures | null,
): Html => {
  const missing = unknowns(data, coverage, activity);
  return html`<section id="verdict" aria-labelledby="verdict-title" class="verdict">
<h2 id="verdict-title">In short</h2>
${tiles(data, coverage)}
<p class="lead">${goneSentence(data)}${findingsSentence(data)}${endedSentence(data)} ${mappingsSentence(data)} ${coverageSentence(coverage)}</p>
<div class="unknown-box${missing.length === 0 && " none"}">
<h3>${missing.length ? "What is not known" : "Nothing is known to be missing"}</h3>
${
  missing.length
    ? html`<ul>${missing.map((item) => html`<li>${item}</li>`)}</ul>`
    : html`<p>Every section of the catalog was read (${sectionNames.join(", ")}), and capture is proven for every hour.</p>`
}
</div>
</section>`;
};
