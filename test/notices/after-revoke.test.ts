// What the mails say when a finding ends with its mapping: until when a session from before may go on.
import { expect, it } from "vitest";
import { HOUR } from "../../lib/core/base/time.ts";
import { afterRevoke } from "../../lib/core/findings/after-revoke.ts";
import type { Finding } from "../../lib/core/findings/finding.ts";
import { dailyNotice } from "../../lib/notices/list-text.ts";
import { cluster } from "../support/catalogs.ts";
import { afterTelling, dueNow } from "../support/notices.ts";

const T = Date.UTC(2026, 9, 5, 22, 25);
const open: Finding = {
  ...{ id: "dormant-mapping-0011223344556677", detector: "dormant-mapping", category: "dormant" },
  ...{ cluster, status: "open", reopened: 0, severity: "high", life: "state" },
  ...{ firstSeenAt: T - HOUR, lastSeenAt: T, detectedAt: T - HOUR, confirmedAt: T },
  subject: { role: "contractor_nils", facet: "" },
  title: "Unused mapping: ContractorNils as contractor_nils",
  evidence: {},
};
const closed: Finding = {
  ...open,
  ...{ status: "resolved", closedAt: T + HOUR, closedBecause: `The mapping was revoked. ${afterRevoke(T)}` },
};
const flat = (body: string): string => body.replaceAll(/\s+/g, " ");
const SAYS =
  "Last possible session end: 2026-10-05 23:25 UTC. A token signed before may be valid until 2026-10-12";

it("the resolve notice says the last possible session end", () => {
  const opened = dueNow([open], T);
  const [told = open] = afterTelling([open], opened, T);
  const [over] = dueNow([{ ...told, ...closed, noticedAt: T, announced: true } as Finding], T + 2 * HOUR);
  expect(over?.kind).toBe("over");
  expect(flat(over?.body ?? "")).toContain(SAYS);
});

it("and so does the daily summary, of what was not worth a notice", () => {
  const mail = dailyNotice(cluster, { fresh: [], risen: [], ended: [closed] }, undefined, []);
  expect(flat(mail?.body ?? "")).toContain(SAYS);
});
