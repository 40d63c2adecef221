// docs/operations.md says of every alarm what it means and what to do, and the dashboard shows every alarm.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alarms } from "../../deploy/alarms.ts";
import { dashboard } from "../../deploy/dashboard.ts";
import { stackNameOf } from "../../deploy/params-file.ts";
import { allFunctions } from "../../deploy/topology.ts";
import { keyStatements } from "../../lib/doctor/key-policy.ts";
import { root } from "./stack.ts";

const text = readFileSync(join(root, "docs/operations.md"), "utf8");
const sections = [...text.matchAll(/^### `([^`]+)`\n([\s\S]*?)(?=^##)/gm)].map(
  ([, name = "", body = ""]) => ({
    name,
    body,
  }),
);
/** Without the stack's name, as the page has it. */
const named = Object.values(alarms).map(({ Properties }) => ({
  name: String((Properties.AlarmName as { "Fn::Sub": string })["Fn::Sub"]).replace(
    /^\$\{AWS::StackName\}-/,
    "",
  ),
  says: String(Properties.AlarmDescription),
}));
const covers = (section: string, alarm: string): boolean =>
  section.startsWith("*") ? alarm.endsWith(section.slice(1)) : section === alarm;

describe("docs/operations.md", () => {
  it.each(named.map(({ name }) => name))("has one section for the alarm %s", (alarm) => {
    const found = sections.filter(({ name }) => covers(name, alarm));
    expect(found).toHaveLength(1);
    expect(found[0]?.body.trim().length).toBeGreaterThan(80);
    const fn = allFunctions.find(({ name }) => alarm.startsWith(`${name}-`))?.name;
    if (fn && found[0]?.name.startsWith("*")) expect(found[0].body).toMatch(new RegExp(`\\b${fn}\\b`));
  });

  it("has no section for an alarm that is not there, and names no function that has none of it", () => {
    for (const { name, body } of sections) {
      const mine = named.filter((alarm) => covers(name, alarm.name));
      expect(mine.length, name).toBeGreaterThan(0);
      const [, list] = /^\s*Functions: ([^.]*)\./.exec(body) ?? [];
      if (!name.startsWith("*")) expect(list, name).toBeUndefined();
      else
        expect(
          list
            ?.split(/,\s+/)
            .map((fn) => `${fn}${name.slice(1)}`)
            .sort(),
        ).toEqual(mine.map((alarm) => alarm.name).sort());
    }
  });

  it("says of what was deleted what brings it back, as the alarm does: no deployment of the same template", () => {
    for (const name of ["plan-asleep", "notices-without-a-topic", "http-errors"]) {
      const body = sections.find((section) => section.name === name)?.body ?? "";
      expect(body, name).toContain("existingTable");
      expect(body, name).not.toMatch(/deploy again/i);
    }
    const says = named.find(({ name }) => name === "notices-without-a-topic")?.says;
    expect(says).toContain("existingTable");
    for (const alarm of named) expect(alarm.says, alarm.name).not.toMatch(/deploy the stack again/i);
  });

  it("says how to install, upgrade, uninstall, rotate, replay, restore and move", () => {
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(headings).toEqual([
      ...[
        "Install",
        "A trail of the stack's own",
        "Upgrade",
        "Uninstall",
        "Rotate",
        "Mappings that the auditor may not read",
        "Clusters that are not watched",
        "Clusters by tag",
        "Several Regions",
        "Several accounts",
        "Idle clusters",
        "Run in a VPC",
        "How long data is kept",
        "A KMS key of your own",
        "Retire a cluster",
        "Alarms",
      ],
      ...["Replay a dead-letter queue", "A stored item that cannot be read", "Restore", "Move a store"],
    ]);
  });
});

it("prints the statements that a key of one's own needs, as deploy-check does", () => {
  const printed = /```json\n(\[\n[\s\S]*?)```/.exec(text)?.[1] ?? "";
  const arn = "arn:aws:kms:us-east-1:111122223333:key/5e1f7e3c-0000-4000-8000-000000000001";
  expect(JSON.parse(printed)).toEqual(keyStatements({ arn, stack: stackNameOf("prod") }));
});

describe("alarms", () => {
  it("say what they mean and where to read on, within what CloudWatch takes", () => {
    for (const { name, says } of named) {
      expect(says.length, name).toBeLessThanOrEqual(1024);
      expect(says, name).toMatch(/docs\/operations\.md\.$/);
    }
  });

  it("are all on the dashboard", () => {
    const body = dashboard.Dashboard?.Properties.DashboardBody as { "Fn::Sub": [string, object] } | undefined;
    const { widgets } = JSON.parse(body?.["Fn::Sub"][0] ?? "{}") as {
      widgets: { type: string; properties: { alarms?: string[] } }[];
    };
    const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    const always = Object.entries(alarms).filter(([, { Condition }]) => !Condition);
    expect(shown.sort()).toEqual(always.map(([id]) => `\${${id}.Arn}`).sort());
    // What some deployments do not have would make the page refused: its metric is on it.
    const charted = JSON.stringify(widgets);
    for (const { Condition, Properties } of Object.values(alarms))
      if (Condition) expect(charted).toContain(`"${Properties.MetricName}"`);
  });
});
