// A finding as bytes: its JSON, deflated with a dictionary of what findings have in common. Every look reads them all, so
// their size is most of what a look costs.
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Finding } from "../../core/findings/finding.ts";
import { AuditError } from "../../errors.ts";

/** Of the second format, and the beginning of the third. */
const COMMON = Buffer.from(
  [
    '"noticedSeverity":"critical","noticedSeverity":"high","noticedSeverity":"low","closeNoticedAt":17,"closedBecause":"',
    '"acknowledged":{"at":17,"by":"","note":""},"ends":"","endedAt":17,"object":"","grantor":"admin","privileges":["SELECT","INSERT","UPDATE","DELETE"],',
    '"grants":[],"paths":[],"path":["options":"","why":"","bits":,"threshold":,"signs":[{"detector":"","says":"","firstAt":"2026-","lastAt":"2026-","evidence":{"ownDays":,"ownDaysLikeThis":0,"peerDays":,"peerDaysLikeThis":0}}]',
    '"detector":"grant-option","detector":"privilege-exceeds-archetype","detector":"capture-gap","category":"anomalous","life":"episode","category":"coverage","life":"stretch","category":"over-privileged","life":"state","severity":"low","severity":"high","severity":"critical",',
    '"status":"resolved","status":"exempt","status":"ended","closedAt":17,"eventIds":["',
    '"lastPossibleUseAt":"2026-","lastPossibleUseEventId":"","uncovered":[{"from":"2026-","to":"2026-","reasons":[""]}],"otherRoles":[""],"provenUnused":{"from":"2026-","to":"2026-',
    '"detector":"dormant-mapping","family":"mapping","verdict":"dormant","fix":"REVOKE GRANT OPTION FOR SELECT ON TABLE ',
    '{"id":"mapping-","detector":"never-used-mapping","family":"mapping","category":"dormant","life":"state","severity":"medium","cluster":"arn:aws:dsql:us-east-1:',
    ':cluster/","subject":{"principal":"arn:aws:iam::',
    ':role/","role":"","roleOid":2,"facet":""},"title":"Unused mapping: , never used since 2026-","evidence":{"window":{"days":90},"reason":"silent","lastUseAt":null,"lastUseEventId":"","captureProvenSince":"2026-',
    'T00:00:00.000Z","uncoveredHours":0,"mappingAgeAssumed":false,"mappingFirstSeenAt":"2026-","mappingNotSeenAt":"2026-"},"firstSeenAt":17,"lastSeenAt":17,',
    '"verdict":"never-used","fix":"AWS IAM REVOKE  FROM \'arn:aws:iam::\';\\n-- Then drop the role, if it owns nothing and nobody else is mapped to it.",',
    '"status":"open","detectedAt":17,"confirmedAt":17,"provenAt":17,"reopened":0,"noticedAt":17,"noticedSeverity":"medium"}',
  ].join(""),
);

/** What more of today's findings have in common. */
const COMMON_SINCE = Buffer.from(
  [
    '"words":[],"canLogIn":true,"principals":["arn:aws:iam::"],"memberOf":[],"owns":0,"objects":["table ","objectCount":1,"can":"own",',
    '"object":{"kind":"table","name":"","oid":4},"privileges":["SELECT"],"grantedBy":["admin"],"passedOnTo":[],',
    '"since":{"after":"2026-","by":"2026-11-01T00:00:00.000Z"}},"firstSeenAt":179,"lastSeenAt":179,',
    '"fix":"BEGIN;\\nSET LOCAL ROLE ;\\nCOMMIT;\\nGRANT USAGE ON SCHEMA  TO ;\\nREVOKE USAGE ON SCHEMA  FROM ;\\nALTER TABLE  OWNER TO admin;",',
    '"grants":["SELECT"],"status":"open","detectedAt":179,"confirmedAt":179,"reopened":0,"seenDays":1}',
  ].join(""),
);

/** How a finding was packed: with what all findings have in common, or also with what its item's key says. */
export const PACKED = 2;
export const PACKED_BY_KEY = 3;

/** Part of the formats: changed only along with a format's number. The most common text stands last. */
const dictionaryOf = (
  format: typeof PACKED | typeof PACKED_BY_KEY,
  { cluster, id }: Pick<Finding, "cluster" | "id">,
): Buffer => {
  if (format === PACKED) return COMMON;
  const own = `"cluster":"${cluster}","subject":{"role":"{"id":"${id}","detector":"`;
  return Buffer.concat([COMMON, COMMON_SINCE, Buffer.from(own)]);
};

/** What a finding may unpack to: an item holds 400 KB. */
const MAX_UNPACKED = 4 * 1024 * 1024;

/** In the newest format, `PACKED_BY_KEY`. */
export const packFinding = (finding: Finding): Uint8Array =>
  new Uint8Array(
    deflateRawSync(JSON.stringify(finding), { level: 9, dictionary: dictionaryOf(PACKED_BY_KEY, finding) }),
  );

/**
 * The JSON value of bytes that `packFinding` of this or an earlier release made. `key`: the finding's, as the item's key
 * says it. AuditError("store") for other bytes.
 */
export const unpackFinding = (
  bytes: Uint8Array,
  format: typeof PACKED | typeof PACKED_BY_KEY,
  key: Pick<Finding, "cluster" | "id">,
): unknown => {
  try {
    const options = { dictionary: dictionaryOf(format, key), maxOutputLength: MAX_UNPACKED };
    return JSON.parse(inflateRawSync(bytes, options).toString("utf8"));
  } catch (cause) {
    throw new AuditError("store", "A stored finding cannot be read", { cause });
  }
};
