// The small coloured words: severity of a finding, verdict on a mapping. A word always, never a colour alone.
import type { Severity, Verdict } from "../core/findings/finding.ts";
import { type Html, html } from "./html.ts";

/** Worst first. */
export const severities = ["critical", "high", "medium", "low"] as const satisfies readonly Severity[];

const verdictWords: Readonly<Record<Verdict, string>> = {
  active: "in use",
  ambiguous: "use ambiguous",
  grace: "younger than the window",
  unknown: "use unknown",
  dormant: "dormant",
  "never-used": "never used",
};

export const verdictPill = (verdict: Verdict): Html =>
  html`<span class="pill verdict-${verdict}">${verdictWords[verdict]}</span>`;

export const severityPill = (severity: Severity): Html =>
  html`<span class="pill severity tone-${severity}">${severity}</span>`;
