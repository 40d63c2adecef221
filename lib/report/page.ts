// The document around the sections: self-contained, and forbidden by its own policy to load or run anything.
import { createHash } from "node:crypto";
import { type Html, html, trustedMarkup } from "./html.ts";
import { styleSheet } from "./style-sheet.ts";

/** The style sheet by its hash; an empty icon, so that no browser asks a server for one; no script, frame or request. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(styleSheet).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** What charts refer to for "not known". */
const patterns = html`<svg class="defs" aria-hidden="true" focusable="false"><defs><pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="g1" width="6" height="6" fill="#f3f0fb"/><line class="g2" x1="0" y1="0" x2="0" y2="6" stroke="#b9aede" stroke-width="3"/></pattern></defs></svg>`;

/** The whole file as text. */
export const page = (title: string, body: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trustedMarkup(styleSheet)}</style>
</head>
<body>
${patterns}
${body}
</body>
</html>
`.markup;
