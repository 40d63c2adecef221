// The only way from text to markup: a template tag that escapes whatever is put into it, unless it is markup already.
import { visible } from "../core/base/visible-text.ts";

/** Markup that is known to be safe. Made by `html`, `preformatted` and `trustedMarkup` alone. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: text and numbers are escaped; nothing, null and false leave no trace. */
export type Slot = string | number | Html | readonly Slot[] | null | undefined | false;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};
/** First what is invisible or reorders text is spelled out, then what means something in markup is escaped. */
const escapeText = (text: string): string =>
  visible(text, Number.POSITIVE_INFINITY).replace(/[&<>"'`]/g, (c) => entities[c] ?? c);

const fill = (slot: Slot): string => {
  if (slot === null || slot === undefined || slot === false) return "";
  if (slot instanceof Html) return slot.markup;
  // Array.isArray does not narrow readonly arrays.
  if (typeof slot === "object") return (slot as readonly Slot[]).map(fill).join("");
  return escapeText(String(slot));
};

/**
 * Markup from a template. Slots may stand in text and in quoted attribute values; never in a tag or attribute name, in
 * `<style>`, in a URL, or unquoted, where no escaping helps.
 */
export const html = (parts: TemplateStringsArray, ...slots: readonly Slot[]): Html =>
  new Html(parts.reduce((markup, part, i) => `${markup}${fill(slots[i - 1])}${part}`));

/** Text whose line breaks mean something, for `<pre>`. */
export const preformatted = (text: string): Html => new Html(text.split("\n").map(escapeText).join("\n"));

/** Only for what this folder wrote itself: the style sheet, and charts whose labels the drawing library escaped. */
export const trustedMarkup = (markup: string): Html => new Html(markup);
