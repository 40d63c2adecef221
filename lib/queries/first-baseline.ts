// The baseline to begin with, from what an answer about privileges rests on.
import { type AdminList, type FirstBaseline, firstBaseline } from "../core/baseline/first-baseline.ts";
import type { WaysIn } from "../core/iam/ways-in.ts";
import type { Grounds } from "./grounds.ts";

/** The root user and identities of other accounts are nobody's to declare: IAM here does not make them. */
const adminList = (ways: WaysIn): AdminList => {
  const admins = ways.admins();
  if (!admins) return { notRead: "IAM was not read" };
  const [unread] = ways.unread;
  if (unread) return { notRead: `IAM ${unread.part}: ${unread.reason}` };
  const own = admins.filter(({ row: { kind } }) => kind === "user" || kind === "role");
  return {
    named: own.flatMap(({ row }) =>
      row.verdict === "allowed" || row.verdict === "conditional" ? [row.principal] : [],
    ),
    unknown: own.filter(({ row }) => row.verdict === "unknown").length,
  };
};

export const firstBaselineOf = async (grounds: Grounds): Promise<FirstBaseline> => {
  const [by, ways] = await Promise.all([grounds.connectsAs(), grounds.ways()]);
  return firstBaseline(grounds.engine, by, adminList(ways));
};
