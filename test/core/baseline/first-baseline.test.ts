// The baseline to begin with: it leaves no drift, changes no finding by what it proposes, and names admins where they are known.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Baseline } from "../../../lib/core/baseline/baseline.ts";
import { baselineOf } from "../../../lib/core/baseline/baseline-of.ts";
import { baselineText } from "../../../lib/core/baseline/baseline-text.ts";
import { driftOf } from "../../../lib/core/baseline/drift.ts";
import { parseBaseline } from "../../../lib/core/baseline/parse-baseline.ts";
import { type Catalog, rowsOf } from "../../../lib/core/catalog/catalog.ts";
import { EXAMPLE_NOW, exampleArn, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { exampleIam, exampleRole, exampleUser } from "../../../lib/core/findings/example-iam.ts";
import type { Facts } from "../../../lib/core/findings/facts.ts";
import type { Observation } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { firstBaselineOf } from "../../../lib/queries/first-baseline.ts";
import { groundsOfCatalog } from "../../../lib/queries/grounds.ts";
import { acl, catalog, publicSchema, role, table } from "../../support/catalogs.ts";
import { anyCatalog } from "../../support/random-catalogs.ts";
import { anyEstate } from "../../support/random-estates.ts";

const judge = judgeWith(detectors.filter(({ category }) => category === "over-privileged"));
const withBaseline = (found: Catalog, baseline: Baseline | undefined): Facts => ({
  ...exampleFacts({}),
  cluster: found.cluster,
  snapshot: { catalog: found, takenAt: EXAMPLE_NOW, seq: 1, judgedBefore: null },
  ...(baseline && { baseline }),
});
const findings = (found: Catalog, baseline: Baseline | undefined): string[] =>
  judge(auditView(withBaseline(found, baseline)))
    .observations.map(({ detector, subject, severity }: Observation) =>
      JSON.stringify([detector, subject, severity]),
    )
    .sort();
const told = (text: string, ...ids: readonly string[]): boolean =>
  ids.some((id) => text.startsWith(`["${id}"`));

const throughFile = async (found: Catalog): Promise<{ baseline: Baseline; text: string }> => {
  const { baseline, notes, comments } = await firstBaselineOf(groundsOfCatalog(found));
  const text = baselineText(baseline, comments, notes);
  return { baseline: parseBaseline(text, "access.yml"), text };
};

describe("the baseline to begin with", () => {
  it("leaves no drift, and reads back as it was made", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(anyCatalog, anyEstate), async (found) => {
        const { baseline } = await firstBaselineOf(groundsOfCatalog(found));
        const read = await throughFile(found);
        expect(read.baseline).toEqual(baseline);
        const rows = driftOf(read.baseline, found, EXAMPLE_NOW);
        expect(rows.filter(({ kind }) => kind !== "unknown")).toEqual([]);
      }),
    );
  });

  it("begins and ends no finding by the archetypes that it declares", async () => {
    const declared = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof({ weight: 1, arbitrary: anyCatalog }, { weight: 4, arbitrary: anyEstate }),
        async (found) => {
          const { baseline } = await throughFile(found);
          for (const { archetype } of baseline.components) if (archetype) declared.add(archetype);
          expect(findings(found, baseline)).toEqual(findings(found, baselineOf(found)));
          const exceeding = (all: string[]) => all.filter((one) => told(one, "privilege-exceeds-archetype"));
          expect(exceeding(findings(found, baseline))).toEqual(exceeding(findings(found, undefined)));
        },
      ),
      { numRuns: 150 },
    );
    // Which of them a run meets is chance; that it meets several is not.
    expect(declared.size).toBeGreaterThan(1);
  });

  it("declares nothing of what could not be read", async () => {
    await fc.assert(
      fc.asyncProperty(anyEstate, async (found) => {
        const { baseline } = await throughFile(found);
        if (Object.values(found.sections).every(({ status }) => status === "read")) return;
        const unread = Object.entries(found.sections).filter(([, { status }]) => status === "unreadable");
        if (unread.every(([name]) => name === "mappings")) return;
        expect(baseline.components.filter(({ archetype }) => archetype)).toEqual([]);
      }),
    );
  });

  it("says why beside each archetype, and proposes in a comment what a person has to decide", async () => {
    const roles = [
      role(10, "admin"),
      role(100, "orders_app"),
      role(101, "api_readonly"),
      role(102, "dba_team", { createRole: true }),
    ];
    const relations = [
      table(1000, "orders", { acl: acl("100=arwd/10", "101=rw/10") }),
      table(1001, "items", { acl: acl("100=r/10", "101=r/10") }),
    ];
    const mappings = [
      { iamOid: 1, arn: exampleArn("Orders"), role: 100, roleName: "orders_app", grantor: 10 },
    ];
    const { text, baseline } = await throughFile(
      catalog({ roles, schemas: [publicSchema], relations, mappings }),
    );
    expect(text).toContain(
      `archetype: service # its name says "app", and it may write 1 of 2 tables and views and read all of them, and programs connect as it`,
    );
    expect(text).toContain(
      '# archetype: custom # if you agree: its name says "readonly", but it may write 1 of 2',
    );
    expect(text).toContain(
      '# archetype: admin # if you agree: its name says "dba", and it can make roles (CREATEROLE)',
    );
    expect(baseline.components.map(({ role: name, archetype }) => [name, archetype])).toEqual([
      ["api_readonly", undefined],
      ["dba_team", undefined],
      ["orders_app", "service"],
    ]);
    // Each proposal holds once its comment is opened.
    const opened = parseBaseline(text.replaceAll("# archetype: ", "archetype: "), "access.yml");
    expect(opened.components.map(({ archetype }) => archetype)).toEqual(["custom", "admin", "service"]);
  });

  it("stays one line a note, whatever a name holds", async () => {
    const roles = [role(10, "admin"), role(100, 'x\n  archetype: admin\u202e "reporting"')];
    const relations = [table(1000, "orders", { acl: acl("100=a/10") })];
    const { text, baseline } = await throughFile(catalog({ roles, schemas: [publicSchema], relations }));
    expect(text).not.toMatch(/\u202e/);
    expect(baseline.components.map(({ archetype }) => archetype)).toEqual([undefined]);
  });
});

