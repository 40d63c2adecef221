// What a role gained between two snapshots: what it had already by another way is no gain, and a name made again hides none.
import { expect, it } from "vitest";
import type { Catalog } from "../../../lib/core/catalog/catalog.ts";
import { diffCatalogs } from "../../../lib/core/history/diff.ts";
import { gainsOf } from "../../../lib/core/history/gains.ts";
import { acl, estate, role, table } from "../../support/catalogs.ts";

const roles = [
  role(10, "admin", { createRole: true }),
  role(100, "app_ro"),
  role(101, "app_rw"),
  role(102, "team"),
];
const member = (grantor: number, more = {}) => ({
  ...{ role: 102, member: 100, grantor, admin: false, inherit: true, set: true },
  ...more,
});
const orders = (oid: number, owner: number, ...items: string[]) =>
  table(oid, "orders", { owner, acl: acl(`${owner}=arwdDxt/${owner}`, ...items) });
const before = { roles, memberships: [member(10)], mappings: [], relations: [orders(1000, 10, "100=r/10")] };

const gained = (a: Parameters<typeof estate>[0], b: Parameters<typeof estate>[0]) =>
  gainsOf(diffCatalogs(estate(a) as Catalog, estate(b) as Catalog)).map(
    ({ role: { name }, privileges, owned, memberships, grantors }) => ({
      ...{ name, privileges, owned, grantors },
      memberships: memberships.map((one) => one.name),
    }),
  );
const none = { privileges: [], owned: [], memberships: [], grantors: [] };

it("a membership that another grantor gives again is no gain", () => {
  expect(gained(before, { ...before, memberships: [member(101)] })).toEqual([]);
  expect(gained(before, { ...before, memberships: [member(10), member(101)] })).toEqual([]);
});

it("a membership that gives more by another grantor is one", () => {
  const was = { ...before, memberships: [member(10, { set: false })] };
  for (const more of [{ admin: true }, {}])
    expect(gained(was, { ...was, memberships: [member(101, more)] })).toEqual([
      { ...none, name: "app_ro", memberships: ["team"], grantors: ["app_rw"] },
    ]);
});

it("a table that is made again under its name gives what the one before did not give", () => {
  const again = (...items: string[]) => ({ ...before, relations: [orders(1001, 10, ...items)] });
  expect(gained(before, again("100=r/10"))).toEqual([]);
  expect(gained(before, again())).toEqual([]);
  expect(gained(before, again("100=arw/10", "0=r/10"))).toEqual([
    {
      ...none,
      name: "app_ro",
      privileges: ["INSERT on public.orders", "UPDATE on public.orders"],
      grantors: ["admin"],
    },
  ]);
});

it("a table that is made again by another is that one's gain, and a new one is nobody's", () => {
  const taken = { ...before, relations: [orders(1001, 101, "100=r/101")] };
  expect(gained(before, taken)).toEqual([{ ...none, name: "app_rw", owned: ["public.orders"] }]);
  const more = {
    ...before,
    relations: [...before.relations, table(1002, "new", { acl: acl("100=arw/10") })],
  };
  expect(gained(before, more)).toEqual([]);
});
