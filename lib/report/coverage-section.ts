// How do we know: the hours for which connection capture is proven, by which proof, and every gap.
import { lengthOf } from "../core/base/counted.ts";
import { type CoverageFigures, coverageShares } from "./coverage-figures.ts";
import { type Html, html } from "./html.ts";
import type { ReportData } from "./report-data.ts";
import { count, figure, firstOf, time } from "./wording.ts";

const MAX_GAPS = 60;

const proofs = [
  [
    "digest",
    "Signed digests",
    "CloudTrail's signed digest chain is unbroken and every log file it names was read.",
  ],
  ["canary", "Canary logins", "The canary logins before and after the hour arrived in trail files."],
  [
    "folder",
    "Files at hand",
    "The folder that was read holds trail files of the hour; weaker, but it was not empty.",
  ],
] as const;

/** `strip` is the drawn strip of days, null where there was nothing to draw. */
export const coverageSection = (data: ReportData, figures: CoverageFigures, strip: Html | null): Html => {
  const { window } = data.coverage;
  const unproven = figures.hours - figures.coveredHours;
  const shares = coverageShares(figures);
  const gaps = firstOf(
    figures.gaps.toSorted((a, b) => b.from - a.from),
    MAX_GAPS,
  );
  return html`<section id="coverage" aria-labelledby="coverage-title">
<h2 id="coverage-title">Coverage: how do we know?</h2>
<p class="hint">A mapping is called unused only if capture is proven for every hour of the window. The window: ${time(window.from)} to ${time(window.to)}, ${count(figures.hours, "hour")}.</p>
${data.coverage.peers.map((line) => html`<p class="hint">${line}</p>`)}
${strip}
<div class="two">
<div class="scroll" tabindex="0" role="region" aria-label="Hours by proof"><table class="list">
<caption>Hours by the strongest proof</caption>
<thead><tr><th scope="col">Proof</th><th scope="col" class="num">Hours</th><th scope="col" class="num">Share</th></tr></thead>
<tbody>${proofs.map(
    ([kind, name, meaning]) =>
      html`<tr><th scope="row"><span class="key key-${kind}"></span>${name}<small>${meaning}</small></th><td class="num">${figure(figures.byProof[kind])}</td><td class="num">${shares[kind]}</td></tr>`,
  )}<tr class="${unproven > 0 && "alarm"}"><th scope="row"><span class="key key-unproven"></span>Not proven<small>Somebody may have connected unseen.</small></th><td class="num">${figure(unproven)}</td><td class="num">${shares.unproven}</td></tr></tbody></table></div>
${
  gaps.shown.length
    ? html`<div class="scroll" tabindex="0" role="region" aria-label="Gaps"><table class="list">
<caption>Gaps, latest first</caption>
<thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col" class="num">Length</th><th scope="col">Why</th></tr></thead>
<tbody>${gaps.shown.map((gap) => html`<tr><td>${time(gap.from)}</td><td>${time(gap.to)}</td><td class="num">${lengthOf(gap.to - gap.from)}</td><td>${gap.reason ?? "no proof"}</td></tr>`)}</tbody></table>
${gaps.more > 0 && html`<p class="more">and ${count(gaps.more, "more gap", "more gaps")} before.</p>`}</div>`
    : html`<p class="none">${figures.hours ? "No gap." : "No stretch of time to look at."}</p>`
}
</div>
</section>`;
};
