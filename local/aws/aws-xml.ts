// XML as the query protocol of SNS and the REST protocol of S3 answer it.
import { randomUUID } from "node:crypto";
import type { LoopbackResponse } from "./loopback-server.ts";

/** An element's content: text, or children in order; a child of undefined is left out. */
type XmlContent = string | number | boolean | readonly XmlChild[];
export type XmlChild = readonly [name: string, content: XmlContent | undefined];

// Control characters are written by number, as S3 does with keys that hold them.
const escapeXml = (text: string): string =>
  text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not go out raw
    /[&<>"\u0000-\u001f\u007f]/g,
    (char) => `&#x${char.charCodeAt(0).toString(16)};`,
  );

const render = ([name, content]: XmlChild): string =>
  content === undefined
    ? ""
    : `<${name}>${typeof content === "object" ? content.map(render).join("") : escapeXml(String(content))}</${name}>`;

/** A whole document; `namespace` goes to the root element. */
export const xmlDocument = (
  [name, content]: readonly [string, readonly XmlChild[]],
  namespace?: string,
): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name}${namespace ? ` xmlns="${namespace}"` : ""}>${content.map(render).join("")}</${name}>`;

export const xmlResponse = (
  status: number,
  document: string,
  headers: Readonly<Record<string, string>> = {},
): LoopbackResponse => ({
  status,
  headers: { "content-type": "text/xml", "x-amzn-requestid": randomUUID(), ...headers },
  body: document,
});
