// Findings in the formats of other programs: within their schemas and limits, whatever names they hold.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import * as fc from "fast-check";
import type { Log } from "sarif";
import { describe, expect, it } from "vitest";
import { Category, type Finding, Severity, Status } from "../../../lib/core/findings/finding.ts";
import { detectors } from "../../../lib/detectors/index.ts";
import { wordsOf } from "../../../lib/detectors/words.ts";
import { asffOf } from "../../../lib/notices/formats/asff.ts";
import { ocsfOf } from "../../../lib/notices/formats/ocsf.ts";
import { sarifOf } from "../../../lib/notices/formats/sarif.ts";
import { findingOf } from "../../support/query-world.ts";

const options = { version: "1.2.3", wordsOf };
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("\u001b[31m", "\u202egnp.exe", "a\nSubject: x", "\ud800", "x".repeat(3000), "=1+1"),
);
const anyFinding: fc.Arbitrary<Finding> = fc
  .record({
    detector: fc.constantFrom(...detectors),
    severity: fc.constantFrom(...Severity.options),
    status: fc.constantFrom(...Status.options),
    title: hostile,
    principal: fc.option(hostile, { nil: undefined }),
    role: fc.option(hostile, { nil: undefined }),
    object: fc.option(hostile, { nil: undefined }),
    evidence: fc.dictionary(hostile, fc.oneof(hostile, fc.integer(), fc.constant(null), fc.array(hostile))),
    fix: fc.option(hostile, { nil: undefined }),
  })
  .map(({ detector, principal, role, object, fix, ...more }) =>
    findingOf("f-1", {
      ...more,
      detector: detector.id,
      category: detector.category,
      subject: {
        facet: "",
        ...(principal !== undefined && { principal: principal as never }),
        ...(role !== undefined && { role }),
        ...(object !== undefined && { object }),
      },
      ...(fix !== undefined && { fix }),
    }),
  );

type Attribute = { type?: string; array?: boolean; required?: boolean; enum?: string[] };
type Shape = { attributes: Record<string, Attribute>; constraints?: { at_least_one?: string[] } };
type Ocsf = { classes: Record<string, Shape>; objects: Record<string, Shape> };
const ocsf = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/ocsf-1.6.json"), "utf8"),
) as Ocsf;

/** What the framework's own schema says against a document; only types that it knows may stand there. */
const faultsOf = (value: Record<string, unknown>, shape: Shape, at: string): string[] => {
  const faults = Object.entries(shape.attributes)
    .filter(([name, { required }]) => required && value[name] === undefined)
    .map(([name]) => `${at}.${name} is missing`);
  const any = shape.constraints?.at_least_one;
  if (any && !any.some((name) => value[name] !== undefined))
    faults.push(`${at} has none of ${any.join(", ")}`);
  for (const [name, held] of Object.entries(value)) {
    const attribute = shape.attributes[name];
    if (!attribute) {
      faults.push(`${at}.${name} is not of the schema`);
      continue;
    }
    if (Array.isArray(held) !== (attribute.array ?? false))
      faults.push(`${at}.${name} is no list, or is one`);
    for (const one of Array.isArray(held) ? held : [held]) {
      if (attribute.enum && !attribute.enum.includes(String(one)))
        faults.push(`${at}.${name} cannot be ${one}`);
      const type = attribute.type ?? "";
      const inner = ocsf.objects[type];
      if (inner) faults.push(...faultsOf(one as Record<string, unknown>, inner, `${at}.${name}`));
      else if (/^(?:integer|long|timestamp)_t$/.test(type) && !Number.isInteger(one))
        faults.push(`${at}.${name} is no integer`);
      else if (type === "string_t" && typeof one !== "string") faults.push(`${at}.${name} is no text`);
      else if (type === "boolean_t" && typeof one !== "boolean") faults.push(`${at}.${name} is no boolean`);
    }
  }
  return faults;
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not go out
const RAW = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/;
const shown = (texts: readonly string[]): boolean =>
  texts.every((text) => !RAW.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, "")));

