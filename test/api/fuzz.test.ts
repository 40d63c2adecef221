import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { routePlaces } from "../../lib/api/routes.ts";
import { createSnapshotStore } from "../../lib/store/history/snapshots.ts";
import { httpEvent } from "../support/ask.ts";
import { askedWorld } from "../support/asked-world.ts";
import { cluster, estate, role } from "../support/catalogs.ts";
import { deny, everybody, policy } from "../support/iam-facts.ts";
import { NOW, READER, T } from "../support/query-world.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 80);

const { ask, send, logged } = askedWorld(async (db) => {
  const hostile = ["__proto__", "PUBLIC", 'we"ird', "a.b", "\u202e", "#", "</script>"];
  await createSnapshotStore(db, { now: () => T }).save(
    cluster,
    estate({
      roles: [role(10, "admin"), role(100, "app_ro"), ...hostile.map((name, n) => role(300 + n, name))],
    }),
    NOW - 1,
  );
});

const times = fc.oneof(
  fc.constantFrom(
    "2026-03-01",
    "2026-03-01T03:30Z",
    "24h",
    "0m",
    "999999w",
    "9999-12-31",
    "0000-01-01",
    "-1",
    "NaN",
  ),
  fc.constantFrom(
    "9999-12-31T23:59:59.999-14:00",
    "2026-02-30",
    "1969-12-31T23:59Z",
    "",
    " 7d ",
    "2026-03-01T02:00+23:59",
  ),
  fc.string(),
);
const anything = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc.constantFrom("", "\0", "%00", "a".repeat(3000)),
);
const values: Readonly<Record<string, fc.Arbitrary<string>>> = {
  at: times,
  from: times,
  to: times,
  limit: fc.oneof(fc.constantFrom("1", "2", "1000", "0", "1e3", "0x10", "-0", "Infinity"), fc.string()),
  cursor: fc.oneof(
    anything,
    fc.json().map((text) => Buffer.from(text).toString("base64url")),
  ),
  cluster: fc.oneof(fc.constantFrom(cluster as string, "abcdefghijklmnopqrstuvwxyz", "z", ""), anything),
  role: fc.oneof(fc.constantFrom("app_ro", "__proto__", "PUBLIC", "constructor"), anything),
  object: fc.oneof(
    fc.constantFrom("orders", "public.orders", "table orders", '"', 'public."orders"', "a..b"),
    anything,
  ),
  privilege: fc.oneof(fc.constantFrom("SELECT", "usage", "SET", "__proto__"), anything),
  principal: fc.oneof(fc.constantFrom(READER as string), anything),
  who: fc.oneof(fc.constantFrom("app_ro", READER as string), anything),
  id: anything,
};

const sent = fc.oneof(
  fc.constant({ policy: policy(deny({ ...everybody, Condition: { Null: { "aws:SourceVpc": "true" } } })) }),
  fc.record({ policy: fc.oneof(anything, fc.object()), add: fc.boolean() }, { requiredKeys: ["policy"] }),
  fc.jsonValue(),
);

const routes = await Promise.all(routePlaces.map(({ load }) => load()));
const question = fc.constantFrom(...routes).chain(({ path, params, body }) => {
  const one = fc.record(
    Object.fromEntries(Object.keys(params.shape).map((name) => [name, values[name] ?? anything])),
    { requiredKeys: [] },
  );
  return fc.record({
    path: fc.constant(path),
    params: one as fc.Arbitrary<Record<string, string>>,
    body: body ? sent : fc.constant(undefined),
  });
});

describe("whatever is asked", () => {
  it("is answered by its schema, or refused as the caller's mistake", async () => {
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(question, async ({ path, params: { id, ...params }, body: given }) => {
        const { status, body } = await ask(
          path.replace("{id}", encodeURIComponent((id ?? "a-1").toWellFormed())),
          params,
          given,
        );
        seen.add(status);
        expect([200, 400, 404], JSON.stringify(body)).toContain(status);
      }),
      {
        numRuns: RUNS,
        examples: [
          [{ path: "/clusters", params: {}, body: undefined }],
          [{ path: "/clusters", params: { limit: "0" }, body: undefined }],
          [{ path: "/findings/{id}", params: { id: "none" }, body: undefined }],
        ],
      },
    );
    expect([...seen].sort()).toEqual([200, 400, 404]);
    expect(logged()).toEqual([]);
  });

  it("holds for paths, queries and methods that nobody meant", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          anything,
          fc.constantFrom(...routes.map(({ path }) => `${path}/`), "/findings/%zz", "//", "/.."),
        ),
        fc.oneof(anything, fc.webQueryParameters()),
        fc.oneof(fc.constant("GET"), anything),
        async (path, query, method) => {
          const { status } = await send(httpEvent(path, query, method));
          expect([200, 400, 404, 405]).toContain(status);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it("takes a cursor with any bit changed for what it was, or for none", async () => {
    const first: { path: string; params: Record<string, string>; cursor: string }[] = [];
    for (const [path, params] of [
      ["/findings", {}],
      ["/snapshots", {}],
      ["/snapshots/as-of", {}],
      ["/privileges", {}],
      ["/history/changes", { from: "2026-01-01" }],
      ["/history/diff", { from: "2026-03-01T02:00Z" }],
      ["/activity/principals", {}],
    ] as const) {
      const { body } = await ask(path, { ...params, limit: "1" });
      first.push({ path, params: { ...params }, cursor: body.next });
    }
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...first), fc.nat(), fc.nat({ max: 7 }), async (page, at, bit) => {
        const bytes = Buffer.from(page.cursor, "base64url");
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ (1 << bit);
        const { status } = await ask(page.path, { ...page.params, cursor: bytes.toString("base64url") });
        expect([200, 400]).toContain(status);
      }),
      { numRuns: RUNS },
    );
  });
});
