// Declared hours in their own time zone, over midnight and across a change of the clock; networks.
import { describe, expect, it } from "vitest";
import { isNetwork, isWorkingTime } from "../../../lib/core/baseline/hours.ts";

const berlin = {
  timeZone: "Europe/Berlin",
  days: ["mon" as const, "fri" as const],
  from: "08:00",
  to: "18:00",
};
const at = (text: string): number => Date.parse(text);

describe("working hours", () => {
  it("are those of the time zone, in summer and in winter", () => {
    expect(isWorkingTime(berlin, [], at("2026-07-06T06:00Z"))).toBe(true);
    expect(isWorkingTime(berlin, [], at("2026-07-06T16:00Z"))).toBe(false);
    expect(isWorkingTime(berlin, [], at("2026-11-30T06:59Z"))).toBe(false);
    expect(isWorkingTime(berlin, [], at("2026-11-30T07:00Z"))).toBe(true);
  });

  it("are on the days declared, and not on a holiday unless it says so", () => {
    expect(isWorkingTime(berlin, [], at("2026-12-26T10:00Z"))).toBe(false);
    expect(isWorkingTime(berlin, [], at("2026-12-25T10:00Z"))).toBe(true);
    expect(isWorkingTime(berlin, ["2026-12-25"], at("2026-12-25T10:00Z"))).toBe(false);
    expect(isWorkingTime({ ...berlin, holidays: true }, ["2026-12-25"], at("2026-12-25T10:00Z"))).toBe(true);
  });

  it("belong to the day on which a night shift began", () => {
    const night = { timeZone: "UTC", days: ["fri" as const], from: "22:00", to: "06:00" };
    expect(isWorkingTime(night, [], at("2026-11-28T03:00Z"))).toBe(true);
    expect(isWorkingTime(night, [], at("2026-11-27T03:00Z"))).toBe(false);
    expect(isWorkingTime(night, [], at("2026-11-28T23:00Z"))).toBe(false);
  });
});

it("knows an address range and a VPC endpoint", () => {
  for (const text of ["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "vpce-0a1b"])
    expect(isNetwork(text), text).toBe(true);
  for (const text of ["10.0.0.0", "256.0.0.0/8", "10.0.0.0/33", "all", "::/129"])
    expect(isNetwork(text), text).toBe(false);
});
