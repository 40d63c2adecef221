// Who was connected as admin while a role gained much: the auditor's own logins, which it wrote down, are nobody's.
import { describe, expect, it } from "vitest";
import { HOUR } from "../../../lib/core/base/time.ts";
import { databaseRole } from "../../../lib/core/findings/example-catalog.ts";
import {
  EXAMPLE_CLUSTER,
  EXAMPLE_NOW,
  type Example,
  exampleFacts,
} from "../../../lib/core/findings/example-facts.ts";
import { exampleCluster, exampleIam } from "../../../lib/core/findings/example-iam.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const at = EXAMPLE_NOW - HOUR / 2;
const boss = { oid: 101, name: "boss" };
const evidenceIn = (more: Example) => {
  const facts = exampleFacts({
    connections: ["Ops", "Auditor"].map((by) => ({ by, at, action: "DbConnectAdmin" as const })),
    catalog: { roles: [databaseRole(101, "boss", { superuser: true })] },
    changes: [{ kind: "role-attribute", role: boss, attribute: "superuser", from: false, to: true }],
    ...more,
  });
  const { observations } = judgeWith(detectors, {})(auditView(facts));
  return observations.find(({ detector }) => detector === "rapid-escalation");
};
const namedIn = (own: Example["own"]) => evidenceIn(own ? { own } : {})?.evidence.connectedAsAdmin;

describe("rapid-escalation", () => {
  it("leaves nothing unknown where no snapshot came since the one that was evaluated, and all where none ever came", () => {
    const all = judgeWith(detectors, {});
    const facts = exampleFacts({ catalog: { roles: [], memberships: [] } });
    const lookOf = (more: Partial<Facts>) => {
      const { looks } = all(auditView({ ...facts, ...more, recentChanges: undefined }));
      return looks.find(({ detector }) => detector === "rapid-escalation");
    };
    expect(lookOf({ live: true })).toMatchObject({ complete: true });
    expect(lookOf({ live: true, snapshot: null })).toMatchObject({
      complete: false,
      reason: "there is no snapshot",
    });
    expect(lookOf({ live: false })).toMatchObject({ complete: false });
  });
  it("names those who were connected as admin, without the auditor's own logins", () => {
    expect(namedIn({})).toEqual(["Ops"]);
  });
  it("names the auditor's principal too where somebody else used it, and where nobody knows", () => {
    const both = ["Auditor", "Ops"];
    expect(namedIn({ surplusAt: [at], admin: true })).toEqual(both);
    expect(namedIn(undefined)).toEqual(both);
  });
  it("says that the peers are not known, through which others may have been admin", () => {
    const unread = [{ ...exampleCluster(EXAMPLE_CLUSTER), peersUnread: "access denied" }];
    expect(evidenceIn({ iam: exampleIam({ clusters: unread }) })?.evidence.peersUnread).toBe(
      "not known: access denied",
    );
    expect(evidenceIn({})?.evidence).not.toHaveProperty("peersUnread");
  });
  it("names the role for a shell as it is, whatever it is called", () => {
    const fixOf = (name: string) => {
      const changed = { oid: 101, name };
      const roles = [databaseRole(101, name, { superuser: true })];
      return evidenceIn({
        catalog: { roles },
        changes: [{ kind: "role-attribute", role: changed, attribute: "superuser", from: false, to: true }],
      })?.fix;
    };
    expect(fixOf("-x")).toContain("`dsql-audit history timeline --role=-x`");
    expect(fixOf("a\u202eb")).toContain("`dsql-audit history timeline --role $'a\\342\\200\\256b'`");
  });
});
