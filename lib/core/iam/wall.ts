// The two sides of a verdict: what opens, and what the cluster's policy refuses; and what is decided without weighing.
import { conditionText } from "./condition-text.ts";
import {
  type Because,
  forbiddenBy,
  NOTHING_OPEN,
  type OpenTo,
  type Verdict,
  type Way,
  type Weighed,
  type Weight,
  weigh,
  weighSides,
} from "./may-connect.ts";
import type { Subject, SubjectKind } from "./subject.ts";
import type { WhoMayRow } from "./who-may.ts";

/**
 * What the request decides, word for word, to be compared and not to be read: conditions are told cut short. What opens; and
 * of each Deny its tests, all of which must hold for it to close.
 */
export type Open = { readonly opens: string; readonly closes: readonly (readonly string[])[] };

/** What one side says: as a row, but of whom and of what is said elsewhere. */
export type WallSide = Pick<WhoMayRow, "verdict" | "because" | "conditions" | "reasons"> & {
  readonly open: Open;
};

/** A row, and the two sides that it comes from; whichever is worse is its verdict. */
export type Wall = {
  readonly row: WhoMayRow;
  /** What the request decides of the row. */
  readonly open: Open;
  /** What the principal's policies open, with what the cluster's policy grants it; of another account unknown. */
  readonly opens: WallSide;
  /** The same without any Deny: whether it would be open if none stood in the way. */
  readonly granted: WallSide;
  /** What the cluster's policy refuses; null: there is no identity to refuse. */
  readonly refuses: WallSide | null;
  /** The permissions boundary that does not allow it, whatever is granted; null: none stands in the way. */
  readonly forbiddenBy: string | null;
};

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

const textsOf = (statements: readonly Weighed[]): string[] =>
  unique(
    statements.map(
      ({ applies: { conditions }, says }) =>
        [...conditions.map(conditionText), ...says].join(" and ") || "the request decides",
    ),
  );

const BOUNDARY = " (permissions boundary)";

/** Alternatives as one part of a longer sentence. */
const grouped = (texts: readonly string[]): string =>
  texts.length > 1 ? `(${texts.join(", or ")})` : texts.join();

/** One way beside another. */
const wayText = ({ grants, within }: Way): string =>
  within.length
    ? `${[grouped(textsOf(grants)), grouped(textsOf(within))].filter((text) => text !== "").join(" and ")}${BOUNDARY}`
    : textsOf(grants).join(", or if ");

/** "only if A and B, or C" of the Allows, "not if D and E" of each Deny. */
const conditionsOf = ({ ways, denies }: OpenTo): string[] => {
  const [first, ...others] = ways;
  const opening =
    first && !others.length
      ? [
          ...(first.grants.length ? [textsOf(first.grants).join(", or if ")] : []),
          ...(first.within.length ? [`${textsOf(first.within).join(", or if ")}${BOUNDARY}`] : []),
        ]
      : [ways.map(wayText).join(", or if ")].filter((text) => text !== "");
  return [...opening.map((text) => `only if ${text}`), ...textsOf(denies).map((text) => `not if ${text}`)];
};

/** A statement that asks nothing of the request that could be told stands for itself. */
const testsOf = ({ applies: { conditions }, says, statement }: Weighed): string[] => {
  const { resources } = statement ?? {};
  const isOpenResource = resources?.values.some((value) => value.includes("${"));
  const tests = [
    ...conditions.map((one) => JSON.stringify(one)),
    ...says,
    ...(isOpenResource ? [JSON.stringify(resources)] : []),
  ];
  return tests.length ? tests : [JSON.stringify(statement)];
};

export const openOf = ({ open: { ways, denies } }: Pick<Verdict, "open">): Open => {
  const asked = (statements: readonly Weighed[]): string[] =>
    unique(statements.map((one) => JSON.stringify(testsOf(one)))).sort();
  const opening = ways.map(({ grants, within }) => JSON.stringify([asked(grants), asked(within)]));
  return { opens: unique(opening).sort().join(), closes: denies.map(testsOf) };
};
const NOTHING = openOf({ open: NOTHING_OPEN });

