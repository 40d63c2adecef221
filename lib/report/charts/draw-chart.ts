// From a chart's specification to inline SVG. The only file that runs the drawing library; it never loads anything.

import { logger, None, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { AuditError } from "../../errors.ts";
import { type Html, html, trustedMarkup } from "../html.ts";
import { chartConfig } from "./chart-style.ts";

export type Chart = {
  /** Unique on the page, our own text. */
  readonly id: string;
  readonly title: string;
  /** What a person who cannot see it has to know. */
  readonly description: string;
  readonly spec: TopLevelSpec;
};

const refuse = (): Promise<never> =>
  Promise.reject(new AuditError("config", "a chart asked for something outside its own data"));
const sealed = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

const SVG = /^<svg [^>]*?width="([\d.]+)" height="([\d.]+)"[^>]*>(.*)<\/svg>$/s;
/** Frames of no size that the library leaves around every group. */
const EMPTY_FRAMES =
  /<path class="(?:background|foreground)" aria-hidden="true" d="(?:M0,0h0v0h0Z)?"[^>]*\/>/g;

/** Labels are escaped by the library's SVG writer; names must already be made visible, see `visible`. */
export const drawChart = async ({ id, title, description, spec }: Chart): Promise<Html> => {
  const quiet = logger(None);
  const compiled = compile(spec, { config: chartConfig, logger: quiet });
  const view = new View(parse(compiled.spec), { renderer: "none", loader: sealed, logLevel: None });
  try {
    const [, width, height, inner] = SVG.exec(await view.toSVG()) ?? [];
    if (width === undefined || height === undefined || inner === undefined) {
      throw new AuditError("config", `chart ${id} was not drawn as one SVG`);
    }
    const [w, h] = [Math.ceil(Number(width)), Math.ceil(Number(height))];
    return html`<div class="scroll chart" tabindex="0" role="region" aria-label="${title}"><svg viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img" aria-labelledby="${id}-title ${id}-desc"><title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>${trustedMarkup(inner.replace(EMPTY_FRAMES, ""))}</svg></div>`;
  } finally {
    view.finalize();
  }
};
