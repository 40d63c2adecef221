// The two sides of a verdict: what opens, and what the cluster's policy refuses; and what is decided without weighing.
import { conditionText } from "./condition-text.ts";
import { type Because, type Verdict, type Weighed, type Weight, weigh, weighSides } from "./may-connect.ts";
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
};

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

/** "only if A and B, or C" of the Allows, "not if D and E" of each Deny. */
const conditionsOf = (open: readonly Weighed[]): string[] => {
  const textOf = ({ applies: { conditions }, says }: Weighed): string =>
    [...conditions.map(conditionText), ...says].join(" and ");
  const texts = (effect: "Allow" | "Deny", source: (one: Weighed) => boolean) =>
    unique(open.filter((one) => one.statement?.effect === effect && source(one)).map(textOf)).map(
      (text) => text || "the request decides",
    );
  const isBoundary = ({ source }: Weighed): boolean => source === "boundary";
  const opening = texts("Allow", (one) => !isBoundary(one));
  const bounding = texts("Allow", isBoundary);
  return [
    ...(opening.length ? [`only if ${opening.join(", or if ")}`] : []),
    ...(bounding.length ? [`only if ${bounding.join(", or if ")} (permissions boundary)`] : []),
    ...texts("Deny", () => true).map((text) => `not if ${text}`),
  ];
};

/** A statement that asks nothing of the request that could be told stands for itself. */
const testsOf = ({ applies: { conditions }, says, statement }: Weighed): string[] => {
  const { resources, principals } = statement ?? {};
  const isOpenResource = resources?.values.some((value) => value.includes("${"));
  const tests = [
    ...conditions.map((one) => JSON.stringify(one)),
    ...says,
    ...(isOpenResource ? [JSON.stringify(resources)] : []),
    // Of whom NotPrincipal spares, the first is told.
    ...(says.length && principals?.not ? [JSON.stringify(principals)] : []),
  ];
  return tests.length ? tests : [JSON.stringify(statement)];
};

export const openOf = ({ open }: Pick<Verdict, "open">): Open => {
  const opening = open
    .filter(({ statement }) => statement?.effect === "Allow")
    .map((one) => JSON.stringify([one.source === "boundary", testsOf(one)]));
  return {
    opens: unique(opening).sort().join(),
    closes: open.filter(({ statement }) => statement?.effect === "Deny").map(testsOf),
  };
};
const NOTHING = openOf({ open: [] });

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
  return { opens: sideOf(opens), granted: sideOf(granted), refuses: sideOf(refuses) };
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
      return { opens: whole, granted: whole, refuses: null };
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
      };
    }
    case "not-read": {
      const opens: WallSide = { ...nothing, verdict: "unknown", reasons: plain.reasons };
      return {
        opens,
        granted: opens,
        refuses: sideOf(weighSides({ identity: [], boundary: null, cluster: byCluster() }).refuses),
      };
    }
    default:
      return { opens: whole, granted: whole, refuses: nothing };
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
