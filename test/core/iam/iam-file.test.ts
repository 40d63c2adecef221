// The file form of the IAM section: answers as AWS gives them, encoded or not, in pages or joined.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIamFile } from "../../../lib/core/iam/iam-file.ts";
import { readJson } from "../../../lib/core/iam/strict-json.ts";
import { whoMay } from "../../../lib/core/iam/who-may.ts";

const CLUSTER = "arn:aws:dsql:us-east-1:111122223333:cluster/abc";
const ALLOW = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "dsql:DbConnect", Resource: "*" }],
};
const role = (name: string, more: object = {}) => ({
  Path: "/",
  RoleName: name,
  RoleId: `AROA${name}`,
  Arn: `arn:aws:iam::111122223333:role/${name}`,
  CreateDate: "2026-01-02T03:04:05+00:00",
  AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: [] },
  RolePolicyList: [],
  AttachedManagedPolicies: [],
  ...more,
});
const page = (more: object = {}) => ({
  UserDetailList: [],
  GroupDetailList: [],
  RoleDetailList: [],
  Policies: [],
  ...more,
});
const read = (file: unknown) => parseIamFile(JSON.stringify(file), CLUSTER, "iam.json");
const whole = (more: object = {}) => ({
  authorizationDetails: page(),
  clusterPolicy: null,
  clusterTags: null,
  ...more,
});
const rolesIn = (file: unknown) => {
  const { roles } = read(file).facts.parts;
  return roles.status === "read" ? roles.rows : roles.reason;
};
const clusterIn = (file: unknown) => {
  const { clusters } = read(file).facts.parts;
  return clusters.status === "read" ? clusters.rows[0] : undefined;
};

