// What an answer says of the other endpoints of a database.
import * as z from "../core/base/zod.ts";

const Peer = z
  .object({
    cluster: z.string(),
    region: z.string(),
    unprovenHours: z.int().check(
      z.meta({
        description: "Hours of the stretch without proof at this peer, up to `settledUntil`.",
      }),
    ),
    until: z.optional(
      z.iso.datetime().check(
        z.meta({
          description: "It was a peer until then at most. Missing: it is one.",
        }),
      ),
    ),
  })
  .register(z.globalRegistry, { id: "Peer" });

export const peerFields = {
  peers: z.array(Peer).check(
    z.meta({
      description:
        "The peers of a multi-Region cluster, now or earlier in the stretch: the same database. Connections through them count, and an hour is proven where it is proven at all of them.",
    }),
  ),
  peersUnread: z.nullable(z.string()).check(
    z.meta({
      description:
        "Why it is not known whether there are more peers; null: these are all that anybody told of.",
    }),
  ),
} as const;
