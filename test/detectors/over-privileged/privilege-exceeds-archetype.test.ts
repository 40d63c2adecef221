// On a real PostgreSQL: what the detector finds is there, and running the SQL that it prints clears it.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import type { Observation } from "../../../lib/core/findings/finding.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { readCatalog } from "../../../lib/dsql/read-catalog.ts";
import { sharedPostgres } from "../../support/postgres.ts";

const postgres = sharedPostgres();
const judge = judgeWith(detectors);
const found = async (url: string): Promise<readonly Observation[]> => {
  const catalog = await readCatalog({ kind: "url", url }, { sleep: (ms) => sleep(ms), random: Math.random });
  const facts = { ...exampleFacts({}), snapshot: { catalog, takenAt: exampleFacts({}).now, seq: 1 } };
  return judge(auditView(facts)).observations.filter(
    ({ detector }) => detector === "privilege-exceeds-archetype",
  );
};

const estate = `
  create role app_writer; create role deep_group; create role "We;rd ""owner""";
  create role api_readonly; create role reporting; create role "Hostile-ro; drop table x";
  create role quiet_readonly; create role noinherit_readonly noinherit;
  create schema app; create schema "odd "" schema";
  create table public.orders (id int, note text); create table app.items (id int);
  create table "odd "" schema"."T;""x" (id int); create sequence app.ticket;
  grant usage on schema app, "odd "" schema" to api_readonly, reporting, "Hostile-ro; drop table x", noinherit_readonly;
  grant select on public.orders to api_readonly, quiet_readonly;
  grant delete, truncate on public.orders to api_readonly;
  grant update (note) on public.orders to reporting;
  grant create on schema app to reporting;
  grant update on sequence app.ticket to reporting;
  grant insert on "odd "" schema"."T;""x" to "Hostile-ro; drop table x";
  grant insert, update on public.orders, app.items to app_writer;
  grant app_writer to deep_group; grant deep_group to reporting;
  grant app_writer to noinherit_readonly;
  alter table app.items owner to "Hostile-ro; drop table x";
  grant insert on app.items to public`;

describe("privilege-exceeds-archetype", () => {
  it("finds what readers may write, and the SQL it prints takes it away", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(estate);
    const titles = (await found(url)).map(({ title }) => title).toSorted();
    expect(titles).toEqual(
      [
        'Hostile-ro; drop table x can INSERT into odd " schema.T;"x',
        "Hostile-ro; drop table x owns table app.items",
        "api_readonly can DELETE from public.orders",
        "api_readonly can INSERT into app.items, as everybody can (PUBLIC)",
        "api_readonly can TRUNCATE public.orders",
        "noinherit_readonly can INSERT into app.items, as everybody can (PUBLIC)",
        "noinherit_readonly can INSERT, UPDATE on 2 objects after SET ROLE to app_writer",
        "quiet_readonly can INSERT into app.items, as everybody can (PUBLIC)",
        "reporting can CREATE in app",
        "reporting can INSERT into app.items, as everybody can (PUBLIC)",
        "reporting can INSERT, UPDATE on 2 objects through deep_group",
        "reporting can UPDATE app.ticket",
      ].toSorted(),
    );
    for (const { fix = "" } of await found(url)) {
      await query(fix);
    }
    // What a membership brought hid what the column alone gives: that is the next finding, and the last.
    const left = await found(url);
    expect(left.map(({ title }) => title)).toEqual(["reporting can UPDATE public.orders.note"]);
    for (const { fix = "" } of left) await query(fix);
    expect(await found(url)).toEqual([]);
  });

  it("keeps its findings through renames of role and table", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query("create role mail_readonly; create table t (id int); grant delete on t to mail_readonly");
    const own = async () => (await found(url)).filter(({ title }) => title.includes("DELETE"));
    const [before] = await own();
    await query("alter role mail_readonly rename to post_readonly; alter table t rename to u");
    const [after] = await own();
    expect(after?.title).toBe("post_readonly can DELETE from public.u");
    expect(after?.id).toBe(before?.id);
  });

  it("says who must take back what another role granted", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query(`create role deputy; create role lent_readonly; create table lent (id int);
      grant insert on lent to deputy with grant option; set role deputy; grant insert on lent to lent_readonly`);
    const [finding] = (await found(url)).filter(({ subject }) => subject.role === "lent_readonly");
    expect(finding?.fix).toBe(
      "-- Granted by deputy: only a REVOKE as that role ends it.\nBEGIN;\nSET LOCAL ROLE deputy;\n" +
        "REVOKE INSERT ON public.lent FROM lent_readonly;\nRESET ROLE;\nCOMMIT;",
    );
    await query(finding?.fix ?? "");
    expect((await found(url)).filter(({ subject }) => subject.role === "lent_readonly")).toEqual([]);
  });

  it("says what it cannot judge while the database's own privileges are unreadable", () => {
    const facts = exampleFacts({ catalog: { database: "refused" } });
    const look = judge(auditView(facts)).looks.find(
      ({ detector }) => detector === "privilege-exceeds-archetype",
    );
    expect(look).toMatchObject({
      complete: true,
      unjudgedFacets: expect.arrayContaining(["grant:database:"]),
    });
  });

  it("leaves a superuser to be told once", async () => {
    const { url, query } = await postgres.freshDatabase();
    await query("create role root_readonly superuser");
    const own = (await found(url)).filter(({ subject }) => subject.role === "root_readonly");
    expect(own).toMatchObject([{ severity: "critical", fix: "ALTER ROLE root_readonly NOSUPERUSER;" }]);
  });
});
