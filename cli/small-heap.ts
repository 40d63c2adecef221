// Keeps the memory of a long run close to what the run holds.
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Enough that what lives for a moment only is gone before it is moved to the old objects. */
const YOUNG_BYTES = 16 * 1024 * 1024;

const youngBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;

/**
 * A function to be called now and then. V8 makes the space for new objects larger for as long as many of them survive, up
 * to 128 MB, and a run that reads a folder keeps nearly all that it makes. From 16 MB on it stays as it is, in this process
 * and its threads.
 */
export const keepHeapSmall = (): (() => void) => {
  let isHeld = false;
  return () => {
    if (isHeld || youngBytes() < YOUNG_BYTES) return;
    isHeld = true;
    setFlagsFromString("--semi-space-growth-factor=1");
  };
};