describe("parseIamFile", () => {
  it("knows nothing of the policies of an identity whose answer lists none of either kind, as ListRoles does", () => {
    const verdictOf = (more: object) => {
      const file = whole({ authorizationDetails: page({ RoleDetailList: [role("a", more)] }) });
      const { verdict } = whoMay({ ...read(file), cluster: CLUSTER }).verdictOf(
        "arn:aws:iam::111122223333:role/a",
        "DbConnect",
      );
      return verdict;
    };
    expect(verdictOf({ RolePolicyList: undefined, AttachedManagedPolicies: undefined })).toBe("unknown");
    // As AWS answers it of who has no inline policy.
    expect(verdictOf({ RolePolicyList: undefined })).toBe("denied");
    expect(verdictOf({ AttachedManagedPolicies: undefined })).toBe("denied");
  });

  it("says where the answer is of another account than the cluster", () => {
    const stranger = { ...role("a"), Arn: "arn:aws:iam::999922223333:role/a" };
    const notesOf = (...roles: readonly object[]) =>
      read(whole({ authorizationDetails: page({ RoleDetailList: roles }) })).notes;
    expect(notesOf(stranger)).toEqual([
      "authorizationDetails is of account 999922223333, and the cluster of 111122223333, whose users and roles are not known.",
    ]);
    expect(notesOf(stranger, role("b"))).toEqual([]);
    expect(notesOf()).toEqual([]);
  });

  it("reads a document that is an object, a text or URL-encoded as the same text", () => {
    const forms = [ALLOW, JSON.stringify(ALLOW), encodeURIComponent(JSON.stringify(ALLOW))];
    const texts = forms.map((PolicyDocument) => {
      const rows = rolesIn(
        whole({
          authorizationDetails: page({
            RoleDetailList: [role("a", { RolePolicyList: [{ PolicyName: "p", PolicyDocument }] })],
          }),
        }),
      );
      return typeof rows === "string" ? rows : rows[0]?.inline[0]?.document;
    });
    expect(texts).toEqual([JSON.stringify(ALLOW), JSON.stringify(ALLOW), JSON.stringify(ALLOW)]);
  });

  it("joins pages, and takes an identity that stands on two of them once", () => {
    const pages = [
      page({ RoleDetailList: [role("b"), role("a")] }),
      page({ RoleDetailList: [role("b"), role("c")] }),
    ];
    const rows = rolesIn(whole({ authorizationDetails: pages }));
    expect(Array.isArray(rows) && rows.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("takes a list that no page has as unreadable, not as empty", () => {
    const { parts } = read(whole({ authorizationDetails: { UserDetailList: [] } })).facts;
    expect(parts.users).toEqual({ status: "read", rows: [] });
    expect(parts.roles).toEqual({
      status: "unreadable",
      reason: "the answer has no RoleDetailList",
      code: null,
    });
    expect(read({ clusterPolicy: null }).facts.parts.users.status).toBe("unreadable");
  });

  it("tells no cluster policy from one that was not read", () => {
    expect(clusterIn(whole())?.policy).toEqual({ status: "read", rows: [] });
    expect(clusterIn({ authorizationDetails: page() })?.policy.status).toBe("unreadable");
    expect(clusterIn(whole({ clusterPolicy: {} }))?.policy.status).toBe("unreadable");
    const policy = JSON.stringify(ALLOW);
    const expected = { status: "read", rows: [{ document: policy, version: "3" }] };
    expect(clusterIn(whole({ clusterPolicy: { policy, policyVersion: "3" } }))?.policy).toEqual(expected);
    expect(clusterIn(whole({ clusterPolicy: ALLOW }))?.policy).toEqual({
      status: "read",
      rows: [{ document: policy, version: null }],
    });
  });

  it("reads tags in each of the forms that AWS answers them in", () => {
    const expected = { status: "read", rows: [{ key: "env", value: "prod" }] };
    for (const clusterTags of [
      { env: "prod" },
      { tags: { env: "prod" } },
      [{ Key: "env", Value: "prod" }],
      [{ key: "env", value: "prod" }],
    ])
      expect(clusterIn(whole({ clusterTags }))?.tags).toEqual(expected);
    expect(clusterIn(whole({ clusterTags: { tags: "prod" } }))?.tags).toEqual({
      status: "read",
      rows: [{ key: "tags", value: "prod" }],
    });
  });

  it("takes the default version of a managed policy, and none where the answer lacks it", () => {
    const policies = [
      {
        Arn: "arn:aws:iam::111122223333:policy/p",
        DefaultVersionId: "v2",
        PolicyVersionList: [
          { VersionId: "v1", Document: {} },
          { VersionId: "v2", Document: ALLOW },
        ],
      },
      {
        Arn: "arn:aws:iam::111122223333:policy/q",
        DefaultVersionId: "v9",
        PolicyVersionList: [{ VersionId: "v1", Document: ALLOW }],
      },
    ];
    const { managedPolicies } = read(whole({ authorizationDetails: page({ Policies: policies }) })).facts
      .parts;
    expect(managedPolicies.status === "read" && managedPolicies.rows.map(({ document }) => document)).toEqual(
      [JSON.stringify(ALLOW), null],
    );
  });

  it("reads known condition keys, null as one that the request does not have", () => {
    const { context } = read(
      whole({
        context: { "aws:SourceIp": "192.0.2.1", "aws:SourceVpc": null, "aws:MultiFactorAuthPresent": true },
      }),
    );
    expect([...context]).toEqual([
      ["aws:sourceip", ["192.0.2.1"]],
      ["aws:sourcevpc", null],
      ["aws:multifactorauthpresent", ["true"]],
    ]);
  });

  it.each([
    ["no JSON", "{", /iam\.json cannot be read: it is no JSON/],
    [
      "a key that stands twice",
      '{"clusterPolicy": null,\n"clusterPolicy": {}}',
      /the key "clusterPolicy" stands twice \(line 2\)/,
    ],
    ["deep nesting", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, /nested more than 64 deep/],
    ["a list", "[]", /iam\.json: the document/],
    [
      "a number as a name",
      JSON.stringify(whole({ authorizationDetails: page({ RoleDetailList: [role("a", { RoleName: 7 })] }) })),
      /authorizationDetails\.RoleDetailList\[0\]\.RoleName: .*string/,
    ],
    [
      "a role without an ARN",
      JSON.stringify(whole({ authorizationDetails: [page(), page({ RoleDetailList: [{}] })] })),
      /authorizationDetails\[1\]\.RoleDetailList\[0\]\.Arn/,
    ],
    [
      "one condition key twice",
      JSON.stringify(whole({ context: { "aws:SourceVpc": "a", "AWS:sourcevpc": "b" } })),
      /context names the key "AWS:sourcevpc" twice/,
    ],
  ])("says what is wrong and where: %s", (_, text, message) => {
    expect(() => parseIamFile(text, CLUSTER, "iam.json")).toThrow(
      expect.objectContaining({ code: "bad-file", message: expect.stringMatching(message) }),
    );
  });

  it("refuses what is no cluster's ARN", () => {
    for (const cluster of [
      "abc",
      "arn:aws:dsql:us-east-1:111122223333:cluster/*",
      "arn:aws:rds:us-east-1:1:cluster/a",
    ])
      expect(() => parseIamFile("{}", cluster)).toThrow(expect.objectContaining({ code: "usage" }));
  });

  it("says that a truncated answer is not all there is", () => {
    expect(read(whole({ authorizationDetails: page({ IsTruncated: true }) })).notes).toEqual([
      expect.stringContaining("truncated"),
    ]);
    expect(read(whole({ authorizationDetails: [page({ IsTruncated: true }), page()] })).notes).toEqual([]);
  });

  it("answers or refuses with a clear error, whatever the file says", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            authorizationDetails: fc.anything(),
            clusterPolicy: fc.anything(),
            clusterTags: fc.anything(),
            context: fc.anything(),
          },
          { requiredKeys: [] },
        ),
        (file) => {
          let text: string;
          try {
            text = JSON.stringify(file);
          } catch {
            return;
          }
          try {
            parseIamFile(text, CLUSTER);
          } catch (error) {
            expect(error).toMatchObject({ name: "AuditError", code: "bad-file" });
          }
        },
      ),
    );
  });
});

describe("readJson", () => {
  it("is JSON.parse for a text without doubled keys", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const { value, problem } = readJson(text);
        if (problem === null) expect(value).toEqual(JSON.parse(text));
        else expect(problem).toMatch(/twice/);
      }),
    );
  });

  it("takes keys that are written differently for the same", () => {
    expect(readJson('{"a\\u0062": 1, "ab": 2}').problem).toMatch(/"ab" stands twice/);
    expect(readJson('{"a": {"x": 1}, "b": {"x": 1}, "c": ["a", "a"]}').problem).toBeNull();
  });
});
