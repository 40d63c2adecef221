// What a line of a month's cost is, what it is worked out of, and how long a month is.
import type { MeasuredFigures } from "./measured-figures.ts";
import type { PriceName } from "./prices.ts";

/** Who is watched. */
export type Estate = {
  readonly clusters: number;
  /** Of all clusters together. */
  readonly connectsPerMonth: number;
};

/** Memory in MB, and the seconds after which Lambda ends it. */
type Sized = { readonly memory: number; readonly timeout: number };

/** What a deployment is made of, as deploy/ has it. */
export type Deployed = {
  readonly alarms: number;
  readonly queues: number;
  /** Metrics that the functions write themselves, each of one function. */
  readonly ownMetrics: number;
  readonly functions: Readonly<Record<"plan" | "snapshot" | "detect" | "notify" | "retain" | "query", Sized>>;
};

export type CostLine = {
  readonly what: string;
  /** Dollars a month, at least and at most; "unknown": nothing is measured or documented that it could be worked out of. */
  readonly dollars: { readonly low: number; readonly high: number } | "unknown";
  readonly says: string;
};

export type Given = {
  readonly estate: Estate;
  readonly measured: MeasuredFigures;
  readonly deployed: Deployed;
  /** Dollars of so many. */
  readonly ask: (price: PriceName, quantity: number) => number;
};

export const DAYS = 30;
export const HOURS = DAYS * 24;
export const MINUTES = HOURS * 60;

export const exactly = (dollars: number) => ({ low: dollars, high: dollars });

/** With as many digits as it takes to see it. */
export const cents = (dollars: number): string =>
  `$${dollars.toFixed(dollars < 0.001 ? 4 : dollars < 0.1 ? 3 : 2)}`;

/** Dollars of so many seconds of one function. */
export const secondsOf = (
  { ask, deployed }: Given,
  name: keyof Deployed["functions"],
  seconds: number,
): number => ask("gigabyteSeconds", (seconds * deployed.functions[name].memory) / 1_024);
