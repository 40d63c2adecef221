// Which client connected: the first product of a user agent with its version.

import { remember } from "../base/remember.ts";

const MAX = 80;

const readClient = remember((userAgent: string): string => {
  const text = userAgent.replace(/^[[\s]+/, "").trim();
  if (text === "") return "unknown";
  const product = /^[^\s/()[\];,]+\/[^\s/()[\];,]+/.exec(text)?.[0];
  return (product ?? text.replace(/[\])\s]+$/, "")).slice(0, MAX) || "unknown";
});

/**
 * "aurora-dsql-nodejs-pg/0.1.9" from a full user agent, brackets and comments dropped; a text without any `name/version`
 * as it is, cut; "unknown" for none.
 */
export const clientOf = (userAgent: string | undefined): string =>
  userAgent === undefined ? "unknown" : readClient(userAgent);

/** "aurora-dsql-nodejs-pg" of "aurora-dsql-nodejs-pg/0.1.9": an upgrade is no new client. */
export const clientFamily = remember((client: string): string => client.split("/")[0] ?? client);
