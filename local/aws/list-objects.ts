// S3's ListObjectsV2 over sorted keys: prefix, delimiter, pages. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html

export type ListRequest = {
  readonly prefix: string;
  readonly delimiter?: string;
  readonly maxKeys: number;
  readonly startAfter?: string;
  /** From an earlier page; undefined is the first. */
  readonly token?: string;
};

export type ListPage = {
  readonly keys: readonly string[];
  readonly commonPrefixes: readonly string[];
  /** Undefined on the last page. */
  readonly nextToken?: string;
};

const before = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

// The token says where the last page ended: after a key, or behind all keys of a common prefix.
const encode = (last: string): string => Buffer.from(last).toString("base64url");
const decode = (token: string): string | undefined => {
  const text = Buffer.from(token, "base64url").toString("utf8");
  return encode(text) === token ? text : undefined;
};

// The first index whose key is not `low`: keys are sorted, and a bucket may hold very many.
const firstIndex = (keys: readonly string[], low: (key: string) => boolean): number => {
  let from = 0;
  let to = keys.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (low(keys[middle] ?? "")) from = middle + 1;
    else to = middle;
  }
  return from;
};

/** One page; undefined when the token is not one of ours. `keys` in the order of their UTF-8 bytes. */
export const listPage = (keys: readonly string[], request: ListRequest): ListPage | undefined => {
  const { prefix, delimiter, maxKeys, token } = request;
  const after = token === undefined ? request.startAfter : decode(token);
  if (token !== undefined && after === undefined) return undefined;
  const found: string[] = [];
  const groups: string[] = [];
  let last = after ?? "";
  const start = firstIndex(
    keys,
    (key) => before(key, prefix) || (after !== undefined && !before(after, key)),
  );
  for (let at = start; at < keys.length; at += 1) {
    const key = keys[at] ?? "";
    if (!key.startsWith(prefix)) break; // keys with one prefix stand together
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const group = end < 0 ? undefined : key.slice(0, end + (delimiter?.length ?? 0));
    // Already counted, on this page or as the end of the page before.
    if (group !== undefined && (group === groups.at(-1) || (token !== undefined && group === after)))
      continue;
    if (found.length + groups.length >= maxKeys) {
      return { keys: found, commonPrefixes: groups, ...(maxKeys > 0 && { nextToken: encode(last) }) };
    }
    if (group === undefined) found.push(key);
    else groups.push(group);
    last = group ?? key;
  }
  return { keys: found, commonPrefixes: groups };
};
