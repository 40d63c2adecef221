// What a finding of baseline-drift shows of live access that is another than the baseline declares.
import type { Principal } from "../../../core/base/ids.ts";
import { visible } from "../../../core/base/visible-text.ts";
import { type DriftRow, isDrift } from "../../../core/baseline/drift.ts";
import { driftText } from "../../../core/baseline/drift-text.ts";
import { rowsOf, type SectionName } from "../../../core/catalog/catalog.ts";
import { type Since, seenInSnapshot } from "../../../core/findings/catalog-judgement.ts";
import type { DetectorView, Judgement } from "../../../core/findings/detector.ts";
import type { Severity } from "../../../core/findings/finding.ts";
import { mendDrift } from "../../../core/remediation/mend-drift.ts";
import { remark } from "../../../core/remediation/script.ts";

export type DriftEvidence = {
  readonly drift: string;
  readonly component: string | null;
  readonly object: string | null;
  readonly privileges: readonly string[];
  readonly options: readonly string[];
  readonly declaredUntil: string | null;
  readonly connections: number | null;
  readonly since: Since;
};

const POWERS = new Set(["OWNER", "SUPERUSER", "CREATEROLE", "BYPASSRLS", "REPLICATION"]);

const severityOf = ({ kind, what, privilege, everybody, options }: DriftRow): Severity => {
  if (kind === "missing") return "low";
  const strong =
    what === "mapping" || everybody || POWERS.has(privilege ?? "") || options.includes("ADMIN OPTION");
  return strong ? "high" : "medium";
};

const verdicts = {
  undeclared: "which the baseline does not declare",
  widened: "more than the baseline declares",
  missing: "which the baseline declares",
} as const;

/** Beginning of the facets of all that one object's list, or a whole section, would show. */
export const facetOf = (section: SectionName, object?: string | null): string =>
  object === undefined ? `${section}:` : `${section}:${JSON.stringify([object])}:`;

/** One finding for what one role has too much or too little of one thing. */
const groupOf = (row: DriftRow): string =>
  `${facetOf(row.section, row.object)}${row.kind}:${row.what}:${row.everybody ? "PUBLIC" : ""}:${JSON.stringify([row.isThere, row.until !== null])}`;

/** The statements that end it, where statements can, and the other way out: to declare what is meant. */
const fixOf = (view: DetectorView, rows: readonly DriftRow[], where: string): string => {
  const isMissing = rows[0]?.kind === "missing";
  const engine = view.privileges.engine();
  const mends = [...new Set(rows.map((row) => engine && mendDrift(engine, row)))];
  const declare = isMissing
    ? `take it out of ${where} in access.yml and publish it.`
    : `declare it under ${where} in access.yml and publish it: \`dsql-audit baseline publish --file access.yml\``;
  if (mends.includes(undefined)) return `${isMissing ? "Grant it" : "Take it away"}, or ${declare}`;
  return [...mends, remark(`Or, if it is meant, ${declare}`)].join("\n");
};

const judgeRows = (view: DetectorView, rows: readonly DriftRow[]): Judgement<DriftEvidence>[] => {
  const [row] = rows;
  if (!row || row.kind === "unknown") return [];
  const { since, times } = seenInSnapshot(view);
  const oid =
    view.privileges.catalog &&
    rowsOf(view.privileges.catalog, "roles").find(({ name }) => name === row.role)?.oid;
  const privileges = [...new Set(rows.flatMap(({ privilege }) => privilege ?? []))];
  const text = driftText({ ...row, privilege: privileges.join(", ") || null });
  const title = row.until === null ? `${text}, ${verdicts[row.kind]}` : text;
  const where = row.component === null ? "a component" : `component ${visible(row.component, 63)}`;
  return [
    {
      subject: {
        ...(row.principal !== null && { principal: row.principal as Principal }),
        ...(row.role !== null && {
          role: row.role,
          ...(typeof oid === "number" && !row.everybody && { roleOid: oid }),
        }),
        ...(row.object !== null && { object: row.object }),
        facet: groupOf(row),
      },
      title: visible(title, 240),
      severity: severityOf(row),
      evidence: {
        drift: row.until === null ? row.kind : "outlived",
        component: row.component,
        object: row.object,
        privileges,
        options: row.options,
        declaredUntil: row.until,
        connections: null,
        since,
      },
      ...times,
      fix: fixOf(view, rows, where),
      grants: privileges,
    },
  ];
};

/** All rows on the same thing of the same role and principal. */
export const driftJudgements = (view: DetectorView): Judgement<DriftEvidence>[] => {
  const rows = view.baseline.drift().filter(isDrift);
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.role, row.principal, groupOf(row)]));
  return [...groups.values()].flatMap((same) => judgeRows(view, same));
};
