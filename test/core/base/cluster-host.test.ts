import { expect, it } from "vitest";
import { isDsqlAddress } from "../../../lib/core/base/cluster-host.ts";

it("tells an Aurora DSQL cluster by its endpoint from any other PostgreSQL", () => {
  const id = "abcdefghij1234567890klmnop";
  for (const host of [`${id}.dsql.us-east-1.on.aws`, `${id}.dsql-fnh4.eu-west-1.on.aws`])
    expect(isDsqlAddress(`postgres://${host}:5432/postgres`), host).toBe(true);
  for (const address of [
    "postgres://localhost:5432/app", "postgres:///tmp/s:5432/app", "postgres://db.example.com:5432/x.dsql.us-east-1.on.aws",
    `postgres://${id}.dsql.us-east-1.on.aws.example.com:5432/postgres`, "postgres://oracle",
  ]) expect(isDsqlAddress(address), address).toBe(false); // biome-ignore format: one glance
});