/** As a row says it. */
export const toldOf = ({ verdict, because, open, reasons }: Verdict): Omit<WallSide, "open"> => ({
  verdict,
  because,
  conditions: conditionsOf(open),
  reasons,
});

const sideOf = (found: Verdict): WallSide => ({ ...toldOf(found), open: openOf(found) });

/** Both sides of what was weighed. */
export const weighedSides = (weight: Weight): Omit<Wall, "row" | "open"> => {
  const { opens, granted, refuses } = weighSides(weight);
  return {
    opens: sideOf(opens),
    granted: sideOf(granted),
    refuses: sideOf(refuses),
    forbiddenBy: forbiddenBy(weight),
  };
};

/** The sides of what is decided without weighing. */
export const settledSides = (
  kind: SubjectKind,
  plain: Pick<WhoMayRow, "verdict" | "because" | "reasons">,
  byCluster: () => readonly Weighed[],
): Omit<Wall, "row" | "open"> => {
  const nothing: WallSide = { verdict: "allowed", because: [], conditions: [], reasons: [], open: NOTHING };
  const whole = { ...nothing, ...plain };
  switch (kind) {
    case "gone":
      return { opens: whole, granted: whole, refuses: null, forbiddenBy: null };
    case "other-account": {
      const opens: WallSide = {
        ...nothing,
        verdict: "unknown",
        reasons: ["The policies of the other account are not read."],
      };
      return {
        opens,
        granted: opens,
        // A cluster that does not let another account in refuses it.
        refuses:
          plain.verdict === "denied"
            ? whole
            : sideOf(weighSides({ identity: [], boundary: null, cluster: byCluster() }).refuses),
        forbiddenBy: null,
      };
    }
    case "not-read": {
      const opens: WallSide = { ...nothing, verdict: "unknown", reasons: plain.reasons };
      return {
        opens,
        granted: opens,
        refuses: sideOf(weighSides({ identity: [], boundary: null, cluster: byCluster() }).refuses),
        forbiddenBy: null,
      };
    }
    default:
      return { opens: whole, granted: whole, refuses: nothing, forbiddenBy: null };
  }
};

const ROOT: Because = { policy: "root user", sid: null, effect: "Allow", from: "account" };

/** What is decided without weighing: the root user, and who is not one of the account's identities. */
export const settled = (
  subject: Subject,
  weighed: () => readonly Weighed[],
): Pick<WhoMayRow, "verdict" | "because" | "reasons"> | null => {
  switch (subject.kind) {
    case "root":
      // "retains full access regardless of the policy": aurora-dsql/latest/userguide/resource-based-policies.html
      return {
        verdict: "allowed",
        because: [ROOT],
        reasons: ["The root user keeps full access whatever the cluster policy says."],
      };
    case "gone":
      return { verdict: "denied", because: [], reasons: ["There is no such identity in this account."] };
    case "not-read": {
      const { verdict, because } = weighSides({ identity: [], boundary: null, cluster: weighed() }).refuses;
      const reasons = ["The identity could not be read."];
      return verdict === "denied"
        ? { verdict, because, reasons }
        : { verdict: "unknown", because: [], reasons };
    }
    case "other-account": {
      // Both sides must allow: UserGuide/reference_policies_evaluation-logic-cross-account.html
      const { verdict, because, reasons } = weigh({
        identity: [],
        boundary: null,
        cluster: weighed().map((one) =>
          one.grade === "account" ? { ...one, grade: "direct" as const } : one,
        ),
      });
      if (verdict === "denied")
        return {
          verdict,
          because,
          reasons: because.length ? [] : ["The cluster policy does not let another account in."],
        };
      return {
        verdict: "unknown",
        because,
        reasons: [
          ...reasons,
          "The policies of the other account are not read, and AWS says that Aurora DSQL does not support cross-account access yet.",
        ],
      };
    }
    default:
      return null;
  }
};
