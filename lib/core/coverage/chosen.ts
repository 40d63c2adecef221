// Which clusters a deployment watches by their tags, and one that its tags no longer choose: nobody reads it, and it is there.
import type { Instant } from "../base/time.ts";

/** By key. */
export type Tags = Readonly<Record<string, string>>;

/** Stands for any value: no tag has a star. https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_tagging.html */
const ANY = "*";

/** Whether `tags` has all of `wanted`, each with its value; nothing wanted: every cluster is chosen. */
export const isChosen = (tags: Tags, wanted: Tags): boolean =>
  Object.entries(wanted).every(
    ([key, value]) => Object.hasOwn(tags, key) && (value === ANY || tags[key] === value),
  );

/** As people read it: `audit=true, team=*`. */
export const tagsText = (wanted: Tags): string =>
  Object.entries(wanted)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");

/** `at`: when the schedule last found that its tags do not choose the cluster. `since`: when first, without a break. */
export type Unchosen = { readonly at: Instant; readonly since: Instant };

/**
 * Whether it is still so: said less than `withinMs` ago, and not read since, as one is that is chosen again. `snapshotAt`: of its
 * newest snapshot; undefined: there is none.
 */
export const isUnchosen = (
  unchosen: Unchosen | undefined,
  {
    snapshotAt,
    now,
    withinMs,
  }: { readonly snapshotAt: Instant | undefined; readonly now: Instant; readonly withinMs: number },
): unchosen is Unchosen =>
  unchosen !== undefined && now - unchosen.at < withinMs && (snapshotAt ?? 0) <= unchosen.at;
