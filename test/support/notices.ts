// Notices for tests: what is due for a cluster that people were written to before, and what telling it makes known.
import type { Cluster } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { markTold } from "../../lib/core/incidents/due.ts";
import type { NoticeState } from "../../lib/core/incidents/notice-state.ts";
import { wordsOf } from "../../lib/detectors/words.ts";
import type { TextOptions } from "../../lib/notices/incident-text.ts";
import type { Notice } from "../../lib/notices/notice.ts";
import { planNotices } from "../../lib/notices/plan-notices.ts";
import { cluster as anyCluster } from "./catalogs.ts";

type Given = Partial<Pick<TextOptions, "reachOf" | "store">> & {
  readonly state?: NoticeState;
  readonly cluster?: Cluster;
};

/** What is due at `now`, for a cluster that was written to before unless `state` says otherwise. */
export const dueNow = (findings: readonly Finding[], now: number, given: Given = {}): readonly Notice[] => {
  const {
    state = { firstAt: now - 9000 * HOUR },
    cluster = findings[0]?.cluster ?? anyCluster,
    reachOf,
    store = ["--store", "audit.db"],
  } = given;
  const text = { wordsOf, store, ...(reachOf && { reachOf }) };
  return planNotices({ cluster, findings, state, hasSnapshot: true }, now, text);
};

/** The findings once these notices are out. */
export const afterTelling = (
  findings: readonly Finding[],
  notices: readonly Notice[],
  now: number,
): readonly Finding[] => notices.reduce((known, { told }) => markTold(known, told, now), findings);
