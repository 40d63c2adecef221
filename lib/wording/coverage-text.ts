// The sentence on how much of a stretch of time capture is proven for.
import { counted } from "../core/base/counted.ts";

type Stretch = {
  readonly from: string;
  readonly to: string;
  readonly hours: number;
  readonly unprovenHours: number;
  readonly settledUntil: string;
};

/** Takes instants as a person reads them (UTC) and whole hours; gives one or two sentences. */
export const coverageText = ({ from, to, hours, unprovenHours, settledUntil }: Stretch): string => {
  const stretch = `From ${from} to ${to} UTC`;
  return unprovenHours
    ? `${stretch}: capture is not proven for ${unprovenHours.toLocaleString("en-US")} of ${counted(hours, "hour")}; somebody may have connected in them unseen. Hours after ${settledUntil} may still be proven.`
    : `${stretch}: capture is proven for ${hours === 1 ? "its one hour" : `all ${counted(hours, "hour")}`}.`;
};
