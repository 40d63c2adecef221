// The file of a deployment's parameters: what it may hold.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parameters } from "../../deploy/parameters.ts";
import { type Params, paramsText, readParams } from "../../deploy/params.ts";
import { EXAMPLE } from "../../deploy/params-file.ts";
import { archetypes as archetypeNames } from "../../lib/core/privileges/archetype.ts";
import { root } from "./stack.ts";

const read = (text: string): Params => {
  const result = readParams(text);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result.params;
};
const problems = (text: string): readonly string[] => {
  const result = readParams(text);
  return "problems" in result ? result.problems : [];
};
const STATED = 'region: us-east-1\nalertEmail: ""\ntrailBucket: ""\n';
const HERE = "arn:aws:dsql:us-east-1:111122223333:cluster/a";
const MEMBERS = "arn:aws:dsql:us-east-1:444455556666:cluster/b";
const named = (...clusters: readonly string[]): string =>
  `clusters: ${JSON.stringify(clusters.map((cluster) => ({ cluster, endpoint: "e", user: "u" })))}`;
const defaults = Object.fromEntries(parameters.map(([name, plan]) => [name, plan.default]));

describe("the file of parameters", () => {
  it("is shown by an example that has every parameter at its default", () => {
    const example = readFileSync(join(root, EXAMPLE), "utf8");
    expect(example).toBe(paramsText());
    expect(read(example)).toEqual(defaults);
  });

  it("takes lists and maps where JSON is wanted, and text where text is", () => {
    const given = read(`${STATED}archetypes: {reporting: read-only}\ndormantDays: 30\nclusters: auto\n`);
    expect(given).toEqual({ ...defaults, archetypes: '{"reporting":"read-only"}', dormantDays: "30" });
  });

  it("takes a number as it is written where a text is wanted: accounts may begin with 0", () => {
    const given = `${STATED.replace('trailBucket: ""', "trailBucket: 0123")}memberAccounts: 012345678901\n`;
    expect(read(given)).toMatchObject({ memberAccounts: "012345678901", trailBucket: "0123" });
  });

  it("is refused for a name that is not known and for one that is missing", () => {
    expect(problems(`${STATED}alertEmial: a@b.c\n`)).toEqual(['there is no parameter "alertEmial"']);
    expect(problems("region: us-east-1\nalertEmail: a@example.com\n")).toEqual([
      'trailBucket is missing; write "" for none',
    ]);
  });

  it.each([
    ["dormantDays: 500", "dormantDays is a number from 1 to 390"],
    ['keepDays: ""', "keepDays is a number from 1 on"],
    ['keepDays: "0x1F"', "keepDays is a number from 1 on"],
    ["auditorUser: admin", "auditorUser is a database role of the auditor's own, never admin"],
    ["auditorUser: pg_monitor", "auditorUser is a name that PostgreSQL keeps for itself"],
    ['auditorUser: "public"', "auditorUser is a name that PostgreSQL keeps for itself"],
    ['auditorUser: "watcher "', "auditorUser has spaces at its ends, or characters that nobody sees"],
    ['auditorUser: "wat\\u200bcher"', "auditorUser has spaces at its ends, or characters that nobody sees"],
    [
      `auditorUser: ${"é".repeat(32)}`,
      "auditorUser is longer than 63 bytes, which is the most that a role's name has",
    ],
    ["trailPrefix: logs", "trailPrefix is empty or ends in a slash, and has no wildcard, quote or backslash"],
    ["detectorOptions: 5x", "detectorOptions is not JSON"],
    ["trailKeyArn: [a]", "trailKeyArn is one text or number"],
    ["logLevel: LOUD", "logLevel is one of DEBUG, INFO, WARN, ERROR"],
    ["createTrail: true", "createTrail is one of off, on, connects"],
    ["createTrail: yes", "createTrail is one of off, on, connects"],
    ["existingTrailBucket: old-files", "existingTrailBucket needs createTrail: on, or connects"],
    ["createTrail: on\ntrailPrefix: org/", "trailPrefix is of no use with createTrail: that trail has none"],
    ['clusterTags: "audit"', "clusterTags is not JSON"],
    ["clusterTags: [audit]", 'clusterTags is a map of keys to values, like {audit: "true"}'],
    ["clusterTags: {audit: }", 'clusterTags "audit" has no value: write a text, or "*" for any'],
    ['clusterTags: {"": x}', 'clusterTags "" is no key: it has 1 to 128 characters'],
    [`clusterTags: {a: ${"x".repeat(257)}}`, 'clusterTags "a" has a value of 257 characters'],
    [
      "clusterTags: {audit: true}\nclusters: [{cluster: a, endpoint: b, user: c}]",
      "clusterTags chooses among all clusters: it needs clusters: auto",
    ],
    ["trailDays: 30", "trailDays is a number from 35 to 3650"],
    ["subnets: subnet-0a1b", "subnets needs securityGroups as well"],
    ["securityGroups: sg-0a1b", "securityGroups needs subnets as well"],
    ["subnets: subnet-*", "subnets is empty or the ids of subnets with commas between"],
    ...[
      "alias/audit",
      "5e1f7e3c-0000-4000-8000-000000000001",
      "arn:aws:kms:us-east-1:111122223333:alias/audit",
      "arn:aws:kms:us-east-1:111122223333:key/*",
      "arn:aws:kms:us-east-1:111122223333:key/5e1f7e3c-0000-4000-8000-000000000001 ",
      `"arn:aws:kms:us-east-1:111122223333:key/5e1f7e3c-0000-4000-8000-000000000001\\n"`,
      "arn:aws:sns:us-east-1:111122223333:audit",
    ].map(
      (value) =>
        [
          `kmsKeyArn: ${value.endsWith(" ") ? JSON.stringify(value) : value}`,
          "kmsKeyArn is empty or the whole ARN of a KMS key, with its id: neither an alias nor the id alone",
        ] as [string, string],
    ),
    [
      "kmsKeyArn: arn:aws:kms:eu-west-1:111122223333:key/5e1f7e3c-0000-4000-8000-000000000001",
      "kmsKeyArn is a key in eu-west-1, and the auditor runs in us-east-1: a key is of use in its own Region alone",
    ],
    [
      "kmsKeyArn: arn:aws-cn:kms:us-east-1:111122223333:key/5e1f7e3c-0000-4000-8000-000000000001",
      "kmsKeyArn begins with arn:aws-cn, and an ARN in us-east-1 with arn:aws",
    ],
    ["keepDays: 1e3", "keepDays is a number from 1 on"],
    ["keepDays: 0x10", "keepDays is a number from 1 on"],
    ["keepDays: 1.5", "keepDays: has to be a whole number"],
    ["memberAccounts: 1e11", "memberAccounts is empty or the numbers of accounts with commas between"],
    ["memberAccounts: 12345678901", "memberAccounts is empty or the numbers of accounts with commas between"],
    ["regions: cn-north-1", "regions names cn-north-1, which is of another partition than us-east-1"],
    [
      "eventBus: arn:aws-cn:events:us-east-1:111122223333:event-bus/findings",
      "eventBus begins with arn:aws-cn, and an ARN in us-east-1 with arn:aws",
    ],
    ["archetypes: [a]", "archetypes: has to be a map, and is a list"],
    ["archetypes: 'null'", "archetypes: has to be a map, and is nothing"],
    ["clusters: []", "clusters: has to name 1 at least"],
    ["clusters: [1]", "clusters: entry 1 has to be a map, and is a number"],
    [`clusters: [{cluster: "${HERE}", endpoint: e}]`, "clusters: entry 1 user is missing"],
    [named("k7abc"), "clusters: k7abc is not the ARN of a cluster"],
    [
      named(HERE, "arn:aws:dsql:eu-west-1:111122223333:cluster/b"),
      "clusters: arn:aws:dsql:eu-west-1:111122223333:cluster/b is in eu-west-1, and this deployment connects to clusters in us-east-1 alone",
    ],
    [
      named("arn:aws-cn:dsql:us-east-1:111122223333:cluster/b"),
      "clusters: arn:aws-cn:dsql:us-east-1:111122223333:cluster/b is of partition aws-cn, and this deployment of aws",
    ],
    [named(HERE, HERE), `clusters: ${HERE} stands twice`],
    [
      `clusters: [{cluster: "${HERE}", endpoint: e, user: admin}]`,
      `clusters: ${HERE} has the user admin, which the auditor never connects as`,
    ],
    [
      named(HERE, MEMBERS),
      `clusters: only one of the accounts 111122223333, 444455556666 can be the one that is deployed to, and memberAccounts names none of them: ${HERE}, ${MEMBERS}`,
    ],
    [
      "detectorOptions: {dormant-maping: {days: 3}}",
      "detectorOptions: options for a detector that there is not: dormant-maping",
    ],
    [
      "detectorOptions: {dormant-mapping: {days: x}}",
      "detectorOptions: options of dormant-mapping: days has to be a number, and is text",
    ],
    [`archetypes: {r: ${"x".repeat(5000)}}`, "archetypes has 5008 characters: 4096 are the most"],
  ])("names what is wrong with %s", (line, problem) => {
    expect(problems(`${STATED}${line}\n`)).toEqual([problem]);
  });

  it("takes clusters of its Regions and accounts", () => {
    const there = HERE.replace("us-east-1", "eu-west-1");
    const given = `${STATED}${named(HERE, there, MEMBERS)}\nregions: eu-west-1\nmemberAccounts: "444455556666"\n`;
    expect(problems(given)).toEqual([]);
  });

  it("names one place of the trail's files: a bucket, or a trail of the stack's own", () => {
    const named = STATED.replace('trailBucket: ""', "trailBucket: company-trail");
    expect(problems(`${named}createTrail: connects\n`)).toEqual([
      "trailBucket and createTrail: connects each say where the trail's files are: choose one",
    ]);
    expect(read(`${STATED}createTrail: on\nexistingTrailBucket: old-files\n`)).toMatchObject({
      ...{ createTrail: "on", existingTrailBucket: "old-files", trailBucket: "" },
    });
  });

  it("holds the key of a trail that the stack makes to its Region, and no other trail's", () => {
    const key = "trailKeyArn: arn:aws:kms:eu-west-1:111122223333:key/k\n";
    expect(problems(`${STATED}createTrail: connects\n${key}`)).toEqual([
      "trailKeyArn is a key in eu-west-1, and the auditor runs in us-east-1: a key is of use in its own Region alone",
    ]);
    expect(problems(`${STATED}createTrail: on\n${key.replace("eu-west-1", "us-east-1")}`)).toEqual([]);
    expect(problems(`${STATED.replace('trailBucket: ""', "trailBucket: company-trail")}${key}`)).toEqual([]);
  });

  it.each([
    ["us-east-1", "aws", "5e1f7e3c-0000-4000-8000-000000000001"],
    ["cn-north-1", "aws-cn", "5e1f7e3c-0000-4000-8000-000000000001"],
    ["us-gov-west-1", "aws-us-gov", "mrk-5e1f7e3c000040008000000000000001"],
  ])("takes a key of its Region in %s", (region, partition, id) => {
    const kmsKeyArn = `arn:${partition}:kms:${region}:111122223333:key/${id}`;
    expect(read(paramsText({ region, kmsKeyArn }))).toMatchObject({ kmsKeyArn });
  });

  it.each(["", "[]", "a: [", "just a text"])("says of %j that it holds none", (text) => {
    expect(problems(text)).toHaveLength(1);
  });

  it("comes back from its text as it was, whatever it holds", () => {
    const value = fc.string({ maxLength: 40 }).filter((text) => text !== "");
    fc.assert(
      fc.property(fc.dictionary(value, fc.constantFrom(...archetypeNames)), value, (archetypes, role) => {
        const text = JSON.stringify(archetypes);
        const auditorUser = `r${role.replaceAll(/[\r\n\u2028\u2029]/g, "")}x`;
        const given = { archetypes: text, auditorUser, dormantDays: "7" };
        expect(read(paramsText(given))).toEqual({ ...defaults, ...given });
      }),
    );
  });
});

describe("how long what is kept of people stays", () => {
  it("is refused where something rests on more, with the reason, also where the window of verdicts is what asks for it", () => {
    const of = (text: string) =>
      readParams(paramsText().replace(/^(activityDays|actDays|dormantDays): .*$/gm, "") + text);
    expect(of("activityDays: 90\n")).toEqual({
      problems: [
        "activityDays is 90, and has to be 120 at least: what is usual for a principal is worked out from 120 days",
      ],
    });
    expect(of("dormantDays: 200\nactivityDays: 150\n")).toEqual({
      problems: [
        "activityDays is 150, and has to be 210 at least: dormantDays is 200, and takes 10 days more",
      ],
    });
    expect(of("actDays: 30\n")).toEqual({
      problems: [
        "actDays is 30, and has to be 0 (as long as the table), or 400 at least: who accepted a finding has to be known for as long as the finding is",
      ],
    });
    expect(of("actDays: 0\nactivityDays: 120\n")).toHaveProperty("params");
  });
});
