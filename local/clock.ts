// Time that can be set: a simulated stretch is lived through faster, then the real clock takes over.

export type Clock = {
  /** Epoch ms. */
  readonly now: () => number;
  /** Jumps to a time that is not earlier; an earlier one is passed over, for time does not go back. */
  readonly jumpTo: (at: number) => void;
  readonly advance: (ms: number) => void;
  /** From here on it goes with the real time, `lagMs` behind it (never behind what it has shown). */
  readonly goLive: (lagMs: number) => void;
};

/** Stands still at `at` until it is moved; `real` is the time that it goes with once it is live. */
export const simulatedClock = (at: number, real: () => number = Date.now): Clock => {
  let frozen: number | undefined = at;
  let ahead = 0;
  const now = (): number => frozen ?? real() + ahead;
  return {
    now,
    jumpTo: (to) => {
      if (frozen !== undefined) frozen = Math.max(frozen, to);
    },
    advance: (ms) => {
      if (frozen === undefined) ahead += ms;
      else frozen += ms;
    },
    goLive: (lagMs) => {
      ahead = Math.max(-lagMs, now() - real());
      frozen = undefined;
    },
  };
};
