// The JSON documents of the questions about privileges.
import * as z from "zod";
import { Proof } from "../../lib/core/coverage/coverage.ts";
import { linkStates, steps, verdicts } from "../../lib/core/privileges/explain.ts";
import { rowSecurityStates } from "../../lib/core/privileges/row-security.ts";
import { basis, Cluster, Count, Privilege, SnapshotRef, Time } from "./shared.ts";

const Holds = z
  .enum(["inherited", "set-role"])
  .describe("inherited: what has_*_privilege answers; set-role: only after SET ROLE.");
const Path = z
  .array(z.string())
  .describe("Roles from the one that holds it to the one that it was granted to.");
const held = {
  role: z.string(),
  kind: z.string().describe("table, view, sequence, column, schema, function, type, database, ..."),
  schema: z.string().nullable(),
  privilege: Privilege,
  grantable: z.boolean().describe("With grant option."),
  holds: Holds,
  usable: z
    .boolean()
    .nullable()
    .describe("false: the schema's USAGE is missing; null: of schemas and databases."),
  path: Path,
};
const row = { ...held, object: z.string(), column: z.string().nullable() };

export const Privileges = z.array(z.looseObject(row));
export const DefaultPrivileges = z.array(z.looseObject({ ...held, creator: z.string() }));
export const Escalations = z.array(
  z.looseObject({
    role: z.string(),
    how: z.string(),
    kind: z.string(),
    target: z.string(),
    path: Path,
    superuser: z.boolean(),
    privileges: z.array(Privilege),
  }),
);

const RowSecurityDocument = z
  .enum(rowSecurityStates)
  .nullable()
  .describe(
    "Whether row-level security decides which rows: applies, or unknown, it was not read; null: it does not, as on Aurora DSQL.",
  );

export const Holders = z.array(
  z.looseObject({
    ...row,
    paths: z.int().positive().describe("How many ways there are."),
    columns: z.array(z.string()).nullable().describe("On these columns alone; null: on the whole object."),
    rowSecurity: RowSecurityDocument,
    principals: z
      .array(
        z.looseObject({
          arn: z.string(),
          wall: z
            .enum(["allowed", "denied", "conditional", "unknown"])
            .describe("What IAM and the cluster policy say of its way in; who-may says why."),
          via: z
            .enum(["mapping", "iam", "admin-login"])
            .describe(
              "iam: IAM lets it in as admin, or may, without a mapping; admin-login: it was seen as admin, and IAM does not say that it may be now.",
            ),
          conditions: z.array(z.string()),
          identity: z
            .enum(["exists", "gone", "remade", "unknown"])
            .nullable()
            .describe("Who is behind the mapping; null: none is needed."),
        }),
      )
      .nullable()
      .describe("Who reaches the role; null: it is not known."),
    morePrincipals: z
      .enum(["iam-not-read", "iam-unreadable", "mappings-unreadable"])
      .nullable()
      .describe("Why there may be more; null: these are all."),
  }),
);

export const MayConnect = z.array(
  z.looseObject({
    principal: z.string().describe("The ARN of a user, a role, a session or the root user."),
    kind: z.string().describe("role, service-linked-role, user, root, other-account, gone, not-read."),
    action: z.enum(["connect", "admin"]).describe("connect: dsql:DbConnect; admin: dsql:DbConnectAdmin."),
    verdict: z
      .enum(["allowed", "denied", "conditional", "unknown"])
      .describe(
        "conditional: the request decides; unknown: something could not be read or is not documented.",
      ),
    because: z
      .array(
        z.looseObject({
          policy: z
            .string()
            .describe("The ARN of a managed policy, the name of an inline one, or cluster policy."),
          sid: z.string().nullable(),
          effect: z
            .enum(["Allow", "Deny", "none", "unknown"])
            .describe("none: the boundary does not allow it."),
        }),
      )
      .describe("The statements that decide; none: no policy allows it."),
    conditions: z.array(z.string()).describe("What the request must be like."),
    reasons: z.array(z.string()).describe("Why it is unknown, or what else is to be said."),
    secondOpinion: z
      .looseObject({
        own: z
          .enum(["allowed", "denied", "conditional", "unknown"])
          .describe("By its own policies and boundary alone."),
        simulator: z.enum(["allowed", "denied"]).nullable().describe("null: it did not answer this."),
        missingKeys: z.array(z.string()).describe("Condition keys that its answer lacked."),
        state: z.enum(["agrees", "differs", "not-compared"]).describe("differs: the verdict is unknown."),
        says: z.string().nullable().describe("Why it is not compared; null: nothing is to be said."),
        askedAt: Time,
      })
      .optional()
      .describe(
        "What AWS's policy simulator said of its own policies; missing: nobody asked about those that it has.",
      ),
  }),
);

export const Tried = z.array(
  z.looseObject({
    principal: z.string().describe("As the records name it: an ARN, or unknown:… where they hold none."),
    action: z.enum(["connect", "admin"]).describe("connect: dsql:DbConnect; admin: dsql:DbConnectAdmin."),
    connections: z
      .int()
      .nonnegative()
      .describe(
        "That were let in and would be treated alike; 0: none was seen, and it would be let in, or may.",
      ),
    verdict: z
      .enum(["allowed", "denied", "conditional", "unknown"])
      .describe(
        "conditional: it depends on what the records do not hold; unknown: something could not be read.",
      ),
    statement: z
      .string()
      .nullable()
      .describe("The statements that decide, by Sid or number, or other policies; null: none does."),
    conditions: z.array(z.string()).describe("What the request must be like."),
    reasons: z.array(z.string()).describe("Why it is unknown, or what else is to be said."),
    networks: z.array(z.string()).describe("Where they came from: vpce-…, 203.0.113.0/24 or unknown."),
    firstAt: Time.nullable(),
    lastAt: Time.nullable(),
  }),
);

