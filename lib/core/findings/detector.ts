// What a detector is: one rule with its documents and options, pure, judged by nothing but a view.
import type { SignRule } from "../anomaly/sign-rule.ts";
import type { Evidence, EvidenceWords, WordsOf } from "../base/evidence.ts";
import type { Instant, Interval } from "../base/time.ts";
import * as z from "../base/zod.ts";
import type { Baseline } from "../baseline/baseline.ts";
import type { Category, Life, Severity, Subject, Verdict } from "./finding.ts";
import { sharedWords } from "./shared-words.ts";
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
export type Judgement<E extends Evidence = Evidence> = {
  readonly subject: Omit<Subject, "facet"> & { readonly facet?: string };
  readonly title: string;
  readonly evidence: E;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  readonly severity?: Severity;
  readonly eventIds?: readonly string[];
  readonly verdict?: Verdict;
  /** Of a stretch that is over: since when, and what people have to know of it. */
  readonly ended?: { readonly at: Instant; readonly says: string };
  readonly fix?: string;
  /** What ties it to findings of others: "network:203.0.113.0/24". */
  readonly threads?: readonly string[];
  /** What one finding counts together, each by a name that stays: an exemption accepts these, and no further one. */
  readonly grants?: readonly string[];
};

/** Every text is for a person who has never seen the rule. */
export type DetectorDocs = {
  readonly why: string;
  readonly fix: string;
  readonly falsePositives: string;
  readonly blindSpots: string;
};

type Common<O, E extends Evidence> = {
  readonly id: string;
  readonly category: Category;
  readonly title: string;
  /** The title where there is little room, beside a name: at most 28 characters. Missing: the title is that short. */
  readonly short?: string;
  readonly severity: Severity;
  /** Where several detectors give one finding between them: its name. */
  readonly family?: string;
  /** Where its findings belong to an incident with those of other detectors: the incident's name, and its title. */
  readonly thread?: { readonly key: string; readonly title: string };
  /** The auditor itself does not see: an open finding is counted as this metric, whose alarm does not wait for a mail. */
  readonly metric?: "SnapshotOverdue" | "CanaryMissed";
  /** It needs the catalog alone, and what it finds depends on who connected at this endpoint of the database all the same. */
  readonly ofEndpoint?: true;
  /** It looks at the connections of all endpoints of the database: what it finds at one, it finds at each. */
  readonly ofDatabase?: true;
  readonly docs: DetectorDocs;
  readonly life: Life;
  /** What each field of the evidence is called, wherever it is shown. */
  readonly evidence: WordsOf<E>;
  readonly options: z.ZodType<O>;
  /** Without these its look is not complete, and nothing of it is resolved. */
  readonly needs?: readonly Need[];
};

/** A subject as a finding stores it, for a detector that is asked about one again. */
export type KnownSubject = Omit<Subject, "facet"> & { readonly facet?: string };

/** In a sentence; `ended`: nothing was mended, and it is no finding of its own any more. */
export type WhyGone = string | { readonly ended: string };

/** Judges subjects. `unjudged`: those it could not judge, whose findings stay as they are. */
export type SubjectDetector<O, E extends Evidence> = Common<O, E> & {
  readonly life: "state" | "stretch";
  readonly detect: (view: DetectorView, options: O) => readonly Judgement<E>[];
  /** How many days back it has to know who connected. Missing: the newest uses, and what came since the last look, are enough. */
  readonly activityDays?: (options: O, baseline: Baseline | undefined) => number;
  readonly unjudged?: (view: DetectorView, options: O) => readonly Judgement["subject"][];
  /** Likewise by the beginning of the facet: what an unreadable section would have shown. */
  readonly unjudgedFacets?: (view: DetectorView) => readonly string[];
  /** Of stretches: what lies wholly before it has left the window and cannot be looked at again. */
  readonly reachesFrom?: (view: DetectorView, options: O) => Instant;
  /** What changed for a subject that this look no longer finds; undefined: it cannot say. `seen`: when it was last seen. */
  readonly gone?: (
    view: DetectorView,
    subject: KnownSubject,
    options: O,
    seen: Interval,
  ) => WhyGone | undefined;
};

/** Options that all signs of anomaly share. */
export const SignOptions = z.object({
  /** true: this sign is not looked for. */
  off: z._default(z.boolean(), false),
});
export type SignOptions = z.infer<typeof SignOptions>;

/** Brings a rule by which days are counted; the core joins the signs of one principal's episode into one finding. */
export type SignDetector<E extends Evidence> = Common<SignOptions, E> & {
  readonly category: "anomalous";
  readonly life: "episode";
  readonly rule: SignRule;
  /** Signs that are counted by themselves and told of under its name. */
  readonly moreRules?: readonly SignRule[];
};

/** A detector of any options: what the registry holds. */
export type Detector = Omit<Common<unknown, Evidence>, "options" | "evidence"> & {
  readonly options: z.ZodType;
  readonly evidence: EvidenceWords;
  readonly detect?: SubjectDetector<unknown, Evidence>["detect"];
  readonly activityDays?: SubjectDetector<unknown, Evidence>["activityDays"];
  readonly unjudged?: SubjectDetector<unknown, Evidence>["unjudged"];
  readonly unjudgedFacets?: SubjectDetector<unknown, Evidence>["unjudgedFacets"];
  readonly reachesFrom?: SubjectDetector<unknown, Evidence>["reachesFrom"];
  readonly gone?: SubjectDetector<unknown, Evidence>["gone"];
  readonly rule?: SignRule;
  readonly moreRules?: readonly SignRule[];
};

/** All the signs that a detector tells of. */
export const rulesOf = ({ rule, moreRules = [] }: Detector): readonly SignRule[] =>
  rule ? [rule, ...moreRules] : [];

/** Gives a detector its types; what comes out can stand in one list with all the others. */
export const defineDetector = <O, E extends Evidence>(
  detector: SubjectDetector<O, E> | SignDetector<E>,
): Detector =>
  ({
    ...detector,
    evidence: { ...sharedWords(detector), ...detector.evidence },
  }) as unknown as Detector;

/** What a rule's findings are called. */
export type DetectorTitle = Pick<Detector, "title" | "short" | "thread">;

/** What people are told of a rule: its documents, and what its evidence is called. */
export type DetectorWords = DetectorTitle & Pick<Detector, "docs" | "evidence">;
