import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html, preformatted } from "../../lib/report/html.ts";
import { hostileNames } from "./hostile-report.ts";

/** What is left of markup when its text and the values of its attributes are taken away. */
const skeleton = (markup: string): string => markup.replace(/"[^"<>]*"/g, '""').replace(/>[^<]*</g, "><");

describe("html", () => {
  it("escapes text and attribute values", () => {
    expect(html`<p title="${`"'><b>`}">${"<img onerror=x> & `"}</p>`.markup).toBe(
      '<p title="&quot;&#39;&gt;&lt;b&gt;">&lt;img onerror=x&gt; &amp; &#96;</p>',
    );
  });

  it("keeps markup that it made itself, lists of it, and leaves nothing for nothing", () => {
    const items = ["a<", "b"].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${null}${undefined}${false}${0}${""}`.markup).toBe(
      "<ul><li>a&lt;</li><li>b</li></ul>0",
    );
  });

  it("does not take an object that looks like markup for markup", () => {
    const forged = JSON.parse('{"markup":"<script>"}') as string;
    expect(() => html`${forged}`.markup).toThrow();
  });

  it("makes control characters, line breaks and bidirectional overrides visible", () => {
    expect(html`${"a\u202Eb\u0000c\u200bd\r\n\u2066"}`.markup).toBe(
      "a\\u{202e}b\\u{0}c\\u{200b}d\\u{d}\\u{a}\\u{2066}",
    );
    expect(preformatted("drop\nrole \u202E<x>").markup).toBe("drop\nrole \\u{202e}&lt;x&gt;");
  });

  it("lets no text change the markup around it", () => {
    // Any code units: lone surrogates too.
    const codeUnits = fc
      .array(fc.integer({ min: 0, max: 0xffff }))
      .map((units) => String.fromCharCode(...units));
    const text = fc.oneof(codeUnits, fc.constantFrom(...hostileNames));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const page = html`<p title="${a}">${b}<i>${a}</i></p><pre>${preformatted(b)}</pre>`.markup;
        expect(skeleton(page)).toBe('<p title=""><i></i></p><pre></pre>');
        expect(page.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });
});
