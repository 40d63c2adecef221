// The history that test/fixtures/store-v1.ndjson holds, as the release that first had this format stored it.

import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import type { SnapshotMeta } from "../../lib/core/history/manifest.ts";
import { acl, estate, role, table } from "./catalogs.ts";

const T = Date.UTC(2026, 2, 1, 2);
const principal = "arn:aws:iam::111122223333:role/auditor";
const others = Array.from({ length: 60 }, (_, i) => table(2000 + i, `t${i}`));
const orders = (...items: string[]) => [
  table(1000, "orders", { acl: acl("10=arwdDxt/10", ...items) }),
  ...others,
];

/** A first snapshot, a grant, a drop and a rename, an unreadable section, a quiet one, and the next day. */
export const storedHistory: readonly { at: number; catalog: Catalog; meta?: SnapshotMeta }[] = [
  { at: T, catalog: estate({ relations: orders("100=r/10") }), meta: { login: { at: T, principal } } },
  { at: T + HOUR, catalog: estate({ relations: orders("100=r*d/10") }) },
  {
    at: T + 2 * HOUR,
    catalog: estate({ relations: others, roles: [role(10, "boss"), role(100, "app_ro"), role(102, "new")] }),
  },
  { at: T + 3 * HOUR, catalog: estate({ relations: others, mappings: "unreadable" }) },
  { at: T + 4 * HOUR, catalog: estate({ relations: others, mappings: "unreadable" }) },
  { at: T + DAY, catalog: estate({ mappings: [], relations: orders("100=r/10") }) },
];
