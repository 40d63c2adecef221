// The access that is declared: where the database differs, what was accepted and until when, emergencies, ends that are past.
import { visible } from "../core/base/visible-text.ts";
import type { Exemption } from "../core/findings/exemption.ts";
import { type Html, html } from "./html.ts";
import type { ReportData, ReportDeclared, ReportDrift } from "./report-data.ts";
import { count, day, figure, firstOf, time } from "./wording.ts";

const MAX_ROWS = 200;

const list = (caption: string, heads: readonly string[], rows: readonly Html[]): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="list">
<caption>${caption}</caption>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`;

const driftTable = (rows: readonly ReportDrift[], data: ReportData): Html => {
  const { shown, more } = firstOf(rows, MAX_ROWS);
  return html`${list(
    "Differences from the baseline",
    ["Difference", "Component", "Role", "What"],
    shown.map(
      ({ kind, component, role, says, planned }) =>
        html`<tr><td>${planned === null ? kind : "planned"}</td><td>${component ?? "none"}</td><td>${role ?? ""}</td><td>${says}</td></tr>`,
    ),
  )}
${more > 0 && html`<p class="more">and ${count(more, "more", "more")}: <code class="command">dsql-audit baseline diff ${data.storeOption}</code></p>`}`;
};

const driftText = (declared: ReportDeclared, data: ReportData): Html => {
  const { drift, version, publishedAt, by, components } = declared;
  const published = html`<p class="hint">Version ${figure(version)} of access.yml, published ${time(publishedAt)} by ${visible(by, 100)}, declares ${count(components, "component")}.</p>`;
  if (drift === null)
    return html`${published}<p class="none">There is no snapshot to compare it with: whether the database differs is not known.</p>`;
  const differs = drift.filter(({ kind, planned }) => kind !== "unknown" && planned === null).length;
  const unknown = drift.filter(({ kind }) => kind === "unknown").length;
  const verdict = differs
    ? `The database differs in ${count(differs, "place")}.`
    : unknown
      ? "Nothing that could be read differs."
      : "The database allows what it declares, and nothing else.";
  return html`${published}<p>${verdict}${unknown > 0 && html` ${count(unknown, "part")} could not be read.`}</p>
${drift.length > 0 && driftTable(drift, data)}`;
};

type Ended = ReportDeclared["ended"][number];

/** How much is there of access whose end is past, and how much of that is declared all the same. */
const stillThere = ({ live, atLeast, stillDeclared }: Ended): Html | string => {
  if (live === null) return "not known";
  if (live === 0) return "none";
  const there = html`${atLeast && "at least "}${figure(live)}`;
  if (stillDeclared === 0) return there;
  const rest = stillDeclared < live ? html`of which ${figure(stillDeclared)} declared` : "declared";
  return html`${there}, ${rest} by another entry that has not ended`;
};

const endedTable = ({ ended }: ReportDeclared): Html | false =>
  ended.length > 0 &&
  list(
    "Access whose end is past",
    ["Component", "Declared until", "Declared", "Still there"],
    ended.map(
      (one) =>
        html`<tr class="${(one.live === null || one.live > one.stillDeclared) && "alarm"}"><td>${one.component}</td><td>${one.until}</td><td>${count(one.declared, "entry", "entries")}</td><td>${stillThere(one)}</td></tr>`,
    ),
  );

const emergencyTable = ({ breakGlass }: ReportDeclared): Html | false =>
  breakGlass.length > 0 &&
  list(
    "Roles for emergencies",
    ["Component", "Role", "Window", "Reason"],
    breakGlass.flatMap(({ component, role, windows }) =>
      windows.length
        ? windows.map(
            ({ from, to, reason, state }) =>
              html`<tr><td>${component}</td><td><code>${role}</code></td><td>${from} to ${to} (${state})</td><td>${reason}</td></tr>`,
          )
        : [
            html`<tr><td>${component}</td><td><code>${role}</code></td><td>no window: any use is a finding</td><td></td></tr>`,
          ],
    ),
  );

const aboutOf = ({ subject: { principal, role, object } }: Exemption): string =>
  [principal, role, object].filter((part) => part !== undefined).join(", ") || "the whole cluster";

/** What is not known of the exemptions of a past time. */
const untoldText = (untold: number | null): Html | false => {
  if (untold === null) return false;
  const more =
    untold > 0 && `${count(untold, "more exemption", "more exemptions")} stood then; only the end is known. `;
  return html`<p class="more">${more}Exemptions that were withdrawn before acts were recorded (release 0.1) are not known.</p>`;
};

const exemptionTable = ({ exemptions, exemptionsUntold, at }: ReportData): Html => {
  if (!exemptions.length)
    return exemptionsUntold === null
      ? html`<p class="none">No finding is exempt.</p>`
      : html`<p class="none">No exemption of that time is recorded.</p>${untoldText(exemptionsUntold)}`;
  const { shown, more } = firstOf(
    exemptions.toSorted((a, b) => a.until - b.until),
    MAX_ROWS,
  );
  return html`${list(
    "Exemptions, the next to end first",
    ["Until", "Finding of", "About", "Owner", "Reason"],
    shown.map(
      (one) =>
        html`<tr class="${one.until <= at && "alarm"}"><td>${day(one.until)}${one.until <= at && " (past)"}</td><td>${one.detector}</td><td>${aboutOf(one)}</td><td>${one.owner}</td><td>${one.reason}</td></tr>`,
    ),
  )}
${more > 0 && html`<p class="more">and ${count(more, "more", "more")}.</p>`}
${untoldText(exemptionsUntold)}`;
};

export const declaredSection = (data: ReportData): Html => {
  const { declared } = data;
  return html`<section id="declared" aria-labelledby="declared-title">
<h2 id="declared-title">Declared access</h2>
${
  declared && "notKnown" in declared
    ? html`<p class="none">Not known: ${declared.notKnown}.</p>`
    : declared
      ? html`${driftText(declared, data)}${endedTable(declared)}${emergencyTable(declared)}`
      : html`<p class="none">No baseline was published: nothing says which access is wanted. Make one with <code class="command">dsql-audit baseline init --out access.yml ${data.storeOption}</code></p>`
}
${exemptionTable(data)}
</section>`;
};
