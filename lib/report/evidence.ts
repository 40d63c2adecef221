// A finding's evidence as a list on the page: the words are the same as in mails and on the command line.
import type { EvidenceWords } from "../core/base/evidence.ts";
import { evidenceRows } from "../wording/evidence-text.ts";
import { type Html, html } from "./html.ts";
import { breakable } from "./wording.ts";

const entry = (text: string): Html => (text.startsWith("arn:") ? breakable(text) : html`${text}`);

/** Any plain JSON object as a `<dl>`: bounded in depth, length and width, with what was left off said. */
export const evidenceList = (
  evidence: Readonly<Record<string, unknown>>,
  words: EvidenceWords = {},
): Html => {
  const rows = evidenceRows(evidence, words);
  if (!rows.length) return html`<p class="none">No figures.</p>`;
  return html`<dl class="evidence">${rows.map(({ label, entries }) => {
    const [only] = entries;
    const says =
      entries.length === 1 && only !== undefined
        ? entry(only)
        : html`<ul>${entries.map((text) => html`<li>${entry(text)}</li>`)}</ul>`;
    return html`<div><dt>${label}</dt><dd>${says}</dd></div>`;
  })}</dl>`;
};
