// The peers in the header of the canonical form: those of earlier, and those that Aurora DSQL's API named where IAM was not asked.
import * as z from "../base/zod.ts";
import { ToldPeers } from "./catalog.ts";
import { FormerPeer, type KnownCatalog } from "./known-catalog.ts";

type Both = Pick<KnownCatalog, "formerPeers" | "peers">;

const written = (peers: ToldPeers): readonly unknown[] =>
  peers.status === "read" ? [[...new Set(peers.arns)].sort()] : [null, peers.reason];

/** What stands at the end of the header: nothing, the peers of earlier, or these and the ones that were told. */
export const writtenPeers = ({ formerPeers = [], peers }: Both): readonly unknown[] => {
  const former = formerPeers.map(({ cluster, until }) => [cluster, until]);
  if (peers) return [former, written(peers)];
  return former.length ? [former] : [];
};

const Told = z.array(z.unknown());

const toldIn = (line: unknown) => {
  const [arns, reason] = Told.safeParse(line).data ?? [];
  return ToldPeers.safeParse(arns === null ? { status: "unreadable", reason } : { status: "read", arns })
    .data;
};

const formerIn = (line: unknown) => {
  const read = Told.safeParse(line).data?.map((pair) => {
    const [cluster, until] = Told.safeParse(pair).data ?? [];
    return FormerPeer.safeParse({ cluster, until }).data;
  });
  return read?.every((one) => one !== undefined) ? read : undefined;
};

/** Reads it back; undefined where it has another shape. */
export const readPeers = ([former = [], told]: readonly unknown[]): Both | undefined => {
  const formerPeers = formerIn(former);
  const peers = told === undefined ? undefined : toldIn(told);
  if (!formerPeers || (told !== undefined && !peers)) return undefined;
  return { ...(formerPeers.length && { formerPeers }), ...(peers && { peers }) };
};
