// What has to hold after a deployment: its stack, the auditor's login in each cluster, somebody who listens, IAM's events.

import type { Params } from "../../deploy/params.ts";
import { stackNameOf, stackValues } from "../../deploy/params-file.ts";
import { auditorIn } from "../../lib/core/base/auditor-in.ts";
import { Cluster, Principal } from "../../lib/core/base/ids.ts";
import { iamRegionOf } from "../../lib/core/base/partition.ts";
import { recentLogins } from "../../lib/doctor/ask-cluster.ts";
import { loginLink } from "../../lib/doctor/cluster-links.ts";
import { forwardLink, forwardRegionLink, stackLink } from "../../lib/doctor/deployed-links.ts";
import { FORWARD_REGION_STACK, FORWARD_STACK } from "../../lib/doctor/forward-stacks.ts";
import { type Answer, broken, type Link, unanswered, unknown } from "../../lib/doctor/link.ts";
import type { SetupPorts, StackState } from "../../lib/doctor/setup-ports.ts";
import { listenersLink } from "../../lib/doctor/stack-links.ts";
import { setupSql } from "../../lib/dsql/setup-sql.ts";
import { withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { type CheckItem, itemOf } from "./check-item.ts";
import { memberItems } from "./checks-members.ts";
import { type Looked, notSignedIn, regionsOf } from "./look.ts";
import { watchedOf } from "./watched.ts";

const reasonOf = (error: unknown): string => (error instanceof Error ? error.name : String(error));

/** How the logins of each cluster ended, by what the deployed functions left in the table. */
const loginLinks = async (
  io: Io,
  { table, region }: { readonly table: string; readonly region: string },
  clusters: readonly string[],
  setUp: string,
): Promise<ReadonlyMap<string, Link>> => {
  try {
    return await withStore(io, { table, region }, { mustExist: true }, async (store) => {
      const links = new Map<string, Link>();
      for (const arn of clusters)
        links.set(arn, loginLink(await recentLogins(store, Cluster.parse(arn), io.now()), setUp));
      return links;
    });
  } catch (error) {
    const link = unknown(
      "database login",
      `the table ${table} could not be read (${reasonOf(error)})`,
      setUp,
    );
    return new Map(clusters.map((arn) => [arn, link]));
  }
};

const loginItems = async (
  io: Io,
  stack: StackState,
  params: Params,
  stage: string,
  clusters: Answer<readonly string[]>,
): Promise<CheckItem[]> => {
  const { SnapshotRoleArn: role, TableName: table } = stack.outputs;
  if (!role || !table)
    return [
      itemOf(
        "after",
        broken(
          "database login",
          "the stack names no role or no table",
          `npx serverless deploy --stage ${stage}`,
        ),
      ),
    ];
  if (!("value" in clusters)) return [itemOf("after", unanswered("database login", clusters))];
  const setUp = `npx dsql-audit setup-sql --stage ${stage}`;
  const links = await loginLinks(io, { table, region: params.region }, clusters.value, setUp);
  return [...links].map(([arn, link]) => {
    const principal = auditorIn(Principal.parse(role), Cluster.parse(arn));
    return itemOf(
      "after",
      // What was never tried is not known to be missing, but somebody has to have run it.
      link.state === "unknown" ? { ...link, next: `As admin, in the cluster: ${setUp}` } : link,
      { cluster: arn, sql: link.state === "ok" ? null : setupSql(params.auditorUser, principal) },
    );
  });
};

const stackItems = async (
  io: Io,
  ports: SetupPorts,
  answer: Answer<StackState>,
  {
    params,
    stage,
    clusters,
  }: { readonly params: Params; readonly stage: string; readonly clusters: Answer<readonly string[]> },
): Promise<CheckItem[]> => {
  const item = itemOf(
    "after",
    stackLink(stackNameOf(stage), answer, stackValues(params), `npx serverless deploy --stage ${stage}`),
  );
  if (!("value" in answer)) return [item];
  const { TopicArn: topic, ConfirmAlertEmail: confirm } = answer.value.outputs;
  const listeners = topic ? await ports.listeners(topic) : undefined;
  const listening = topic && listeners ? listenersLink(topic, listeners) : undefined;
  const isPending =
    listening?.state === "broken" && listeners && "value" in listeners && listeners.value.pending > 0;
  return [
    item,
    ...(await loginItems(io, answer.value, params, stage, clusters)),
    ...(listening
      ? [
          itemOf(
            "after",
            isPending && confirm
              ? { ...listening, next: `With the token out of the mail that AWS sent: ${confirm}` }
              : listening,
          ),
        ]
      : []),
  ];
};

/** The items of the deployed stack, and where to go from there; null: there is no stack yet. */
export const deployedItems = async (
  io: Io,
  ports: SetupPorts,
  looked: Looked,
  { params, stage }: { readonly params: Params; readonly stage: string },
): Promise<{ readonly items: readonly CheckItem[]; readonly table: string | null }> => {
  const { region } = params;
  const silent = notSignedIn(looked);
  const home = iamRegionOf(region);
  const [stack, forward, regions] = await Promise.all([
    silent ?? ports.stack(stackNameOf(stage)),
    home === undefined || region === home ? undefined : (silent ?? ports.stack(FORWARD_STACK, home)),
    Promise.all(
      regionsOf(params).map(async (from) =>
        forwardRegionLink(
          ...([region, FORWARD_REGION_STACK, from] as const),
          silent ?? (await ports.stack(FORWARD_REGION_STACK, from)),
        ),
      ),
    ),
  ]);
  const clusters = watchedOf(params, looked);
  const { TableName: table = null, SnapshotRoleArn: role } = "value" in stack ? stack.value.outputs : {};
  return {
    items: [
      ...(await stackItems(io, ports, stack, { params, stage, clusters })),
      itemOf("after", forwardLink(region, FORWARD_STACK, forward), { optional: true }),
      ...regions.map((link) => itemOf("after", link, { optional: true })),
      ...(await memberItems(io, looked, params, { stage, table, ...(role && { role }) })),
    ],
    table,
  };
};