export const Explained = z.looseObject({
  principal: z.string().nullable(),
  role: z.string().nullable(),
  privilege: Privilege,
  kind: z.string(),
  object: z.string(),
  verdict: z
    .enum(verdicts)
    .describe(
      "no: not by grants, memberships and mappings; a link with the state unknown says what else was not looked at. " +
        "conditional: IAM or the cluster policy lets it in on conditions; the links say which.",
    ),
  grantable: z.boolean(),
  links: z
    .array(
      z.looseObject({
        step: z.enum(steps),
        state: z.enum(linkStates).describe("conditional: the request to connect decides."),
        says: z.string(),
        evidence: z.array(z.string()).describe("What it rests on."),
      }),
    )
    .describe(
      "The whole chain: IAM, the cluster policy, the mapping, the database; behind a missing mapping the one that there would be.",
    ),
  firstBroken: z.enum(steps).nullable().describe("null: no link is broken."),
  path: Path,
  paths: z.int().nonnegative(),
  otherPaths: z.array(Path),
  completes: z
    .array(z.string())
    .describe("What would complete the chain: SQL, or comments that say what to change in IAM."),
  away: z.string().nullable().describe("How far it is from complete: one AWS IAM GRANT away."),
  next: z.string().nullable().describe("What to do where IAM leaves something unknown."),
  also: z.array(z.looseObject({ role: z.string(), verdict: z.string() })),
  rowSecurity: RowSecurityDocument,
  views: z
    .array(
      z.looseObject({
        view: z.string(),
        by: z.enum(["view", "rule"]),
        as: z.string(),
        certain: z.boolean(),
      }),
    )
    .describe(
      "Through what the role does it all the same, with the rights of the role `as`: views, and rules of views or tables.",
    ),
  columns: z.array(z.string()).nullable(),
  snapshot: basis.snapshot.optional(),
  uncertainty: basis.uncertainty.optional(),
});

export const Activity = z.array(
  z.looseObject({
    principal: z.string(),
    role: z.string().nullable().optional().describe("By mapping; null: it is not known which."),
    hour: Time.optional().describe("By hour: its beginning."),
    network: z.string().optional().describe("By network."),
    allowed: z.int().nonnegative(),
    refused: z.int().nonnegative().describe("Attempts, which are no use of anything."),
    firstAt: Time.nullable(),
    lastAt: Time.nullable(),
    lastUseAt: Time.nullable().describe("The last connection that was allowed."),
    lastUse: z
      .enum(["seen", "possible", "never", "unknown"])
      .describe("never: only where capture is proven; unknown: none was seen in hours that are not proven."),
    networks: z.array(z.string()),
    clients: z.array(z.string()),
  }),
);

export const Clusters = z.array(
  z.looseObject({
    cluster: Cluster,
    account: z.string().nullable(),
    region: z.string().nullable(),
    newestSnapshot: SnapshotRef.nullable().describe("null: none was taken yet."),
    judgedAt: Time.nullable().describe("When the detectors last ran; null: never."),
    goneAt: Time.nullable().describe(
      "Since when it is gone: neither read nor evaluated any more. null: it is watched, or never was, which notWatched tells.",
    ),
    goneReason: z
      .enum(["deleted", "retired"])
      .nullable()
      .describe("deleted: AWS said so. retired: a person decided it."),
    goneBy: z.string().nullable().describe("Who deleted or retired it, where it is known."),
    goneNote: z.string().nullable().describe("Why it was retired."),
    notChosenSince: Time.nullable().describe(
      "Since when its tags no longer choose it: it is not read any more. null: they do, or no tags are asked for, or it is gone.",
    ),
    notWatched: z
      .looseObject({
        because: z.enum(["account", "region", "not-named", "tags"]),
        says: z.string().describe("How many connections came, and why nobody looks at them."),
        next: z.string().describe("What would have it watched."),
        connections: Count.describe("In the last 7 days, as far as they were added up."),
        lastAt: Time.nullable().describe("null: none in these days."),
      })
      .nullable()
      .describe(
        "Somebody connects to it, and nobody watches it: other commands do not know it. null: it is or was watched.",
      ),
  }),
);

const stretch = { from: Time, to: Time };
export const Covered = z.looseObject({
  from: Time.describe("The beginning of the hour that --from is in."),
  to: Time,
  settledUntil: Time.describe("Later hours may still be proven: proof comes late."),
  hours: Count.describe("The hours of the stretch, begun ones included."),
  unprovenHours: Count,
  covered: z.array(z.looseObject({ ...stretch, proof: Proof })).describe("Sorted stretches of whole hours."),
  gaps: z
    .array(z.looseObject({ ...stretch, reasons: z.array(z.string()).describe("Where they are known.") }))
    .describe("Hours without proof: whoever is not seen in them may have connected all the same."),
  peers: z
    .array(
      z.looseObject({
        cluster: Cluster,
        region: z.string(),
        unprovenHours: Count,
        until: Time.optional().describe("It was a peer until then at most. Missing: it is one."),
      }),
    )
    .describe(
      "The peers of a multi-Region cluster, now or earlier in the stretch, which are the same database: an hour is covered where it is proven at all of them.",
    ),
  peersUnread: z
    .string()
    .nullable()
    .describe("Why it is not known whether there are more peers; null: these are all that anybody told of."),
});
