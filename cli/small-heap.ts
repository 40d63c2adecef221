// Keeps the memory of a long run close to what the run holds.
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Enough that what lives for a moment only is gone before it is moved to the old objects. */
const YOUNG_BYTES = 8 * 1024 * 1024;
const LOOK_MS = 2;

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;

/**
 * V8 makes the space for new objects larger for as long as many of them survive, up to 128 MB, and a run that reads a folder
 * keeps nearly all that it makes: from 8 MB on the space stays as it is. Threads that are started later begin with 4 MB
 * instead of 1, for theirs stays as it is from then on, too. And V8 looks for dead objects when the heap has grown by 30 %
 * instead of doubled. Returns what stops the looking.
 */
export const keepHeapSmall = (): (() => void) => {
  setFlagsFromString("--heap-growing-percent=30");
  setFlagsFromString("--min-semi-space-size=4");
  const looking = setInterval(() => {
    if (youngBytes() < YOUNG_BYTES) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    clearInterval(looking);
  }, LOOK_MS);
  looking.unref();
  return () => clearInterval(looking);
};
