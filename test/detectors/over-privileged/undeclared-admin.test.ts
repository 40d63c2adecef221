// The printed commands of undeclared-admin, done to the facts; how bad it is; and what access.yml makes of it.
import { describe, expect, it } from "vitest";
import type { Baseline } from "../../../lib/core/baseline/baseline.ts";
import { exampleArn, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { allowing, exampleIam, exampleRole, exampleUser } from "../../../lib/core/findings/example-iam.ts";
import type { Observation } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import type { IamRole, IamUser } from "../../../lib/core/iam/facts.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { awsCallsOf } from "../../support/aws-cli.ts";

const naming = (...names: readonly string[]): Baseline => ({
  version: 1,
  components: [{ name: "ops", role: "admin", principals: names.map((name) => ({ arn: exampleArn(name) })) }],
});
type Given = {
  readonly roles?: readonly IamRole[];
  readonly users?: readonly IamUser[];
  readonly baseline?: Baseline;
};
const judge = ({ roles = [], users = [], baseline }: Given): readonly Observation[] => {
  const facts = exampleFacts({ iam: exampleIam({ roles, users }), ...(baseline && { baseline }) });
  const { observations } = judgeWith(detectors, {})(auditView(facts));
  return observations.filter(({ detector }) => detector === "undeclared-admin");
};

/** What the commands leave: each identity with the inline policy that they put. */
const done = <T extends IamRole | IamUser>(rows: readonly T[], found: readonly Observation[]): T[] => {
  const calls = found.flatMap(({ fix = "" }) => awsCallsOf(fix));
  return rows.map((row) => ({
    ...row,
    inline: [
      ...row.inline,
      ...calls.flatMap(({ words, options }) =>
        words[0] === "iam" && (options["role-name"] ?? options["user-name"]) === row.name
          ? [{ name: options["policy-name"] ?? "", document: options["policy-document"] ?? "" }]
          : [],
      ),
    ],
  }));
};

describe("undeclared-admin", () => {
  it("prints commands that take admin away from roles and users, and nothing else", () => {
    const roles = [exampleRole("Api", "dsql:*"), exampleRole("Ops", "dsql:*")];
    const users = [exampleUser("kim", "*")];
    const found = judge({ roles, users, baseline: naming("Ops") });
    expect(found).toHaveLength(2);
    expect(judge({ roles: done(roles, found), users: done(users, found), baseline: naming("Ops") })).toEqual(
      [],
    );
    expect(judge({ roles: done(roles, found) }).map(({ subject }) => subject.principal)).toEqual([
      exampleArn("Ops"),
    ]);
  });

  it("prints the policy alone where the commands would be too many", () => {
    const roles = Array.from({ length: 11 }, (_, n) => exampleRole(`F${n}`, "dsql:*"));
    const [found, ...more] = judge({ roles });
    expect(more).toEqual([]);
    expect(JSON.parse(found?.fix ?? "")).toMatchObject({ Statement: [{ Effect: "Deny" }] });
    expect(found?.evidence).toMatchObject({ action: "dsql:*", declared: "no access.yml is published" });
  });

  it("calls on-call only where access.yml says who is admin and somebody else was made one plainly", () => {
    const severity = (given: Given) => judge(given).map(({ severity: one }) => one);
    const api = [exampleRole("Api", "dsql:*")];
    expect(severity({ roles: api })).toEqual(["medium"]);
    expect(severity({ roles: api, baseline: naming("Ops") })).toEqual(["high"]);
    expect(severity({ roles: [exampleRole("Root", "*")], baseline: naming("Ops") })).toEqual(["low"]);
    const conditional = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "dsql:DbConnectAdmin",
          Resource: "*",
          Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } },
        },
      ],
    });
    const roles = [{ ...exampleRole("Api"), inline: [{ name: "p", document: conditional }] }];
    expect(severity({ roles, baseline: naming("Ops") })).toEqual(["medium"]);
  });

  it("knows whom access.yml names whatever the path, and not after the end", () => {
    const roles = [
      { ...exampleRole("Ops", "dsql:*"), arn: "arn:aws:iam::111122223333:role/team/Ops", path: "/team/" },
    ];
    expect(judge({ roles, baseline: naming("Ops") })).toEqual([]);
    const ended = naming("Ops");
    const [ops] = ended.components;
    const principals = [{ arn: exampleArn("Ops"), until: "2026-06-01" }];
    expect(
      judge({ roles, baseline: { ...ended, components: ops ? [{ ...ops, principals }] : [] } }),
    ).toHaveLength(1);
  });

  it("tells of two policies of one name, but with other texts, apart", () => {
    const named = (prefix: string, document: string) =>
      [1, 2, 3].map((n) => ({ ...exampleRole(`${prefix}${n}`), inline: [{ name: "db", document }] }));
    const roles = [...named("A", allowing("dsql:*")), ...named("B", allowing("dsql:Db*"))];
    expect(new Set(judge({ roles }).map(({ id }) => id)).size).toBe(2);
  });
});
