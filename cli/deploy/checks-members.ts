// What has to hold in the other accounts whose clusters are watched. Nobody but the auditor's functions is let in there: so it goes by
// what they heard, and of what they do not hear it says that it is not known, with the command.
import type { Params } from "../../deploy/params.ts";
import { stackNameOf } from "../../deploy/params-file.ts";
import { type Cluster, parseArn } from "../../lib/core/base/ids.ts";
import { forwardedLinks } from "../../lib/doctor/event-links.ts";
import { deployAs, type Home, MEMBER } from "../../lib/doctor/forward-stacks.ts";
import type { Link } from "../../lib/doctor/link.ts";
import { memberLink } from "../../lib/doctor/member-links.ts";
import type { Running } from "../../lib/store/findings/deployments.ts";
import { withStore } from "../context.ts";
import type { Io } from "../io.ts";
import { type CheckItem, itemOf } from "./check-item.ts";
import { accountOf, type Looked, regionsOf } from "./look.ts";
import { watchedBy } from "./watched.ts";

/** What the deployed functions left in the table, and what came from each account; undefined: there is none, or it could not be read. */
type Heard = {
  readonly running: Running | undefined;
  readonly known: readonly Cluster[];
  readonly events: ReadonlyMap<string, readonly Link[]>;
};

type Places = {
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  readonly home: Home;
};

const eventsOf = async (
  { accounts, regions, home }: Places,
  now: number,
  heard?: Parameters<typeof forwardedLinks>[0],
): Promise<Heard["events"]> =>
  new Map(
    await Promise.all(
      accounts.map(
        async (account) => [account, await forwardedLinks(heard, account, regions, home, now)] as const,
      ),
    ),
  );

const heardIn = async (io: Io, table: string | null, places: Places): Promise<Heard | undefined> => {
  if (table === null) return undefined;
  const { region } = places.home;
  const read = withStore(io, { table, region }, { mustExist: true }, async (store) => {
    const entries = await store.clusters.entries();
    const known = entries.flatMap(({ cluster, gone }) => (gone ? [] : [cluster]));
    return {
      running: await store.deployments.read(),
      known: entries.map(({ cluster }) => cluster),
      events: await eventsOf(places, io.now(), { store, known }),
    };
  });
  // Another item says why.
  return read.catch(() => undefined);
};

/** `table` null: there is no stack yet. `role`: of the snapshot function, as the stack names it; undefined: by its name. */
export const memberItems = async (
  io: Io,
  looked: Looked,
  params: Params,
  { stage, table, role }: { readonly stage: string; readonly table: string | null; readonly role?: string },
): Promise<CheckItem[]> => {
  const { region, memberAccounts } = params;
  const accounts = [...new Set(memberAccounts.split(","))].filter((account) => account !== "");
  if (!accounts.length) return [];
  const own = accountOf(looked) ?? parseArn(role ?? "")?.account ?? "ACCOUNT";
  const home = { account: own, region };
  const places = { accounts, regions: [region, ...regionsOf(params)], home };
  const heard = await heardIn(io, table, places);
  const events = heard?.events ?? (await eventsOf(places, io.now()));
  const stack = stackNameOf(stage);
  const partition = parseArn(role ?? "")?.partition ?? identityPartition(looked);
  return accounts.flatMap((account) => {
    const name = `${stack}-snapshot-${region}`;
    const principal = `arn:${partition}:iam::${account}:role/${name}`;
    const steps = {
      deploy: deployAs({ account, from: region }, MEMBER, home, ` AuditorStack=${stack}`),
      setUp: (cluster: string) =>
        `As admin, in the cluster: npx dsql-audit setup-sql --principal ${principal} --cluster ${cluster}`,
    };
    const link = memberLink(account, heard?.running, heard?.known ?? [], steps, heard && watchedBy(params));
    return [
      itemOf("after", link),
      ...(events.get(account) ?? []).map((one) => itemOf("after", one, { optional: true })),
    ];
  });
};

const identityPartition = ({ identity }: Looked): string =>
  ("value" in identity && parseArn(identity.value)?.partition) || "aws";
