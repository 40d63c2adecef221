// One DbConnect or DbConnectAdmin attempt, as far as its CloudTrail record tells.
import { Cluster, Principal } from "../base/ids.ts";
import * as z from "../base/zod.ts";

export const Connection = z.object({
  /** CloudTrail's eventID: the same whichever way the record arrived. */
  eventId: z.string().check(z.minLength(1)),
  /**
   * What it is counted by where that is not its own eventID: CloudTrail wrote the same connection for another account, or
   * once more with data that had been missing.
   */
  identity: z.optional(z.string()),
  /** Epoch milliseconds of eventTime. */
  at: z.int(),
  cluster: Cluster,
  action: z.enum(["DbConnect", "DbConnectAdmin"]),
  /** refused: the record carries an errorCode. Whether AWS logs refused attempts at all is not documented. */
  outcome: z.enum(["allowed", "refused"]),
  errorCode: z.optional(z.string()),
  errorMessage: z.optional(z.string()),
  principal: Principal,
  principalType: z.enum(["role", "user", "root", "federated", "identity-center", "service", "unknown"]),
  /** The account that the principal belongs to, where the record says it. */
  account: z.optional(z.string()),
  /** The unique id behind the name (AROA…, AIDA…): it changes when a role is replaced under its own name. */
  principalId: z.optional(z.string()),
  sessionName: z.optional(z.string()),
  sourceIdentity: z.optional(z.string()),
  accessKeyId: z.optional(z.string()),
  sourceIp: z.optional(z.string()),
  vpcEndpointId: z.optional(z.string()),
  userAgent: z.optional(z.string()),
  /** Only if AWS should put it into the record: no sample is published. */
  databaseRole: z.optional(z.string()),
});
export type Connection = z.infer<typeof Connection>;