describe("the administrators of the baseline to begin with", () => {
  const roles = [role(10, "admin"), role(100, "orders_app")];
  const withIam = (iam?: ReturnType<typeof exampleIam>): Catalog => {
    const made = catalog({ roles, schemas: [publicSchema] });
    return { ...made, cluster: exampleFacts({}).cluster, ...(iam && { iam }) } as Catalog;
  };
  const undeclared = (found: Catalog, baseline: Baseline): string[] =>
    findings(found, baseline).filter((one) => told(one, "undeclared-admin"));

  it("are all whom IAM lets in, so that none of them is undeclared", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.record({
            name: fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{1,9}$/),
            action: fc.constantFrom("dsql:DbConnectAdmin", "dsql:*", "*", "dsql:DbConnect", "s3:GetObject"),
            isUser: fc.boolean(),
          }),
          { selector: ({ name }) => name.toLowerCase(), maxLength: 6 },
        ),
        async (people) => {
          const found = withIam(
            exampleIam({
              roles: people
                .filter(({ isUser }) => !isUser)
                .map(({ name, action }) => exampleRole(name, action)),
              users: people
                .filter(({ isUser }) => isUser)
                .map(({ name, action }) => exampleUser(name, action)),
            }),
          );
          const { baseline } = await throughFile(found);
          const admin = baseline.components.filter((one) => one.role === "admin");
          const may = people.filter(({ action }) => !/DbConnect$|s3/.test(action)).length;
          expect(admin.map(({ principals = [] }) => principals.length)).toEqual([may]);
          expect(undeclared(found, baseline)).toEqual([]);
          expect(driftOf(baseline, found, EXAMPLE_NOW).filter(({ kind }) => kind !== "unknown")).toEqual([]);
        },
      ),
    );
  });

  it("make one who comes later a finding", async () => {
    const { baseline } = await throughFile(withIam(exampleIam({ roles: [exampleRole("Ops", "dsql:*")] })));
    const later = withIam(
      exampleIam({ roles: [exampleRole("Ops", "dsql:*"), exampleRole("Api", "dsql:DbConnectAdmin")] }),
    );
    expect(undeclared(later, baseline)).toHaveLength(1);
    const nobody = await throughFile(withIam(exampleIam({ roles: [exampleRole("Ops", "dsql:DbConnect")] })));
    expect(undeclared(later, nobody.baseline)).toHaveLength(2);
  });

  it("are not declared where IAM was not read, or not all of it, and the file says so", async () => {
    const cut = [
      withIam(),
      withIam(exampleIam({ roles: "access denied" })),
      withIam(exampleIam({ roles: [exampleRole("Ops", "dsql:*")], users: "access denied" })),
    ];
    for (const found of cut) {
      const { text, baseline } = await throughFile(found);
      expect(text).toMatch(/# NOT KNOWN: who may connect as admin \(IAM .*\), so nobody is declared\./);
      expect(baseline.components.filter((one) => one.role === "admin")).toEqual([]);
    }
  });

  it("leave out whom IAM could not judge, and the file says how many", async () => {
    const broken = { ...exampleRole("Odd"), inline: [{ name: "p", document: "{" }] };
    const found = withIam(exampleIam({ roles: [exampleRole("Ops", "dsql:*"), broken] }));
    const { text, baseline } = await throughFile(found);
    expect(rowsOf(found, "roles").length).toBe(2);
    expect(text).toContain("# NOT KNOWN: whether 1 more identity may connect as admin");
    expect(baseline.components[0]?.principals?.map(({ arn }) => arn)).toEqual([exampleArn("Ops")]);
  });
});
