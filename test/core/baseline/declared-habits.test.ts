// What a baseline declares of connections, and what that does to a sign.
import { describe, expect, it } from "vitest";
import { withDeclared } from "../../../lib/core/anomaly/declared.ts";
import { Principal } from "../../../lib/core/base/ids.ts";
import { Baseline } from "../../../lib/core/baseline/baseline.ts";
import { declaredHabits } from "../../../lib/core/baseline/declared-habits.ts";

const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const baseline = Baseline.parse({
  version: 1,
  components: [
    {
      name: "orders",
      role: "orders",
      principals: [{ arn: arn("team/Orders") }],
      networks: ["10.20.0.0/16", "203.0.113.4/32", "2001:db8::/32", "vpce-0a1b"],
      hours: {
        timeZone: "Europe/Berlin",
        days: ["mon", "tue", "wed", "thu", "fri"],
        from: "08:00",
        to: "18:00",
      },
    },
    { name: "batch", role: "batch", principals: [{ arn: arn("Batch") }] },
  ],
  holidays: ["2026-12-25"],
  plannedChanges: [{ name: "move", from: "2026-06-01", to: "2026-06-02", roles: ["batch"] }],
});
const of = (name: string) => declaredHabits(baseline)(Principal.parse(arn(name)));

describe("what is declared of connections", () => {
  it.each([
    ["10.20.7.0/24", "inside"],
    ["10.20.0.0/16", "inside"],
    ["10.21.7.0/24", "outside"],
    // Of a /24 nobody can tell which of its addresses it was.
    ["203.0.113.0/24", "inside"],
    ["203.0.114.0/24", "outside"],
    ["2001:db8:7::/48", "inside"],
    ["2001:db9:7::/48", "outside"],
    ["vpce-0a1b", "inside"],
    ["vpce-0a1c", "outside"],
  ])("%s is %s of the declared networks", (network, declared) => {
    expect(of("Orders")?.network(network)).toBe(declared);
  });

  it("knows the hours in their time zone, and holidays", () => {
    expect(of("Orders")?.hour(Date.UTC(2026, 5, 1, 6, 30))).toBe("inside");
    expect(of("Orders")?.hour(Date.UTC(2026, 5, 1, 17, 30))).toBe("outside");
    expect(of("Orders")?.hour(Date.UTC(2026, 11, 25, 10))).toBe("outside");
  });

  it("says nothing of what nobody declared, and of who is in no component", () => {
    expect(of("Batch")?.network("203.0.113.0/24")).toBeUndefined();
    expect(of("Batch")?.hour(0)).toBeUndefined();
    expect(of("Stranger")).toBeUndefined();
  });
});

describe("the bits of a sign", () => {
  const at = Date.UTC(2026, 5, 1, 12);
  const from = (value: string) => ({ value, firstAt: at });

  it("are none where it is declared, and four more where it goes against what is declared", () => {
    expect(withDeclared(9, "network", from("10.20.7.0/24"), of("Orders"))).toBeUndefined();
    expect(withDeclared(9, "network", from("198.51.100.0/24"), of("Orders"))).toBe(13);
    expect(withDeclared(14, "network", from("198.51.100.0/24"), of("Orders"))).toBe(16);
  });

  it("are four less while a change is planned", () => {
    expect(withDeclared(9, "client", from("psql"), of("Batch"))).toBe(5);
    expect(withDeclared(9, "client", { value: "psql", firstAt: Date.UTC(2026, 5, 3) }, of("Batch"))).toBe(9);
  });

  it("stay what they are without a declaration, and for refusals and administration whatever is declared", () => {
    expect(withDeclared(9, "network", from("198.51.100.0/24"), undefined)).toBe(9);
    expect(withDeclared(9, "refusals", from("x"), of("Batch"))).toBe(9);
    expect(withDeclared(9, "administration", from("x"), of("Orders"))).toBe(9);
  });
});
