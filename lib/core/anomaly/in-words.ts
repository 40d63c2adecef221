// How often, as people say it.
import { counted } from "../base/counted.ts";

/** "once", "2 times", "1,200 times" */
export const howOften = (count: number): string => (count === 1 ? "once" : counted(count, "time"));
