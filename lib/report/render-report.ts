// From plain data to one HTML file that needs nothing else: no network, no script, no clock.
import { clusterName } from "../core/base/visible-text.ts";
import { activityFigures } from "./activity-figures.ts";
import { type ActivityCharts, activitySection } from "./activity-section.ts";
import { changesSection } from "./changes-section.ts";
import { connectionsChart } from "./charts/connections-chart.ts";
import { coverageChart } from "./charts/coverage-chart.ts";
import { drawChart } from "./charts/draw-chart.ts";
import { networksChart } from "./charts/networks-chart.ts";
import { weekChart } from "./charts/week-chart.ts";
import { coverageFigures } from "./coverage-figures.ts";
import { coverageSection } from "./coverage-section.ts";
import { declaredSection } from "./declared-section.ts";
import { findingsSection } from "./findings-section.ts";
import { headlineSection, pageHeader } from "./headline-section.ts";
import { html } from "./html.ts";
import { page } from "./page.ts";
import { reachSection } from "./reach-section.ts";
import type { ReportData } from "./report-data.ts";
import { wallsSection } from "./walls-section.ts";
import { figure, time, timeText } from "./wording.ts";

/** The report as the text of one file. The same data give the same text; it is asynchronous only because drawing is. */
export const renderReport = async (data: ReportData): Promise<string> => {
  const { window, covered, doubts } = data.coverage;
  const coverage = coverageFigures(window, covered, doubts);
  const { activity } = data;
  const figures = activity && activityFigures(activity.window, activity.hours, coverage.isCovered);
  const others = (activity?.hours ?? []).reduce((most, hour) => Math.max(most, hour.others ?? 0), 0);
  let charts: ActivityCharts | null = null;
  if (activity && figures && figures.allowed > 0) {
    charts = {
      connections: await drawChart(connectionsChart(activity.window, figures, coverage.gaps)),
      week: await drawChart(weekChart(figures)),
      networks: await drawChart(networksChart(activity.window, figures, coverage.gaps)),
    };
  }
  const strip = coverage.hours ? await drawChart(coverageChart(data.coverage, coverage)) : null;
  const open = data.findings.filter(({ status }) => status === "open").length;
  return page(
    `Access report: ${clusterName(data.cluster)}, ${timeText(data.at)}`,
    html`<a class="skip" href="#verdict">Skip to the verdict</a>
${pageHeader(data)}
<nav aria-label="Sections"><ul><li><a href="#verdict">In short</a></li><li><a href="#findings">Findings</a> <span class="n">${figure(open)}</span></li><li><a href="#reach">Who reaches what</a></li><li><a href="#walls">Both walls</a></li><li><a href="#declared">Declared access</a></li><li><a href="#activity">Who did connect</a></li><li><a href="#coverage">Coverage</a></li><li><a href="#changes">What changed</a></li></ul></nav>
<main>
${headlineSection(data, coverage, figures)}
${findingsSection(data)}
${reachSection(data)}
${wallsSection(data)}
${declaredSection(data)}
${activitySection(figures, charts, activity?.principals ?? [], others)}
${coverageSection(data, coverage, strip)}
${changesSection(data)}
</main>
<footer class="end"><p>Made by dsql-access-auditor from the store as of ${time(data.at)}. The file loads nothing and runs nothing. Names from databases and logs are shown as they are; invisible characters in them are spelled out as \\u{…}.</p></footer>`,
  );
};
