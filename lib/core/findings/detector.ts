// What a detector is: one rule with its documents and options, pure, judged by nothing but a view.
import type * as z from "zod";
import type { Sign } from "../anomaly/sign.ts";
import type { Instant } from "../base/time.ts";
import type { Category, Evidence, Severity, Subject, Verdict } from "./finding.ts";
import type { AuditView, Need } from "./view.ts";

/** What one detector is given: the view, and a memory of its own. */
export type DetectorView = AuditView & {
  /**
   * Makes a value once for all moments that share `key`: only of what is the same at all of them. No other detector, and
   * none with other options, shares it.
   */
  readonly once: <T>(key: object, make: () => T) => T;
};

/** One subject found; `facet` is "" where there is none, `severity` the detector's own where there is none. */
export type Judgement = {
  readonly subject: Omit<Subject, "facet"> & { readonly facet?: string };
  readonly title: string;
  readonly evidence: Evidence;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  readonly severity?: Severity;
  readonly eventIds?: readonly string[];
  readonly verdict?: Verdict;
  readonly fix?: string;
};

/** Every text is for a person who has never seen the rule. */
export type DetectorDocs = {
  readonly why: string;
  readonly fix: string;
  readonly falsePositives: string;
  readonly blindSpots: string;
};

type Common<O> = {
  readonly id: string;
  readonly category: Category;
  readonly title: string;
  readonly severity: Severity;
  readonly docs: DetectorDocs;
  readonly options: z.ZodType<O>;
  /** Without these its look is not complete, and nothing of it is resolved. */
  readonly needs?: readonly Need[];
};

/** Judges subjects. `unjudged`: those it could not judge, whose findings stay as they are. */
export type SubjectDetector<O> = Common<O> & {
  readonly detect: (view: DetectorView, options: O) => readonly Judgement[];
  readonly unjudged?: (view: DetectorView, options: O) => readonly Judgement["subject"][];
  /** Likewise by the beginning of the facet: what an unreadable section would have shown. */
  readonly unjudgedFacets?: (view: DetectorView) => readonly string[];
};

/** Sees signs; the core joins those of one principal's episode into one finding. */
export type SignDetector<O> = Common<O> & {
  readonly category: "anomalous";
  readonly signs: (view: DetectorView, options: O) => readonly Sign[];
};

/** A detector of any options: what the registry holds. */
export type Detector = Omit<Common<unknown>, "options"> & {
  readonly options: z.ZodType;
  readonly detect?: SubjectDetector<unknown>["detect"];
  readonly unjudged?: SubjectDetector<unknown>["unjudged"];
  readonly unjudgedFacets?: SubjectDetector<unknown>["unjudgedFacets"];
  readonly signs?: SignDetector<unknown>["signs"];
};

/** Gives a detector its types; what comes out can stand in one list with all the others. */
export const defineDetector = <O>(detector: SubjectDetector<O> | SignDetector<O>): Detector =>
  detector as unknown as Detector;
