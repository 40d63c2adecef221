// The link "second opinion": whether AWS's policy simulator says the same of identities as the auditor does.
import { counted } from "../core/base/counted.ts";
import type { Cluster } from "../core/base/ids.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { type Instant, minute } from "../core/base/time.ts";
import { visible } from "../core/base/visible-text.ts";
import { rowsOf } from "../core/catalog/catalog.ts";
import { type IamFacts, iamRows } from "../core/iam/facts.ts";
import { differenceText, type Opinion } from "../core/iam/opinion.ts";
import { opinionsTold, opinionsToldText } from "../core/iam/opinions-told.ts";
import { secondOpinion } from "../core/iam/second-opinion.ts";
import { askSecondOpinion, MOST_ASKED, type SecondOpinions } from "../iam/simulate.ts";
import type { ReadStore } from "../store/open-store.ts";
import { broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { DoctorPorts } from "./ports.ts";

const LINK = "second opinion";

const differing = ({ opinions }: SecondOpinions): Opinion[] =>
  opinions.filter(({ state }) => state === "differs");

const saidOf = (opinion: Opinion): string =>
  `${visible(opinion.principal, 300)}, dsql:${opinion.action}: ${differenceText(opinion)}`;

/** Nothing differs: how much of it was compared at all. */
const agreedLink = ({ opinions, gone }: SecondOpinions, more: number, snapshotAt: Instant): Link => {
  const agreed = opinions.filter(({ state }) => state === "agrees");
  const open = opinions.filter(({ state }) => state === "not-compared");
  const beside = [
    ...open.map(
      ({ principal, action, says }) => `not compared: ${visible(principal, 300)}, dsql:${action}: ${says}`,
    ),
    ...gone.map((arn) => `gone since: ${visible(arn, 300)}`),
    ...(more ? [`${counted(more, "identity was", "identities were")} not asked about this time`] : []),
  ];
  if (!agreed.length)
    return unknown(LINK, `nothing could be compared${beside.length ? `; ${beside.join("; ")}` : ""}`);
  const people = new Set(agreed.map(({ principal }) => principal)).size;
  return ok(
    LINK,
    [
      `AWS's policy simulator, asked just now, agrees with the auditor about ${counted(people, "identity", "identities")}, by the policies of ${minute(snapshotAt)}`,
      ...beside,
    ].join("; "),
  );
};

/** Only what differs still when IAM is read anew is a fault of ours: policies change between two snapshots. */
const confirmed = async (
  ports: Pick<DoctorPorts, "readIam" | "simulate">,
  cluster: Cluster,
  found: readonly Opinion[],
  snapshotAt: Instant,
): Promise<Link | SecondOpinions> => {
  const principals = [...new Set(found.map(({ principal }) => principal))];
  const said = found.map(saidOf).join("; ");
  const live: IamFacts = await ports.readIam(cluster, principals);
  const unread = (["users", "groups", "roles", "managedPolicies"] as const).flatMap((part) => {
    const rows = iamRows(live, part);
    return rows.rows ? [] : [rows.reason];
  });
  const again = unread.length
    ? undefined
    : await askSecondOpinion(ports.simulate, secondOpinion(live, cluster), cluster, principals);
  const why = unread[0] ?? again?.refused?.why;
  if (!again || why !== undefined)
    return unknown(
      LINK,
      `${said}; whether policies have changed since the snapshot of ${minute(snapshotAt)} is not known: ${why}`,
      "Allow iam:GetAccountAuthorizationDetails to whoever runs doctor, or run it again after the next snapshot.",
    );
  const still = differing(again);
  const first = still[0];
  return first
    ? broken(
        LINK,
        `${still.map(saidOf).join("; ")}. The verdict is unknown`,
        `npx dsql-audit who-may --live --cluster ${shellWord(cluster)} --principal ${shellWord(first.principal)}`,
      )
    : again;
};

/** What the snapshots' own asking has come to: without it, answers rest on no second opinion. */
const withKept = (link: Link, facts: IamFacts): Link => {
  const told = opinionsTold(facts);
  return told
    ? { ...link, says: `${link.says}. ${opinionsToldText(told, "Snapshots ask for themselves: the newest")}` }
    : link;
};

/** Asks about some of the identities in the newest snapshot. What comes of it is kept nowhere: snapshots ask for themselves. */
export const opinionLink = async (
  { snapshots }: Pick<ReadStore, "snapshots">,
  ports: Pick<DoctorPorts, "readIam" | "simulate">,
  cluster: Cluster,
  now: Instant,
): Promise<Link> => {
  const snapshot = await snapshots.asOf(cluster, now);
  const facts = snapshot?.catalog.iam;
  if (!snapshot || !facts) return unknown(LINK, "no snapshot holds anything of IAM");
  const { takenAt } = snapshot.manifest;
  const second = secondOpinion(facts, cluster);
  const mapped = rowsOf(snapshot.catalog, "mappings").map(({ arn }) => arn);
  const { principals, more } = second.sample(mapped, MOST_ASKED);
  if (!principals.length)
    return unknown(LINK, "the snapshot holds no user or role that is mapped or may be admin");
  const found = await askSecondOpinion(ports.simulate, second, cluster, principals);
  const differs = differing(found);
  const anew = differs.length ? await confirmed(ports, cluster, differs, takenAt) : undefined;
  if (anew && "link" in anew) return anew;
  if (found.refused) return withKept(unanswered(LINK, found.refused), facts);
  const others = found.opinions.filter(
    ({ principal }) => !differs.some((one) => one.principal === principal),
  );
  const opinions = [...others, ...(anew?.opinions ?? [])];
  const agreed = agreedLink(
    { ...found, opinions, gone: [...found.gone, ...(anew?.gone ?? [])] },
    more,
    takenAt,
  );
  return withKept(agreed, facts);
};
