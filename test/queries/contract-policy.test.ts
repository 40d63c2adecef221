// One question, one answer, by the command line and by the API: what a proposed policy would have refused.
import { describe, expect, it } from "vitest";
import { allPages } from "../support/ask.ts";
import { contractWorld } from "../support/contract-world.ts";
import { allow, deny, everybody, policy } from "../support/iam-facts.ts";
import { NOW, READER, T } from "../support/query-world.ts";

const fence = policy(deny({ ...everybody, Sid: "Fence", Condition: { Null: { "aws:SourceVpc": "true" } } }));
const half = policy(deny({ ...everybody, Action: "dsql:DbConnect" }));
const reader = policy(allow({ Action: "dsql:DbConnectAdmin" }));
const files = {
  "fence.json": fence,
  "half.json": half,
  "reader.json": reader,
  "answer.json": { policy: JSON.stringify(fence) },
};
const at = new Date(T).toISOString();
const to = new Date(NOW).toISOString();
const asked: readonly (readonly [line: string, body: object, params: Record<string, string>])[] = [
  ["policy try fence.json", { policy: fence }, {}],
  ["policy try half.json", { policy: half }, {}],
  ["policy try answer.json", { policy: files["answer.json"] }, {}],
  [`policy try fence.json --principal ${READER}`, { policy: JSON.stringify(fence), principal: READER }, {}],
  ["policy try reader.json", { policy: reader }, {}],
  ["policy try reader.json --add", { policy: reader, add: true }, {}],
  [`policy try fence.json --from ${at} --to ${to}`, { policy: fence }, { from: at, to }],
];
const { ask, told, rowsOf, shown } = contractWorld(
  asked.map(([line]) => line),
  ["policy try fence.json"],
  files,
);
const path = "/policy/try";
const post = (body: unknown, params: Record<string, string> = {}) => ask(path, params, body);

describe("a policy that is tried", () => {
  it.each(asked)("%s: the same rows, whole or by pages", async (line, body, params) => {
    const { items } = await allPages(ask, path, { ...params, limit: "1" }, async () => {}, body);
    expect(rowsOf(line)).toEqual(items);
    expect(items.length).toBeGreaterThan(0);
  });

  it("is summed up alike, with what it does not do and what the answer rests on", async () => {
    const { body } = await post({ policy: fence });
    expect(body).toMatchObject({ kind: "cluster", keepsInternetOut: "yes", flaws: [], unread: [] });
    const { text, says, hours, unprovenHours, iamTakenAt } = body as Record<string, unknown>;
    const out = shown("policy try fence.json").replace(/\s+/g, " ");
    expect(text).toMatch(/^Of \d+ connections? it would have refused/);
    expect(out).toContain(text);
    expect(out).toContain(says);
    expect(out).toContain(`not proven for ${unprovenHours} of ${hours} hours`);
    expect(out).toContain(`snapshot of ${String(iamTakenAt).slice(0, 16).replace("T", " ")} UTC`);
    const other = (await post({ policy: half })).body as unknown as { flaws: { says: string }[] };
    expect(other.flaws.length).toBeGreaterThan(0);
    for (const flaw of other.flaws) expect(told("policy try half.json").err).toContain(flaw.says);
  });

  it("of an IAM policy says nothing of what only a cluster policy does", async () => {
    expect((await post({ policy: reader })).body).toMatchObject({
      kind: "identity",
      flaws: null,
      keepsInternetOut: null,
    });
  });
});

it("says that nobody is known by a name", async () => {
  const { status, body: problem } = await post({ policy: fence, principal: "bob" });
  expect([status, problem]).toEqual([404, expect.objectContaining({ code: "not-found" })]);
});

describe("a policy that cannot be tried", () => {
  it.each([
    ["nothing, as null", null, /the body: has to be a map/],
    ["no policy", {}, /the body: policy is missing/],
    ["an empty one", { policy: {} }, /the policy: it has no Statement/],
    ["a text that is no JSON", { policy: "{" }, /the policy: it is no JSON/],
    ["a list", { policy: [fence] }, /the body: policy/],
    ["two kinds in one", { policy: policy(allow(), deny(everybody)) }, /statement 2 names a Principal/],
    ["a field that nobody knows", { policy: fence, name: "x" }, /name/],
    [
      "the ARN of something else",
      { policy: fence, principal: "arn:aws:s3:::bob" },
      /"arn:aws:s3:::bob" is not/,
    ],
    ["a cluster policy to add", { policy: fence, add: true }, /only an IAM policy can be added/],
    ["one that is far too long", { policy: "x".repeat(260_000) }, /too long: 26\d{4} characters/],
    ["one that is longer than any policy", { policy: "x".repeat(120_000) }, /larger than any policy/],
  ])("%s is refused by name", async (_, body, message) => {
    const { status, body: problem } = await post(body);
    expect([status, (problem as unknown as { code: string }).code]).toEqual([400, "usage"]);
    expect((problem as unknown as { detail: string }).detail).toMatch(message);
  });

  it("is a cursor of another policy", async () => {
    const { body } = await post({ policy: fence }, { limit: "1" });
    expect(await post({ policy: half }, { limit: "1", cursor: body.next })).toMatchObject({
      status: 400,
      body: { detail: "the cursor belongs to another question" },
    });
  });
});
