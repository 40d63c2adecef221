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

const ROOT_USER = /^arn:[a-z-]+:iam::(\d{12}):root$/;

/** IAM Identity Center makes a role for each permission set, in a path that nobody else can use. */
const PERMISSION_SET =
  /:role\/aws-reserved\/sso\.amazonaws\.com\/(?:[a-z0-9-]+\/)?AWSReservedSSO_(.+)_[0-9a-f]{16}$/;

/**
 * "AppReadOnlyRole" of `arn:aws:iam::111122223333:role/service/AppReadOnlyRole`: what people call a principal; of an
 * IAM Identity Center role its permission set, "Support (Identity Center)".
 */
export const principalName = (principal: string): string => {
  const name = principal.slice(principal.lastIndexOf("/") + 1) || principal;
  const [, account] = ROOT_USER.exec(principal) ?? [];
  if (account !== undefined) return `root of account ${account}`;
  const [, permissionSet] = PERMISSION_SET.exec(principal) ?? [];
  return permissionSet === undefined ? visible(name, 64) : `${visible(permissionSet, 64)} (Identity Center)`;
};

/** The cluster's short name: the last part of its ARN or address. */
export const clusterName = (cluster: string): string =>
  visible(cluster.slice(cluster.lastIndexOf("/") + 1) || cluster, 40);
