// A list of findings as people read it: one shape for every command.

import type { Severity } from "../../lib/core/findings/finding.ts";
import { shortId } from "../../lib/core/findings/finding-id.ts";
import type { FindingDocument } from "../../lib/queries/finding-document.ts";
import type { Style } from "../colour.ts";
import type { Column } from "../output.ts";

/** How bad it is, by colour. */
export const severityStyle = (severity: Severity): Style | undefined =>
  ({ critical: "bad", high: "bad", medium: "warn", low: undefined })[severity] as Style | undefined;

export const findingColumns: readonly Column<FindingDocument>[] = [
  {
    head: "severity",
    cell: ({ severity }) => severity,
    style: ({ severity, status }) => (status === "open" ? severityStyle(severity) : "quiet"),
  },
  { head: "status", cell: ({ status }) => status },
  { head: "found", cell: ({ detectedAt }) => detectedAt.slice(0, 10) },
  { head: "what", cell: ({ title }) => title },
  { head: "id", cell: ({ id }) => shortId(id) },
];
