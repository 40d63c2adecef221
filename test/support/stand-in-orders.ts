// A stand-in with a role `orders` that an IAM role may enter, and what a client is told that may not come in.
import pg from "pg";
import { beforeAll, expect } from "vitest";
import { adminKey, roleArn, roleSession, type SharedStandIn, sharedStandIn } from "./stand-in.ts";

const simulatedNow = Date.parse("2026-03-01T12:00:00Z");
export const orders = { user: "orders", accessKeyId: "ASIAORDERS" };
export const admin = { user: "admin", accessKeyId: adminKey };

/** To be called at the top of a test file. */
export const standInWithOrders = (): SharedStandIn => {
  const shared = sharedStandIn({ now: () => simulatedNow });
  beforeAll(async () => {
    shared.addKey(orders.accessKeyId, roleSession("service/Orders", { actions: ["DbConnect"] }));
    const client = new pg.Client(await shared.config(admin));
    await client.connect();
    await client.query("CREATE ROLE orders WITH LOGIN");
    await client.query(`AWS IAM GRANT orders TO '${roleArn("service/Orders")}'`);
    await client.end();
  });
  return shared;
};

export const deniedWith = (hint: string | RegExp) => ({
  severity: "FATAL",
  code: "08006",
  message: "unable to accept connection, access denied",
  detail: expect.stringMatching(/^Session Id: [0-9a-f-]{36}$/),
  hint: typeof hint === "string" ? hint : expect.stringMatching(hint),
});
