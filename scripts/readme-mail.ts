// Writes the mail that README.md shows: that of one finding of the demonstration, in the words of lib/notices.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cluster } from "../lib/core/base/ids.ts";
import { HOUR } from "../lib/core/base/time.ts";
import type { Finding } from "../lib/core/findings/finding.ts";
import { incidentsOf } from "../lib/core/incidents/incident.ts";
import { wordsOf } from "../lib/detectors/words.ts";
import { incidentNotice } from "../lib/notices/incident-text.ts";

const AT = Date.UTC(2026, 8, 19, 15, 6);
const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/k7abcdefghij1234567890orders");
const store = ["--store", "dsql-audit-demo/store.db"];
const finding: Finding = {
  ...{ id: "privilege-exceeds-archetype-1ff6c16ffda73c13", detector: "privilege-exceeds-archetype" },
  ...{ category: "over-privileged", life: "state", severity: "high", status: "open", reopened: 0, cluster },
  subject: { role: "api_readonly", roleOid: 16_400, object: "public.orders", facet: "16400 r d" },
  title: "api_readonly can DELETE from public.orders",
  evidence: {
    ...{ readOnlyBecause: 'its name says "readonly"', privilege: "DELETE" },
    ...{
      object: { kind: "table", name: "public.orders", oid: 16_500 },
      path: ["api_readonly"],
      usable: true,
    },
    since: { after: new Date(AT - HOUR).toISOString(), by: new Date(AT).toISOString() },
  },
  fix: "REVOKE DELETE ON public.orders FROM api_readonly;",
  ...{ firstSeenAt: AT, lastSeenAt: AT, detectedAt: AT, confirmedAt: AT },
};

/** As it is sent, without the proof of history beneath. */
const sampleMail = (): string => {
  const [incident] = incidentsOf([finding]);
  if (!incident) throw new Error("a finding is an incident by itself");
  const { subject, body } = incidentNotice(incident, "opened", AT, { wordsOf, store });
  return `Subject: ${subject}\n\n${body}`;
};

const MAIL = /(<!-- mail: [^>]* -->\n)[\s\S]*(<!-- \/mail -->)/;

/** README with its mail as it should be. */
export const withSampleMail = (readme: string): string =>
  readme.replace(
    MAIL,
    (_, begin: string, end: string) => `${begin}\n\`\`\`text\n${sampleMail()}\`\`\`\n\n${end}`,
  );

if (import.meta.main) {
  const readme = join(import.meta.dirname, "../README.md");
  writeFileSync(readme, withSampleMail(readFileSync(readme, "utf8")));
}
