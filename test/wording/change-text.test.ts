import { describe, expect, it } from "vitest";
import { diffCatalogs } from "../../lib/core/history/diff.ts";
import { changeText } from "../../lib/wording/change-text.ts";
import { acl, estate, role, table } from "../support/catalogs.ts";

const orders = (...items: string[]) => table(1000, "orders", { acl: acl("10=arwdDxt/10", ...items) });
const texts = (from: Parameters<typeof estate>[0], to: Parameters<typeof estate>[0]): string[] =>
  diffCatalogs(estate(from), estate(to)).map(changeText);

describe("changeText", () => {
  it("says what a role gained and lost, by the names of privileges", () => {
    expect(texts({ relations: [orders("100=r/10")] }, { relations: [orders("100=rd/10")] })).toEqual([
      "app_ro gained DELETE on table public.orders, granted by admin",
    ]);
    expect(
      texts({ relations: [orders("100=rw*/10")] }, { relations: [orders("100=w/10", "0=r/10")] }),
    ).toEqual(
      expect.arrayContaining([
        "PUBLIC gained SELECT on table public.orders, granted by admin",
        "the grant of SELECT on table public.orders to app_ro by admin ended; app_ro still holds SELECT, granted to PUBLIC by admin; app_ro may no longer grant UPDATE on table public.orders, as admin allowed",
      ]),
    );
  });

  it("says who was mapped, who became a member, what came and went", () => {
    const before = {
      mappings: [],
      memberships: [],
      roles: [role(10, "admin"), role(100, "app_ro"), role(101, "app_rw")],
    };
    const after = {
      roles: [role(10, "admin"), role(100, "readers"), role(101, "app_rw")],
      relations: [orders()],
    };
    expect(texts(before, after)).toEqual(
      expect.arrayContaining([
        "role app_ro was renamed to readers",
        "arn:aws:iam::111122223333:role/writer was mapped to role app_rw",
        "app_rw became a member of readers, granted by admin: it inherits its privileges (INHERIT TRUE), may SET ROLE to it (SET TRUE)",
        "table public.payments was dropped; readers held SELECT",
      ]),
    );
  });

  it("says that a section could not be read, and never that it is empty", () => {
    expect(texts({}, { functions: "unreadable" })).toEqual([
      "the section functions could no longer be read: permission denied",
    ]);
    expect(texts({ functions: "unreadable" }, {})).toEqual([
      "the section functions could be read for the first time, with 0 rows",
    ]);
  });
});
