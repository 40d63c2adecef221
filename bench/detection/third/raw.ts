// A connection of the third estate with the fields of its record, made into what is kept of it by the product's own functions.
import { clientOf } from "../../../lib/core/activity/client-family.ts";
import { networkOf } from "../../../lib/core/activity/network.ts";
import { sessionShape } from "../../../lib/core/activity/session-shape.ts";
import type { Principal } from "../../../lib/core/base/ids.ts";
import type { Instant } from "../../../lib/core/base/time.ts";
import type { SimEvent } from "../routine.ts";

export type Raw = {
  readonly at: Instant;
  readonly arn: Principal;
  readonly ip: string;
  readonly vpce?: string;
  /** The whole user agent. */
  readonly agent: string;
  /** The whole name of the role's session. */
  readonly session?: string;
  readonly admin?: boolean;
  readonly refused?: boolean;
};

export const eventOf = ({ at, arn, ip, vpce, agent, session, admin, refused }: Raw): SimEvent => ({
  at,
  member: { arn },
  action: admin ? "DbConnectAdmin" : "DbConnect",
  outcome: refused ? "refused" : "allowed",
  network: networkOf({ sourceIp: ip, ...(vpce && { vpcEndpointId: vpce }) }),
  client: clientOf(agent),
  session: sessionShape(session),
});
