// A store with some history for tests of the questions: four snapshots, findings, connections, coverage.

import type { Principal } from "../../lib/core/base/ids.ts";
import { DAY, HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { createActivityStore } from "../../lib/store/activity/activity.ts";
import { createFindingStore } from "../../lib/store/findings/findings.ts";
import { sentNotices } from "../../lib/store/findings/sent-notices.ts";
import { registerCluster } from "../../lib/store/history/clusters.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import type { Table } from "../../lib/store/table/table.ts";
import { acl, cluster, estate, publicSchema, table } from "./catalogs.ts";
import { connection } from "./connections.ts";

/** The first snapshot; the others follow by the hour. */
export const T = Date.UTC(2026, 2, 1, 2);
export const NOW = T + 10 * HOUR;

export const READER = "arn:aws:iam::111122223333:role/reader" as Principal;
/** Connected as admin at T+2h. */
export const ADMIN_USER = "arn:aws:iam::111122223333:role/x" as Principal;
export const WRITER = "arn:aws:iam::111122223333:role/writer" as Principal;

/** What a-1 and c-1 belong to; b-1 stands alone, and was told of by an earlier release. */
export const INCIDENT = "inc-0a1b2c3d";

const payments = table(1001, "payments", { acl: acl("10=arwdDxt/10", "100=r/10") });
const orders = (...items: string[]) => table(1000, "orders", { acl: acl("10=arwdDxt/10", ...items) });

export const findingOf = (id: string, more: Partial<Finding> = {}): Finding => ({
  id,
  detector: "dormant-mapping",
  category: "dormant",
  life: "state",
  severity: "medium",
  cluster,
  subject: { principal: READER, role: "app_ro", roleOid: 100, facet: "" },
  title: "Nobody used it",
  evidence: { days: 90 },
  firstSeenAt: T,
  lastSeenAt: T + HOUR,
  status: "open",
  detectedAt: T + HOUR,
  confirmedAt: T + HOUR,
  reopened: 0,
  ...more,
});

/**
 * T: app_ro may read orders and payments, app_rw is a member of app_ro and may write orders. T+1h: app_ro gains DELETE on
 * orders. T+2h: nothing changes. T+3h: functions cannot be read, DELETE is gone, payments is dropped.
 */
export const fillWorld = async (db: Table): Promise<void> => {
  const snapshots = createSnapshotStore(db, { now: () => T });
  await registerCluster(db, cluster);
  const schemas = [{ ...publicSchema, acl: acl("0=U/10", "10=UC/10") }];
  const before = orders("100=r/10", "101=arw/10");
  const granted = orders("100=rd/10", "101=arw/10");
  await snapshots.save(cluster, estate({ schemas, relations: [before, payments] }), T);
  await snapshots.save(cluster, estate({ schemas, relations: [granted, payments] }), T + HOUR);
  await snapshots.save(cluster, estate({ schemas, relations: [granted, payments] }), T + 2 * HOUR);
  await snapshots.save(
    cluster,
    estate({ schemas, relations: [before], functions: "unreadable" }),
    T + 3 * HOUR,
  );

  const findings = createFindingStore(db);
  const lastWeek = { noticedAt: T - 7 * DAY, toldAt: T - 7 * DAY };
  await findings.update(cluster, () => [
    findingOf("a-1", { incident: INCIDENT }),
    findingOf("b-1", { status: "resolved", severity: "high", closedAt: T + 2 * HOUR, ...lastWeek }),
    findingOf("c-1", {
      detector: "new-network",
      category: "anomalous",
      severity: "high",
      incident: INCIDENT,
    }),
  ]);
  await sentNotices(db).note(cluster, {
    at: T + HOUR,
    kind: "opened",
    severity: "high",
    subject: `[HIGH] reader: Connection from a new network (abc) ${INCIDENT}`,
    messageId: "message-1",
    incidents: [INCIDENT],
  });
  await findings.looked(cluster, { at: T + 3 * HOUR, snapshotAt: T + 3 * HOUR });

  const activity = createActivityStore(db);
  await activity.count(
    [
      connection("e1", T - DAY, { cluster, principal: READER }),
      connection("e2", T + HOUR, { cluster, principal: READER }),
      connection("e3", T + 2 * HOUR, { cluster, principal: READER, outcome: "refused" }),
      connection("e4", T + 2 * HOUR, {
        cluster,
        principal: ADMIN_USER,
        action: "DbConnectAdmin",
      }),
    ],
    NOW,
  );
  await activity.fold(cluster, NOW);
  await activity.markHours(cluster, [T, T + HOUR, T + 3 * HOUR], "digest");
};