describe("OCSF 1.6", () => {
  it("has every event within the schema of its class: unused access apart from detections", () => {
    fc.assert(
      fc.property(anyFinding, (finding) => {
        const event = ocsfOf(finding, options);
        const name = event.class_uid === 2008 ? "iam_analysis_finding" : "detection_finding";
        expect(event.class_uid).toBe(finding.category === "dormant" ? 2008 : 2004);
        expect(faultsOf(event, ocsf.classes[name] as Shape, name)).toEqual([]);
        expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
        expect(shown([event.message, event.finding_info.title])).toBe(true);
      }),
    );
  });
  it("closes what is resolved and updates what was seen again", () => {
    const activity = (more: Partial<Finding>) => ocsfOf(findingOf("a", more), options).activity_name;
    expect(activity({ status: "resolved", closedAt: 9 })).toBe("Close");
    expect(activity({ confirmedAt: 9, detectedAt: 1 })).toBe("Update");
    expect(activity({ confirmedAt: 1, detectedAt: 1 })).toBe("Create");
  });
});

describe("ASFF", () => {
  it("is what Security Hub takes, within its limits", () => {
    fc.assert(
      fc.property(anyFinding, (finding) => {
        const made: AwsSecurityFinding = asffOf(finding, options);
        expect(made.Title?.length).toBeLessThanOrEqual(2 * 256);
        expect([...(made.Title ?? "")].length).toBeLessThanOrEqual(256);
        expect([...(made.Description ?? "")].length).toBeLessThanOrEqual(1024);
        expect([...(made.Remediation?.Recommendation?.Text ?? "")].length).toBeLessThanOrEqual(512);
        const other = Object.entries(made.Resources?.[0]?.Details?.Other ?? {});
        expect(other.length).toBeLessThanOrEqual(50);
        expect(shown([made.Title ?? "", ...other.flat()])).toBe(true);
        expect(made.ProductArn).toBe(
          "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default",
        );
        for (const time of [made.CreatedAt, made.UpdatedAt])
          expect(new Date(String(time)).toISOString()).toBe(time);
      }),
    );
  });
  it("names the partition and Region of the cluster, and follows the life of the finding", () => {
    const cluster = "arn:aws-cn:dsql:cn-north-1:444455556666:cluster/x" as Finding["cluster"];
    expect(asffOf(findingOf("a", { cluster }), options)).toMatchObject({
      ProductArn: "arn:aws-cn:securityhub:cn-north-1:444455556666:product/444455556666/default",
      Resources: [{ Partition: "aws-cn", Region: "cn-north-1" }],
    });
    const states = Status.options.map((status) => {
      const { RecordState, Workflow } = asffOf(findingOf("a", { status }), options);
      return [status, RecordState, Workflow.Status];
    });
    expect(states).toEqual([
      ["open", "ACTIVE", "NEW"],
      ["acknowledged", "ACTIVE", "NOTIFIED"],
      ["exempt", "ACTIVE", "SUPPRESSED"],
      ["ended", "ARCHIVED", "RESOLVED"],
      ["resolved", "ARCHIVED", "RESOLVED"],
    ]);
  });
});

describe("SARIF 2.1.0", () => {
  it("is one run with a rule for each detector, and a result that keeps its fingerprint", () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 6 }), (findings) => {
        const log: Log = sarifOf(findings, options);
        const [run] = log.runs;
        const rules = run?.tool.driver.rules ?? [];
        expect(run?.results).toHaveLength(findings.length);
        for (const [i, result] of (run?.results ?? []).entries()) {
          expect(rules[result.ruleIndex ?? -1]?.id).toBe(result.ruleId);
          expect(result.partialFingerprints).toEqual({ "findingId/v1": findings[i]?.id });
          expect(shown([result.message.text ?? ""])).toBe(true);
        }
      }),
    );
  });
  it("suppresses what is exempt, and says that what is closed is no longer there", () => {
    const [exempt, closed, open] = sarifOf(
      (["exempt", "resolved", "open"] as const).map((status) => findingOf(status, { status })),
      options,
    ).runs.flatMap(({ results }) => results);
    expect(exempt?.suppressions).toHaveLength(1);
    expect([closed?.baselineState, open?.baselineState, open?.suppressions]).toEqual([
      "absent",
      "unchanged",
      undefined,
    ]);
  });
});

it("knows every category", () => {
  for (const category of Category.options) {
    expect(asffOf(findingOf("a", { category }), options).Types[0]).toEqual(expect.any(String));
  }
});
