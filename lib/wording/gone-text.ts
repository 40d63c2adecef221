// What people are told of a cluster that is gone: since when, and by whom.
import { minute } from "../core/base/time.ts";
import { principalName, visible } from "../core/base/visible-text.ts";
import type { Gone } from "../core/history/cluster-life.ts";

/** "deleted by OpsRole", "retired by ana: moved to another account" */
export const howText = ({ reason, by, note }: Gone): string =>
  `${reason}${by === undefined ? "" : ` by ${visible(principalName(by), 200)}`}${note === undefined ? "" : `: ${visible(note, 300)}`}`;

/** "The cluster is gone since 2026-11-28 10:00 UTC (deleted by OpsRole)." */
export const goneText = (gone: Gone): string =>
  `The cluster is gone since ${minute(gone.at)} (${howText(gone)}).`;
