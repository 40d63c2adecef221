// What the auditor made of each thing that the story planted.
import { DAY, HOUR, type Instant, iso, MINUTE } from "../../lib/core/base/time.ts";
import { type Finding, Severity } from "../../lib/core/findings/finding.ts";
import { shortId } from "../../lib/core/findings/finding-id.ts";
import type { Story } from "../../local/demo/story.ts";
import { plantsOf } from "./plants.ts";

/** A planted event, and the finding that it led to; null: none, which the text then says. */
export type Told = {
  readonly at: string;
  readonly what: string;
  /** The detector whose business it is. */
  readonly detector: string;
  readonly finding: string | null;
  /** The detector that names the finding: where several signs come together, another may. */
  readonly foundAs: string | null;
  readonly severity: Severity | null;
  readonly title: string | null;
  readonly status: string | null;
  readonly detectedAt: string | null;
  /** The first mail that tells of it, by its number; null: it was not mailed. */
  readonly mail: string | null;
  /** What that mail called it, which may have changed since; null: it was not mailed. */
  readonly mailedSeverity: Severity | null;
  /** What a newcomer would ask about it. */
  readonly because: string | null;
};

/** Signs that came together in one finding stand in its evidence; the strongest gives it its name. */
const hasSign = ({ evidence }: Finding, detector: string): boolean =>
  Array.isArray(evidence.signs) &&
  evidence.signs.some((sign: unknown) => (sign as { detector?: unknown } | null)?.detector === detector);

/** A mail of the demonstration: its number, and its text. */
export type SentMail = { readonly number: string; readonly text: string };

/** The first mail that tells of a finding, and how bad it said that is: in its own line, or of all that it is about. */
const firstMailOf = (
  mails: readonly SentMail[],
  id: string,
): { readonly mail: string; readonly mailedSeverity: Severity | null } | undefined => {
  const short = `[${shortId(id)}]`;
  const mail = mails.find(({ text }) => text.includes(id) || text.includes(short));
  if (!mail) return undefined;
  const line = mail.text.split(/\n(?=- |\n)/).find((item) => item.includes(short)) ?? "";
  const [, said] =
    /^\n- ([A-Z]+) /.exec(`\n${line.trim()}`) ?? /^(?:Now )?([A-Z]+) severity[.,]/m.exec(mail.text) ?? [];
  const severity = Severity.safeParse(said?.toLowerCase());
  return { mail: mail.number, mailedSeverity: severity.success ? severity.data : null };
};

/**
 * What became of each plant: the finding of its detector, else one that has it among its signs, on the same subject and
 * at the same time; the first of several. `mails` in the order in which they were sent.
 */
export const toldOf = (
  story: Story,
  midnight: Instant,
  findings: readonly Finding[],
  mails: readonly SentMail[],
): Told[] =>
  plantsOf(story, midnight).map(({ at, what, detector, isAbout, during, because }) => {
    const about = findings
      .filter(isAbout)
      .filter(
        ({ firstSeenAt, lastSeenAt, detectedAt }) =>
          detectedAt >= at && (!during || (firstSeenAt < during.to && lastSeenAt >= during.from)),
      )
      .toSorted((a, b) => a.detectedAt - b.detectedAt);
    const finding =
      about.find((one) => one.detector === detector) ?? about.find((one) => hasSign(one, detector));
    const mailed = finding && firstMailOf(mails, finding.id);
    return {
      at: iso(at),
      what,
      detector,
      finding: finding?.id ?? null,
      foundAs: finding?.detector ?? null,
      severity: finding?.severity ?? null,
      title: finding?.title ?? null,
      status: finding ? (finding.verdict ?? finding.status) : null,
      detectedAt: finding ? iso(finding.detectedAt) : null,
      mail: mailed?.mail ?? null,
      mailedSeverity: mailed?.mailedSeverity ?? null,
      because: because ?? null,
    };
  });

/** "54 min", "9 hours", "31 days". */
export const foundAfter = ({ at, detectedAt }: Told): string | null => {
  if (detectedAt === null) return null;
  const passed = Date.parse(detectedAt) - Date.parse(at);
  if (passed < 2 * HOUR) return `${Math.round(passed / MINUTE)} min`;
  return passed < 2 * DAY ? `${Math.round(passed / HOUR)} hours` : `${Math.round(passed / DAY)} days`;
};
