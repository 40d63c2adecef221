// Makes text that an attacker may have chosen fit for a title, a subject line or a log: one line, bounded, nothing hidden.

/** Control and format characters (bidirectional overrides, line breaks, zero width) as `\u{…}`, whatever the length. */
export const spelledOut = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);

/** The same, bounded: `max` characters, then "…". */
export const visible = (text: string, max = 120): string => {
  const shown = spelledOut(text);
  const points = Array.from(shown.length > max ? shown.slice(0, max * 2) : shown);
  return points.length <= max ? shown : `${points.slice(0, max - 1).join("")}…`;
};

/** "AppReadOnlyRole" of `arn:aws:iam::111122223333:role/service/AppReadOnlyRole`: what people call a principal. */
export const principalName = (principal: string): string =>
  visible(principal.slice(principal.lastIndexOf("/") + 1) || principal, 64);

/** The cluster's short name: the last part of its ARN or address. */
export const clusterName = (cluster: string): string =>
  visible(cluster.slice(cluster.lastIndexOf("/") + 1) || cluster, 40);
