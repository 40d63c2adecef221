// Every way in over both walls, as the report shows it: what is broken first, and nothing that was not read as open.
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../lib/core/catalog/catalog.ts";
import { iamRows } from "../../lib/core/iam/facts.ts";
import { pathsIn, stateOfPath } from "../../lib/core/iam/paths-in.ts";
import { waysIn } from "../../lib/core/iam/ways-in.ts";
import { accessEngine } from "../../lib/core/privileges/effective.ts";
import { wallsSection } from "../../lib/report/walls-section.ts";
import { catalog, cluster, role } from "../support/catalogs.ts";
import { allow, iamFacts, policy, policyArn, roleArn } from "../support/iam-facts.ts";
import { sampleReport } from "./sample-report.ts";

const may = (action: string) => ({ policies: [policy(allow({ Action: action }))] });
const mapping = (name: string, oid: number, roleName: string) => ({
  ...{ iamOid: oid, arn: roleArn(name), role: oid, roleName, grantor: 10 },
});
const roles = {
  reader: may("dsql:DbConnect"),
  writer: may("s3:GetObject"),
  blocked: may("dsql:DbConnect"),
  stray: may("dsql:DbConnect"),
  ops: may("dsql:*"),
  build: may("s3:*"),
};
const estate = (given: Parameters<typeof iamFacts>[0] = { roles }): Catalog => ({
  ...catalog({
    roles: [
      role(10, "admin"),
      role(100, "app_ro"),
      role(101, "app_rw"),
      role(102, "idle", { canLogin: false }),
    ],
    mappings: [
      mapping("reader", 100, "app_ro"),
      mapping("writer", 101, "app_rw"),
      mapping("blocked", 102, "idle"),
    ],
  }),
  iam: iamFacts(given, cluster),
});
const found = (of: Catalog) => pathsIn(accessEngine(of), waysIn(of, null), []);
const lines = (of: Catalog): string[] =>
  found(of).paths.map(
    (path) =>
      `${path.principal.split(/[:/]/).at(-1)} ${path.role} ${stateOfPath(path)} ${path.firstBroken} ${path.away}`,
  );

describe("the ways in", () => {
  it("are each mapping, each administrator, and whoever lacks a mapping alone; what is broken stands first", () => {
    expect(lines(estate())).toEqual([
      "blocked idle broken role one ALTER ROLE away",
      "stray null broken mapping one AWS IAM GRANT away",
      "writer app_rw broken iam one change in IAM away",
      "ops admin ok null null",
      "reader app_ro ok null null",
      "root admin ok null null",
    ]);
  });

  it("are not known of identities whose policies could not be read, and these are never open", () => {
    const unseen = { attached: [policyArn("unseen")] };
    const of = estate({ roles: { reader: unseen, other: unseen }, managed: { unseen: null } });
    expect(lines(of).filter((line) => / (?:app_ro|admin) /.test(line))).toEqual([
      "other admin unknown null null",
      "reader admin unknown null null",
      "reader app_ro unknown null null",
      "root admin ok null null",
    ]);
  });
});

describe("wallsSection", () => {
  it("shows each way link by link, and escapes hostile names", () => {
    const hostile = estate({ roles: { ...roles, "x<script>": may("dsql:DbConnect") } });
    const page = wallsSection({ ...sampleReport(), walls: found(hostile) }).markup;
    expect(page).toContain("no mapping names it. <b>It is one AWS IAM GRANT away.</b>");
    expect(page).toContain("no policy allows dsql:DbConnect. <b>It is one change in IAM away.</b>");
    expect(page).not.toContain("<script>");
    expect(page.match(/<tr>/g)).toHaveLength(8);
  });

  it("says that nothing of IAM was read, and draws no table of it", () => {
    const page = wallsSection({ ...sampleReport(), walls: null }).markup;
    expect(page).toContain("Whom IAM lets in is not known: nothing of IAM was read with the snapshot.");
    expect(page).not.toContain("<table");
    expect(wallsSection({ ...sampleReport(), walls: null, snapshot: null }).markup).toContain(
      "there is no snapshot",
    );
  });

  it("says that there may be more ways in where mappings could not be read, and of nobody that nobody comes in", () => {
    const whole = estate();
    const mappings = { status: "unreadable", reason: "permission denied", code: null } as const;
    const walls = found({ ...whole, sections: { ...whole.sections, mappings } });
    const more = "There may be more ways in. Not read: mappings (permission denied).";
    const pageOf = (shown: typeof walls): string => wallsSection({ ...sampleReport(), walls: shown }).markup;
    expect(pageOf(walls)).toContain(more);
    expect(pageOf(found(whole))).not.toContain("There may be more");
    const blind = iamFacts({ roles }, cluster);
    const rows = (iamRows(blind, "clusters").rows ?? []).map((one) => ({
      ...one,
      peersUnread: "access denied",
    }));
    const parts = { ...blind.parts, clusters: { status: "read" as const, rows } };
    expect(pageOf(found({ ...whole, iam: { ...blind, parts } }))).toContain(
      "There may be more ways in. Not read: peers in other Regions (access denied).",
    );
    const none = pageOf({ ...walls, paths: [] });
    expect(none).toContain("No way in is known.");
    expect(none).not.toContain("lets nobody in");
  });
});
