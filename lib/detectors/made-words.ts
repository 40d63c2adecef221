// Made by `npm run docs` from the detectors beside it, so that who only tells of findings need not carry the rules.
import type { Detector, DetectorTitle } from "../core/findings/detector.ts";

export const titles: Readonly<Record<string, DetectorTitle>> = {
  "admin-connection": { title: "First connection as admin" },
  "admin-membership": {
    title: "Role with the powers of an administrator",
    short: "Powers of an administrator",
  },
  "ambiguous-mapping": { title: "Mapping whose use cannot be told from another's" },
  "audit-admin": { title: "Role that can switch the audit log off", short: "Can switch the audit log off" },
  "audit-as-admin": {
    title: "The auditor itself may connect as admin",
    short: "Auditor may connect as admin",
  },
  "auditor-holds-more": {
    title: "The auditor's own database role has more than it needs",
    short: "Auditor has more than needed",
  },
  "baseline-drift": { title: "Access that differs from the baseline", short: "Differs from the baseline" },
  "canary-missed": {
    title: "Canary login not seen in CloudTrail",
    thread: { key: "capture-outage", title: "CloudTrail capture outage" },
  },
  "capture-configuration": {
    title: "No trail is known to log the cluster's connections",
    thread: { key: "capture-outage", title: "CloudTrail capture outage" },
  },
  "capture-gap": {
    title: "CloudTrail capture gap",
    thread: { key: "capture-outage", title: "CloudTrail capture outage" },
  },
  "clock-skew": { title: "Clocks that do not agree" },
  "concurrent-networks": { title: "One session or access key in two places", short: "Two places at once" },
  "connection-burst": {
    title: "Many more connections than ever in one hour",
    short: "Many more connections",
  },
  "cross-account": {
    title: "Connection by a principal of another AWS account",
    short: "Came from another account",
  },
  "ddl-in-application-role": {
    title: "Application role that can create, own or alter objects",
    short: "Can create or own objects",
  },
  "dormant-awakened": { title: "Connection after a long silence", short: "Connected after long silence" },
  "dormant-mapping": { title: "Unused mapping, used in the past" },
  "dormant-role": { title: "Role that nobody uses" },
  "escalation-path": {
    title: "Role that can get more privileges than it has",
    short: "Can get more privileges",
  },
  "evaluator-disagrees": {
    title: "AWS's policy simulator contradicts the auditor",
    short: "AWS's simulator disagrees",
  },
  "exemption-stale": {
    title: "Exemption that is over or accepts nothing",
    short: "Exemption over or unused",
  },
  "failed-attempts": { title: "Many refused attempts in one hour", short: "Many refused attempts" },
  "grant-option": { title: "Role that can pass privileges on", short: "Can pass privileges on" },
  "human-in-machine-role": { title: "Person in a machine's role" },
  "leftover-role": {
    title: "Role that looks like a leftover and has access",
    short: "Leftover role with access",
  },
  "long-lived-key": {
    title: "Access key of a mapped IAM user that is old or unused",
    short: "Access key old or unused",
  },
  "loose-mapping": {
    title: "Mapping that does not name one known principal",
    short: "Mapping of no one principal",
  },
  "mapping-without-permission": {
    title: "Mapping that IAM does not let anybody use",
    short: "Mapping that IAM blocks",
  },
  "never-used-mapping": { title: "Unused mapping, never used" },
  "new-client": { title: "Connection by a new client" },
  "new-network": { title: "Connection from a new network", short: "Came from a new network" },
  "nobody-listens": { title: "Nobody gets the notices" },
  "off-hours": { title: "Person connects at unusual hours", short: "Unusual hours" },
  "orphan-mapping": { title: "Mapping to an IAM identity that is gone", short: "Mapping to a gone identity" },
  "permission-without-mapping": {
    title: "Identity that may connect and is mapped to no role",
    short: "May connect, has no mapping",
  },
  "policy-differs": {
    title: "Cluster policies that differ between Regions",
    short: "Cluster policies differ",
  },
  "policy-misses-admin": {
    title: "Cluster policy that protects less than it seems",
    short: "Policy protects too little",
  },
  "privilege-exceeds-archetype": {
    title: "Role that can do more than it is for",
    short: "Can do more than it is for",
  },
  "public-access": { title: "Access for everybody (PUBLIC)", short: "Access for PUBLIC" },
  "public-cluster": { title: "Cluster that can be reached from the internet", short: "Open to the internet" },
  "rapid-escalation": { title: "Role that gained much at once", short: "Gained much at once" },
  "rebound-role": {
    title: "Mapping whose IAM identity was made again",
    short: "IAM identity was made again",
  },
  "revoked-connection": {
    title: "Connection by a principal whose mapping was revoked",
    short: "Connects after its revoke",
  },
  "root-connection": { title: "Connection by the root user of an AWS account", short: "Connected" },
  "section-unreadable": { title: "Part of the snapshot that could not be read", short: "Could not be read" },
  "self-audit": {
    title: "Login under the auditor's own principal that the auditor did not make",
    short: "Login as the auditor",
  },
  "sensitive-schema": {
    title: "Undeclared access to a sensitive schema",
    short: "Undeclared sensitive access",
  },
  "separation-of-duties": { title: "Duties that are kept apart in one hand", short: "Duties in one hand" },
  "shared-role": { title: "Role that several principals share", short: "Shared by several principals" },
  "snapshot-overdue": { title: "Snapshot overdue" },
  "spread-refusals": {
    title: "Refusals on many principals from one strange network or client",
    short: "Refusals on many roles",
  },
  "tag-based-access": {
    title: "Access that depends on tags of the cluster",
    short: "Access depends on tags",
  },
  "undeclared-admin": {
    title: "Undeclared identity that may connect as admin",
    short: "May connect as admin",
  },
  "unknown-mapping": { title: "Mapping whose use is unknown" },
  "unmapped-connection": {
    title: "Connection by a principal without a mapping",
    short: "Connects without a mapping",
  },
  "unmapped-login-role": {
    title: "Role with LOGIN that nobody is mapped to",
    short: "LOGIN, and nobody is mapped",
  },
  "widening-default": { title: "Default privileges that widen access", short: "Defaults that widen access" },
};

export const texts: Readonly<Record<string, Pick<Detector, "category" | "life" | "docs" | "evidence">>> = {
  "admin-connection": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "admin can grant itself every role and map every principal. Whoever starts to use it can reach everything in the cluster.",
      fix: "Ask the owner why admin was needed. If nobody can say, take dsql:DbConnectAdmin away from the principal, and look at what changed since (history diff).",
      falsePositives: "A migration or a new administrator: acknowledge the finding.",
      blindSpots: "CloudTrail records that somebody connected as admin, not what they did.",
    },
    evidence: {
      connections: { label: "Connections as admin", unit: ["connection", "connections"] },
      refused: "All of them refused",
    },
  },
  "admin-membership": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Such a membership gives access to everything, and no table's grants show it. Whoever takes over the role needs nothing else.",
      fix: "REVOKE the membership, and GRANT the few privileges that the role needs.",
      falsePositives:
        "Administrators who log in under their own role: declare the role as admin, or exempt the finding. A backup that must read all data: exempt it.",
      blindSpots:
        "A role that is a superuser itself is not found: see the list of roles. pg_dsql_audit_admin is covered by audit-admin. Predefined roles of later PostgreSQL releases are not known.",
    },
    evidence: {
      memberOf: "Member of",
      path: "Path",
      how: { label: "How", hidden: true },
      canLogIn: { label: "Can log in", whenEmpty: "no, but its members have it" },
      since: { label: "Since", hidden: true },
    },
  },
  "ambiguous-mapping": {
    category: "dormant",
    life: "state",
    docs: {
      why: "CloudTrail names the IAM principal of a connection, and not the database role. With several roles behind one principal, nobody can say which of them is needed.",
      fix: "Give each database role an IAM role of its own. Then AWS IAM REVOKE the mappings that are not used.",
      falsePositives:
        "Principals that need several roles by design. The finding is low, and stands in the weekly summary alone.",
      blindSpots:
        "Roles reached by SET ROLE or membership after the connection are not mappings and are not looked at.",
    },
    evidence: {
      window: { label: "Window", fields: { days: { label: "", unit: ["day", "days"] } } },
      reason: { label: "Because", hidden: true },
      lastUseAt: { label: "Last use", whenEmpty: "none is known" },
      lastUseEventId: "Its CloudTrail event",
      lastPossibleUseAt: "Last possible use",
      lastPossibleUseEventId: "Its CloudTrail event",
      captureProvenSince: { label: "Capture is proven since", whenEmpty: "" },
      provenUnused: "Proven unused",
      uncoveredHours: { label: "Without capture", unit: ["hour", "hours"] },
      uncovered: { label: "Capture gap", lines: true, fields: { reasons: "because" } },
      peers: {
        label: "Peer in another Region",
        lines: true,
        fields: {
          cluster: "",
          region: { label: "", hidden: true },
          until: "a peer until",
          unprovenHours: { label: "without capture", unit: ["hour", "hours"] },
        },
      },
      mappingAgeAssumed: { label: "Age of the mapping was assumed", whenEmpty: "" },
      mappingFirstSeenAt: { label: "Mapping first seen", whenEmpty: "" },
      mappingNotSeenAt: { label: "Mapping not yet there at", whenEmpty: "" },
      otherRoles: "Other roles of the principal",
    },
  },
  "audit-admin": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "The audit log shows which statements were run. Whoever can switch it off can work unseen, and nothing in the database shows that it was off.",
      fix: "REVOKE pg_dsql_audit_admin from the role, or the membership that it comes through.",
      falsePositives: "A role that exists for the audit log alone: exempt the finding with an owner.",
      blindSpots:
        "admin can do the same and is not found: see who connects as admin. This detector does not see whether the log was switched off.",
    },
    evidence: { path: "Path", how: { label: "How", hidden: true }, since: { label: "Since", hidden: true } },
  },
  "audit-as-admin": {
    category: "coverage",
    life: "state",
    docs: {
      why: "With auditAsAdmin, the IAM role of the snapshot function may connect as admin to every cluster of its own account in the deployment's Regions. In member accounts it never may. Its code reads the mappings and nothing else that way, in a read-only transaction. Whoever gets hold of the role or changes the code is held to nothing.",
      fix: "Where the auditor's database role can read sys.iam_pg_role_mappings by a grant, switch auditAsAdmin off. Where it cannot, exempt this finding until a date, with the reason that mappings would be unknown otherwise.",
      falsePositives: "None: it is open for as long as the deployment has the right.",
      blindSpots:
        "It is told by the last snapshot. A right that was given to the role by other means does not show here, nor what is done with it elsewhere: self-audit reports every login as admin that the auditor did not write down first.",
    },
    evidence: { mappings: "Mappings", reason: { label: "The answer was", whenEmpty: "" } },
  },
  "auditor-holds-more": {
    category: "coverage",
    life: "state",
    docs: {
      why: "The auditor reads the catalog and nothing else. Its role needs LOGIN and a mapping, and no grant. Whatever it has beyond that, whoever gets hold of the auditor's credentials or changes its code has too, in every cluster where it was given.",
      fix: "Run the statements as admin: they leave the role with what `dsql-audit setup-sql` prints. If the role is not the auditor's alone, give the auditor one of its own, and take this mapping away.",
      falsePositives:
        "A grant that somebody made so that the auditor can read the mappings is known and not found: SELECT on sys.iam_pg_role_mappings. For any other that is meant, exempt the finding with its reason.",
      blindSpots:
        "The role is found by the mappings of the auditor's own principal. Where these cannot be read, or name no role, nothing is said. What everybody has (PUBLIC) is for public-access, and a login as admin for audit-as-admin. On the database and in system schemas Aurora DSQL lets nobody grant, so grants on the database and on these schemas are left out there.",
    },
    evidence: {
      holds: "Has beyond its needs",
      holdsCount: "In all",
      how: "How",
      mappedTo: "Mapped to",
      alsoUsedBy: { label: "Others who log in as it", whenEmpty: "nobody" },
      since: { label: "Since", hidden: true },
    },
  },
  "baseline-drift": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "The baseline is the access that somebody reviewed. What the database allows beside it, or longer than it was meant to, nobody decided.",
      fix: "Take the access away, or declare it in access.yml, have it reviewed and publish it: `dsql-audit baseline publish --file access.yml`. All differences: `dsql-audit baseline diff --published`.",
      falsePositives:
        "A migration that is under way: declare its window under plannedChanges, and gains in it are notes. New objects of a schema: declare default privileges under future, or all: true.",
      blindSpots:
        "It is silent until a baseline is published. What admin and the server's own roles hold is not looked at, nor privileges on parameters, languages and large objects. A principal with several roles does not show which of them it used, so its use of an emergency role may stay unseen.",
    },
    evidence: {
      drift: "Difference",
      component: { label: "Component", whenEmpty: "" },
      object: { label: "Object", whenEmpty: "" },
      privileges: { label: "Privileges", whenEmpty: "" },
      options: { label: "With", whenEmpty: "" },
      declaredUntil: { label: "Declared until", whenEmpty: "" },
      connections: { label: "Connections", whenEmpty: "" },
      since: { label: "Since", hidden: true },
    },
  },
  "canary-missed": {
    category: "coverage",
    life: "stretch",
    docs: {
      why: "The auditor logs in for every snapshot. CloudTrail must show that login within 30 minutes. While it does not, the connections of others may be missing too.",
      fix: "Check three things. Does the trail log, and does it take the cluster's data events? Do its files reach the bucket? Do the ingest functions work? Look at their alarms and dead-letter queues.",
      falsePositives:
        "Trail files can be late. A single missing login is low, and not mailed for three hours. It is over as soon as that login or a later one is seen.",
      blindSpots:
        "It is about now. capture-gap names the past hours that are not proven. A cluster that the auditor does not log in to has no canary logins.",
    },
    evidence: {
      loginsMissed: { label: "Logins not seen", unit: ["login", "logins"] },
      firstMissedAt: "First login not seen",
      lastMissedAt: "Last login not seen",
      attempts: { label: "Login attempts", whenEmpty: "" },
      lastLoginBackAt: { label: "Last login seen", whenEmpty: "none so far" },
      lastLoginBackEventId: { label: "Its CloudTrail event", whenEmpty: "" },
    },
  },
  "capture-configuration": {
    category: "coverage",
    life: "state",
    docs: {
      why: "Connections are CloudTrail data events. Unless a trail logs all of them, there is no complete record, and every mapping becomes unknown.",
      fix: "Give a logging trail of this Region an advanced event selector for AWS::DSQL::Cluster data events, without further filters. Read its selectors first and write them all: put-event-selectors replaces what is there.",
      falsePositives:
        "A trail of the organization that this account may not read: exempt the finding. A question that AWS did not answer is low and removes no proof.",
      blindSpots:
        "AWS is asked once an hour. A trail that was stopped and started in between shows only in its events. An answer of AWS never proves an hour; it can only cast doubt on one.",
    },
    evidence: {
      askedAt: { label: "AWS was asked", hidden: true },
      reasons: { label: "Because", lines: true },
      doubtSince: { label: "Capture is in doubt since", whenEmpty: "" },
      call: { label: "Question", hidden: true },
      error: "AWS answered",
    },
  },
  "capture-gap": {
    category: "coverage",
    life: "stretch",
    docs: {
      why: "Nobody knows who connected in these hours. A mapping without a use elsewhere in the window is unknown until the gap leaves the window. An intruder would want such a gap.",
      fix: "Find out what broke: `dsql-audit doctor` looks at the trail, its files and the queues, link by link. Then count the trail's files of these hours: `dsql-audit ingest s3://BUCKET/PREFIX`, then `dsql-audit detect`. Hours that they prove are covered again. If there are no files, find out who stopped the trail or changed its event selectors.",
      falsePositives:
        "Offline, an hour without any trail file counts as a gap, even if nothing happened in the account. Add the digest files: they come every hour.",
      blindSpots:
        "The newest hours are left out, because their proof comes late. Hours before the first snapshot, or before capture was first proven, do not count as a gap.",
    },
    evidence: {
      from: "Not proven from",
      to: "Not proven until",
      hours: { label: "Length", unit: ["hour", "hours"] },
      goesOn: { label: "Goes on", whenEmpty: "" },
      provenAgainAt: { label: "Capture is proven again from", whenEmpty: "" },
      matterUntil: { label: "The gap leaves the window on", whenEmpty: "" },
      reasons: { label: "Because", lines: true },
    },
  },
  "clock-skew": {
    category: "coverage",
    life: "state",
    docs: {
      why: "Everything here rests on times: which hour is covered, what came after a grant, when somebody last connected. With a wrong clock the auditor's own logins look missed, and like a stranger's.",
      fix: "Set the clock of the machine that takes snapshots (NTP). Lambda's clock is kept by AWS: there, look for a run by hand from another machine.",
      falsePositives:
        "Two logins of the auditor that never came back beside two of somebody else under its principal, at the same distance: see self-audit.",
      blindSpots:
        "Less than two minutes, and more than half an hour, are not told from own logins. One login alone says nothing. Recorded files have no clock to compare with.",
    },
    evidence: {
      seenBy: { label: "Seen by", hidden: true },
      minutes: { label: "Apart by", unit: ["minute", "minutes"] },
      connections: { label: "Connections", whenEmpty: "" },
      pairs: {
        label: "Login",
        lines: true,
        fields: { attemptAt: "made", eventAt: "recorded" },
        whenEmpty: "",
      },
      events: { label: "CloudTrail events", whenEmpty: "" },
    },
  },
  "concurrent-networks": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "A person is in one place. When one session connects from two distant networks within an hour, somebody else may hold its credentials. The same holds for a session name that appears on several roles within an hour, though they never shared one, and for an access key that two principals use.",
      fix: "Ask the person named by the session. If one of the places is not theirs, revoke the sessions of the IAM role and look at what was reached.",
      falsePositives:
        "A VPN that is switched on or off, a phone's line beside the office's, a remote desktop. A person who was given a second role, an IAM user that was renamed. Acknowledge what is expected: the auditor learns it.",
      blindSpots:
        "Machines are left out: they run in several places. Sessions without a person's name are not told apart. Two networks in one /16 count as one place. Session names with changing parts are not compared. AWS leaves the access key out of some records; only long-term keys (AKIA) are compared, by a short hash.",
    },
    evidence: {
      networks: { label: "Places", whenEmpty: "" },
      session: { label: "Session", whenEmpty: "" },
      sharedWith: { label: "Shared with", whenEmpty: "" },
      accessKey: { label: "Access key", whenEmpty: "" },
      usedBy: { label: "Used before by", whenEmpty: "" },
    },
  },
  "connection-burst": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "Copying a database takes many connections. So does a program that runs out of control.",
      fix: "Ask the owner of the principal. Look at where the connections came from and by which client. A limit on the connection pool caps them.",
      falsePositives:
        "A load test, a retry storm, a larger deployment: acknowledge it. When many services do the same on one day, the finding is withdrawn.",
      blindSpots:
        "One connection can read as much as a thousand. Less than twice the highest hour of 90 days is not a burst.",
    },
    evidence: {
      connections: { label: "In one hour", unit: ["connection", "connections"] },
      mostBefore: { label: "Most before", unit: ["connection", "connections"] },
      activeDays: { label: "Known for", unit: ["active day", "active days"] },
    },
  },
  "cross-account": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "Your IAM policies do not govern another account. Whoever holds the role there holds this access.",
      fix: "Ask who the account belongs to. If nobody knows it, revoke the mapping and narrow the cluster policy.",
      falsePositives: "An account of your own organization: after a week of use it counts as usual.",
      blindSpots:
        "AWS documents cross-account access as not yet supported for cluster policies. The account is read from the ARN alone.",
    },
    evidence: { account: "Account", clusterAccount: "Account of the cluster" },
  },
  "ddl-in-application-role": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "A program that reads and writes rows does not need to create or alter tables. Whoever takes it over could drop them, change what others rely on, and plant functions that run with their caller's rights.",
      fix: "Let another role own the objects and run migrations as that role: ALTER … OWNER TO. REVOKE CREATE on the schema, or the membership that gives it.",
      falsePositives:
        "A program that runs its own migrations: give migrations a role of their own, whose name says migration or owner, or declare this one as migration, owner or admin.",
      blindSpots:
        "Read-only roles are covered by privilege-exceeds-archetype, members of admin by admin-membership. A role counts as an application's when a principal that no person uses is mapped to it or, where no mapping is known, when it can log in. TEMPORARY is left out.",
    },
    evidence: {
      can: { label: "Can", hidden: true },
      object: "Object",
      objects: "Objects",
      objectCount: "Objects in all",
      path: "Path",
      since: { label: "Since", hidden: true },
    },
  },
  "dormant-awakened": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "Nobody watches access that everybody forgot. A key from an old backup looks like this.",
      fix: "Ask the owner whether the principal is still needed. If nobody can say, revoke its mappings.",
      falsePositives: "A yearly job, a long leave: acknowledge it.",
      blindSpots:
        "Silence counts only on days for which capture is proven, in both Regions of a multi-Region database. Less than two weeks is ordinary. A principal that was silent for more than 90 days has no habits left: see dormant-mapping.",
    },
    evidence: {
      silentDays: { label: "Silent for", unit: ["day", "days"] },
      longestBefore: { label: "Longest silence before", unit: ["day", "days"] },
      activeDays: { label: "Known for", unit: ["active day", "active days"] },
    },
  },
  "dormant-mapping": {
    category: "dormant",
    life: "state",
    docs: {
      why: "Nobody would miss this access, and nobody watches it. Whoever gets hold of the principal gets the role too.",
      fix: "Run AWS IAM REVOKE role FROM 'arn'. Then drop the role, if it owns nothing and nobody else is mapped to it.",
      falsePositives:
        "Break-glass access and yearly jobs: exempt the finding with an owner, a reason and an end.",
      blindSpots:
        "A connection names a principal and not a role. Where a principal has several roles, its use is ambiguous. A session lasts for at most an hour, so every use begins with a connection.",
    },
    evidence: {
      window: { label: "Window", fields: { days: { label: "", unit: ["day", "days"] } } },
      reason: { label: "Because", hidden: true },
      lastUseAt: { label: "Last use", whenEmpty: "none is known" },
      lastUseEventId: "Its CloudTrail event",
      lastPossibleUseAt: "Last possible use",
      lastPossibleUseEventId: "Its CloudTrail event",
      captureProvenSince: { label: "Capture is proven since", whenEmpty: "" },
      provenUnused: "Proven unused",
      uncoveredHours: { label: "Without capture", unit: ["hour", "hours"] },
      uncovered: { label: "Capture gap", lines: true, fields: { reasons: "because" } },
      peers: {
        label: "Peer in another Region",
        lines: true,
        fields: {
          cluster: "",
          region: { label: "", hidden: true },
          until: "a peer until",
          unprovenHours: { label: "without capture", unit: ["hour", "hours"] },
        },
      },
      mappingAgeAssumed: { label: "Age of the mapping was assumed", whenEmpty: "" },
      mappingFirstSeenAt: { label: "Mapping first seen", whenEmpty: "" },
      mappingNotSeenAt: { label: "Mapping not yet there at", whenEmpty: "" },
      otherRoles: "Other roles of the principal",
    },
  },
  "dormant-role": {
    category: "dormant",
    life: "state",
    docs: {
      why: "When every way to a role is unused, the role itself can go, with all its grants. Nobody would miss it, and nobody watches it.",
      fix: "AWS IAM REVOKE its mappings and ALTER ROLE … NOLOGIN. When nobody has missed it, DROP ROLE. For admin take dsql:DbConnectAdmin away in IAM.",
      falsePositives:
        "Break-glass access: admin is often meant to be used by nobody. Exempt the finding with an owner, a reason and an end.",
      blindSpots:
        "Its mappings are findings of their own, which are mailed: this one is low. One mapping that may have been used, or whose use is unknown, keeps the role out. Who may connect as admin is as far as this account's policies go; the root user always may, and is not counted.",
    },
    evidence: {
      window: { label: "Window", fields: { days: { label: "", unit: ["day", "days"] } } },
      lastUseAt: { label: "Last use", whenEmpty: "none is known" },
      captureProvenSince: { label: "Capture is proven since", whenEmpty: "" },
      principals: { label: "Principals", whenEmpty: "none is known", lines: true },
      reachedThrough: "Also had by",
      whoMay: { label: "Principals that may connect as admin", whenEmpty: "not known for certain" },
    },
  },
  "escalation-path": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "The privileges that a role has say little if it can take more by itself. No administrator is asked, and the list of its grants looks harmless.",
      fix: "REVOKE what opens the path: the membership with ADMIN OPTION, CREATEROLE, EXECUTE or TRIGGER.",
      falsePositives:
        "Functions with SECURITY DEFINER are made to lend a few rights, so those of an ordinary owner are low. A role that manages others on purpose: declare it as admin.",
      blindSpots:
        "Membership in admin or a superuser that the role can become is covered by admin-membership, grant options by grant-option, ownership and CREATE by ddl-in-application-role. Views that read with their owner's rights are listed by `dsql-audit escalations` only. What a function does is not read.",
    },
    evidence: {
      how: { label: "How", hidden: true },
      target: "Leads to",
      runsAs: { label: "With the rights of", whenEmpty: "" },
      path: "Path",
      since: { label: "Since", hidden: true },
    },
  },
  "evaluator-disagrees": {
    category: "coverage",
    life: "state",
    docs: {
      why: "The auditor decides by itself who may connect. AWS's own simulator was asked about the same policies and says something else, so one of the two is wrong. Until that is settled, whether the identity may connect is unknown in every answer.",
      fix: "Ask again: `dsql-audit who-may --live --cluster CLUSTER --principal PRINCIPAL` reads IAM anew. If the two still differ, treat the identity as if it may connect, and report its policies, with names removed, as a fault of the auditor.",
      falsePositives:
        "A change of policies that AWS had not yet spread when it was asked. The question is put again after a day. A simulator that is wrong itself: it knows neither session policies nor every condition key.",
      blindSpots:
        "A few identities are asked about each day, up to 100 for each cluster, none without a policy about connecting. Where the auditor may not ask (iam:SimulatePrincipalPolicy) or AWS throttles, nothing is found: doctor says so. Cluster policies are not compared, as the simulator takes them for IAM users only. Where both are wrong in the same way, nobody sees it.",
    },
    evidence: { action: "Action", here: "By the auditor", simulator: "By AWS's simulator", askedAt: "Asked" },
  },
  "exemption-stale": {
    category: "coverage",
    life: "state",
    docs: {
      why: "An exemption is a decision of its time. One that accepts nothing any more will silently accept the same finding when it comes back for another reason.",
      fix: "Take it back: `dsql-audit unexempt FINDING`. If it is still meant, exempt the finding that it was for again, with a new end.",
      falsePositives:
        "A yearly job that is accepted between two runs: raise the option days, or take the exemption anew when it is needed.",
      blindSpots:
        "Whether its reason still holds is for its owner to say. A finding that is accepted in part, because a grant has come since, counts as matched.",
    },
    evidence: {
      reason: { label: "Because", hidden: true },
      of: "Exempts findings of",
      owner: "Owner",
      why: "Reason given",
      until: "Ends",
      lastMatchedAt: { label: "Last accepted a finding", whenEmpty: "never, as far as is known" },
      exemptionKey: { label: "Key", hidden: true },
    },
  },
  "failed-attempts": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "Somebody who tries roles or tokens is refused until one fits. The worst case is to be refused and then let in.",
      fix: "Look at where the attempts came from and which role they asked for. If nobody can explain them, revoke the sessions of the IAM role.",
      falsePositives:
        "A deployment with a wrong role name, a token that expired, a cluster that wakes. When many are refused within the same hour, each from where it usually comes, the finding is withdrawn.",
      blindSpots:
        "Whether AWS logs every refused attempt is not documented. Fewer than five attempts in each hour are found only where three come from a network that the principal never used, and it is then let in from there; not where it brings such networks all the time.",
    },
    evidence: {
      refused: { label: "Refused in one hour", unit: ["attempt", "attempts"] },
      thenAllowed: { label: "Let in afterwards", whenEmpty: "not seen so far" },
      network: { label: "Network", whenEmpty: "" },
      lastAttemptAt: "Last attempt seen that day",
    },
  },
  "grant-option": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "A privilege WITH GRANT OPTION can be handed to anybody. Whoever takes over the role can give access to accomplices, and that access stays when the role is cleaned up.",
      fix: "REVOKE GRANT OPTION FOR the privilege, as the role that granted it. The role keeps the privilege itself. CASCADE takes it from those to whom the role has passed it on.",
      falsePositives:
        "A role that manages access on purpose: declare it as owner or admin, or exempt the finding.",
      blindSpots:
        "Owners can pass on what they own, and are not found. A role with ADMIN OPTION on another role can pass that role on: it is not found here.",
    },
    evidence: {
      object: "Object",
      privileges: "Can pass on",
      grantedBy: "Granted by",
      passedOnTo: { label: "Has passed it on to", whenEmpty: "nobody" },
      since: { label: "Since", hidden: true },
    },
  },
  "human-in-machine-role": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "People in a machine's role hide behind the machine: CloudTrail cannot tell their connections apart. Its credentials lie where programs can read them.",
      fix: "Ask the person named by the session, and give them a role of their own. Find out how they came by the machine's credentials.",
      falsePositives: "Somebody on call who uses the role on purpose: acknowledge the finding.",
      blindSpots:
        "A session is taken for a person's when its name is an email address, a name seen in IAM Identity Center, or two plain words. Somebody who names a session as the machine does is not seen.",
    },
    evidence: {
      session: "Session",
      client: { label: "Tool", whenEmpty: "" },
      connections: { label: "Connections", unit: ["connection", "connections"] },
    },
  },
  "leftover-role": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "A role for a test, or a copy of an old role, should be gone by now. Nobody watches it, and its access is as real as any other.",
      fix: "Ask whether anybody needs it. If not: AWS IAM REVOKE its mappings, revoke what it holds, and DROP ROLE.",
      falsePositives:
        "A role whose name only looks like a leftover: declare its archetype, or exempt the finding.",
      blindSpots:
        "Only the name counts: a forgotten role with an ordinary name is not found. Neither is a role without any access.",
    },
    evidence: {
      word: "Its name says",
      canLogIn: { label: "Can log in", whenEmpty: "no" },
      principals: { label: "Mapped to", whenEmpty: "nobody" },
      objects: "Objects that it has access to",
      owns: "Objects that it owns",
      memberOf: { label: "Member of", whenEmpty: "" },
      since: { label: "Since", hidden: true },
    },
  },
  "long-lived-key": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Whoever has the key can connect to the database as the user's roles, from anywhere, until somebody deactivates it. Old keys lie in more places than anybody remembers.",
      fix: "Map an IAM role instead, whose credentials end by themselves, and delete the key. Else replace the key and deactivate the old one.",
      falsePositives:
        "A system that cannot assume an IAM role and whose keys are changed by a rule of your own: set the option days to that rule.",
      blindSpots:
        "AWS tells when a key was last used with hours of delay, and for any service: a key in use elsewhere counts as used.",
    },
    evidence: {
      roles: "Mapped to",
      keys: {
        label: "Key",
        lines: true,
        fields: {
          id: "",
          createdAt: "created",
          lastUsedAt: { label: "last used", whenEmpty: "never" },
          why: "",
        },
      },
    },
  },
  "loose-mapping": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "A mapping says who may connect as a role. If it names a pattern, a whole account or an unknown account, the database no longer says who that is.",
      fix: "Run AWS IAM REVOKE role FROM 'arn', and map the IAM role that is meant, by its full ARN.",
      falsePositives:
        "An account of your own organization that is meant to have access: exempt the finding with an owner and an end.",
      blindSpots:
        "Whether Aurora DSQL matches patterns is not documented: a pattern may match nobody. Who may assume an IAM role stands in its trust policy, which is not read.",
    },
    evidence: {
      reason: { label: "What is loose", hidden: true },
      mappedTo: "Mapped to",
      account: { label: "Its account", whenEmpty: "not named" },
      clusterAccount: { label: "The cluster's account", whenEmpty: "not known" },
      mappedBy: "Seen first in the snapshot of",
    },
  },
  "mapping-without-permission": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "The mapping opens the database, and IAM keeps the identity out. Access is one policy away, and whoever writes that policy may not know what the role can do.",
      fix: "Run AWS IAM REVOKE role FROM 'arn' where nobody needs it. Else let IAM allow dsql:DbConnect on the cluster.",
      falsePositives:
        "Access that is prepared, or suspended by a policy on purpose: exempt the finding with an owner and an end.",
      blindSpots:
        "Policies of the organization and of sessions are not read, so more may be denied than is told here. Identities of other accounts are not judged.",
    },
    evidence: {
      mappedTo: "Mapped to",
      action: "Denied",
      because: {
        label: "Decided by",
        whenEmpty: "no policy allows it",
        lines: true,
        fields: { policy: "", statement: { label: "statement", whenEmpty: "" }, effect: "" },
      },
    },
  },
  "never-used-mapping": {
    category: "dormant",
    life: "state",
    docs: {
      why: "Access that was prepared and never needed is often a mistake. Nobody knows it well enough to miss it.",
      fix: "Run AWS IAM REVOKE role FROM 'arn'. Then drop the role, if it owns nothing and nobody else is mapped to it.",
      falsePositives:
        "Access made ready for a launch or an emergency: exempt the finding with an owner, a reason and an end.",
      blindSpots:
        "Never reaches back only as far as capture is proven; the evidence names that day. Where a principal has several roles, its use is ambiguous.",
    },
    evidence: {
      window: { label: "Window", fields: { days: { label: "", unit: ["day", "days"] } } },
      reason: { label: "Because", hidden: true },
      lastUseAt: { label: "Last use", whenEmpty: "none is known" },
      lastUseEventId: "Its CloudTrail event",
      lastPossibleUseAt: "Last possible use",
      lastPossibleUseEventId: "Its CloudTrail event",
      captureProvenSince: { label: "Capture is proven since", whenEmpty: "" },
      provenUnused: "Proven unused",
      uncoveredHours: { label: "Without capture", unit: ["hour", "hours"] },
      uncovered: { label: "Capture gap", lines: true, fields: { reasons: "because" } },
      peers: {
        label: "Peer in another Region",
        lines: true,
        fields: {
          cluster: "",
          region: { label: "", hidden: true },
          until: "a peer until",
          unprovenHours: { label: "without capture", unit: ["hour", "hours"] },
        },
      },
      mappingAgeAssumed: { label: "Age of the mapping was assumed", whenEmpty: "" },
      mappingFirstSeenAt: { label: "Mapping first seen", whenEmpty: "" },
      mappingNotSeenAt: { label: "Mapping not yet there at", whenEmpty: "" },
      otherRoles: "Other roles of the principal",
    },
  },
  "new-client": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "A service does not change its driver by itself. A database tool in a service's role means a person at a keyboard, or another program.",
      fix: "Ask the owner whether the client was changed. If not, revoke the sessions of the IAM role and look at where the connections came from.",
      falsePositives:
        "A new driver or tool, rolled out one service at a time. A new version of the same client does not count. When several principals change on the same day, the finding is withdrawn.",
      blindSpots:
        "The client is what the record's user agent says: an attacker can choose it. Connections without a user agent are left out.",
    },
    evidence: {
      client: "New client",
      connections: { label: "Connections by it", unit: ["connection", "connections"] },
      activeDays: { label: "Known for", unit: ["active day", "active days"] },
    },
  },
  "new-network": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "Stolen credentials are used from elsewhere. A job that came from one subnet for months does not move by itself.",
      fix: "Ask the owner of the principal. If nobody can explain it, revoke its IAM sessions, then its mappings (AWS IAM REVOKE). Look at what its roles can reach.",
      falsePositives:
        "A move to another subnet or Region, a new office, a journey. When several principals move on the same day, the finding is withdrawn. Acknowledge what is expected: the auditor learns it.",
      blindSpots:
        "An intruder in a /16 (IPv6: /32) that the principal and others of its kind use is hardly noticed. Refused attempts do not count. Connections without an address are left out, and so are those that stand in unknown:others. A principal is evaluated from its second active day on; on its first, only a long-term access key tells, where at least three others use one.",
    },
    evidence: {
      network: "New network",
      connections: { label: "Connections from it", unit: ["connection", "connections"] },
      activeDays: { label: "Known for", unit: ["active day", "active days"] },
      accessKey: { label: "New access key", whenEmpty: "" },
      othersWithKeys: { label: "Others who use access keys", whenEmpty: "" },
      othersApart: { label: "Of these, with a network of their own", whenEmpty: "" },
    },
  },
  "nobody-listens": {
    category: "coverage",
    life: "state",
    docs: {
      why: "A finding that nobody is told of changes nothing. An email subscription does nothing until it is confirmed, and one that was confirmed by the link in its mail can be ended by anybody who gets a mail.",
      fix: "Subscribe somebody: aws sns subscribe --topic-arn TOPIC_ARN --protocol email --notification-endpoint ADDRESS, then confirm it with the token out of the mail: aws sns confirm-subscription --topic-arn TOPIC_ARN --token TOKEN --authenticate-on-unsubscribe true. What went out meanwhile reached nobody: read it with `dsql-audit incidents`.",
      falsePositives:
        "Notices that somebody reads by other ways, such as the API or the command line alone: exempt the finding.",
      blindSpots:
        "SNS is asked once an hour. A confirmed subscription is taken for somebody who reads: a mailbox that is full or gone, and a filter that lets nothing pass, are not seen. NumberOfNotificationsFailed of the topic shows what could not be delivered.",
    },
    evidence: {
      askedAt: { label: "SNS was asked", hidden: true },
      confirmed: { label: "Confirmed subscriptions", whenEmpty: "not known" },
      pending: { label: "Waiting for their confirmation", whenEmpty: "" },
      error: "SNS answered",
    },
  },
  "off-hours": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "People sleep. A person's credentials used in the middle of that person's night may be in other hands.",
      fix: "Ask the person. If it was not them, revoke the sessions of the IAM role.",
      falsePositives: "Work at night, a journey to another time zone, on-call duty: acknowledge the finding.",
      blindSpots:
        "Machines are left out. Weekends are not told from weekdays. People who share a role across time zones have no usual hours.",
    },
    evidence: {
      hoursUtc: "Hours (UTC)",
      connections: { label: "Connections", unit: ["connection", "connections"] },
      activeDays: { label: "Known for", unit: ["active day", "active days"] },
    },
  },
  "orphan-mapping": {
    category: "dormant",
    life: "state",
    docs: {
      why: "Nobody can use this mapping today. It stays until somebody revokes it, and it stands in the way of dropping the role. If an IAM role of that name is made again and the mapping is granted again, whoever holds the new role gets the old access.",
      fix: "Run AWS IAM REVOKE role FROM 'arn'. Then drop the role, if it owns nothing and nobody else is mapped to it.",
      falsePositives:
        "An IAM role that is deleted and made anew by each deployment: revoke and grant the mapping there too, for Aurora DSQL refuses the new role otherwise.",
      blindSpots:
        "Identities of other accounts cannot be looked up, and are never called gone. An IAM role that was deleted a moment ago may still be listed.",
    },
    evidence: {
      mappedTo: "Mapped to",
      mappedBy: "Mapping seen first in the snapshot of",
      since: { label: "Since", hidden: true },
    },
  },
  "permission-without-mapping": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "IAM lets this identity connect to the cluster, and only a missing mapping keeps it out. Nobody who looks at the database alone sees it.",
      fix: "Take dsql:DbConnect out of its policies, or map it to the role that it is meant to have.",
      falsePositives:
        "A new service whose mapping is still to come: exempt the finding with an owner and an end. Identities that may connect as admin are not told here, for they need no mapping.",
      blindSpots:
        "Policies of the organization and of sessions are not read: they may still keep it out. Identities of other accounts are not judged.",
    },
    evidence: {
      principal: { label: "Identity", hidden: true },
      action: "Allowed",
      conditions: { label: "Conditions", whenEmpty: "none", lines: true },
      because: {
        label: "Decided by",
        whenEmpty: "no policy allows it",
        lines: true,
        fields: { policy: "", statement: { label: "statement", whenEmpty: "" }, effect: "" },
      },
    },
  },
  "policy-differs": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "A multi-Region cluster is one database with an endpoint and a policy in each Region. A principal that one policy keeps out comes in through the other.",
      fix: "Read both policies with the commands in the finding, decide which one is meant, and put it in both Regions with aws dsql put-cluster-policy, each with the VPCs and the ARN of its own Region.",
      falsePositives:
        "Regions that serve different callers on purpose: exempt the finding, which accepts these statements and no further one.",
      blindSpots:
        "Ids of VPCs and endpoints, addresses within a VPC, the Region and the cluster's own ARN are taken for the same in all Regions. Peers are unknown where GetCluster was refused, which section-unreadable tells.",
    },
    evidence: {
      first: "Region",
      second: "Other Region",
      onlyInFirst: { label: "Only in the first", whenEmpty: "" },
      onlyInSecond: { label: "Only in the other", whenEmpty: "" },
    },
  },
  "policy-misses-admin": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Whoever wrote it believes that it keeps somebody out, and it does not. Samples that AWS publishes have these faults too: a Deny of dsql:DbConnect that leaves dsql:DbConnectAdmin open, two tests of one key in one statement, an Allow where only a Deny holds anybody back, cluster:NAME where cluster/ID is meant.",
      fix: "Deny both actions; write a statement of its own for each test of which either is meant; deny by the opposite conditions instead of allowing by them; name the cluster by its ARN. Try the policy first with `dsql-audit policy try POLICY.json`.",
      falsePositives:
        "An Allow with conditions for somebody whom no IAM policy lets in does restrict: exempt the finding with an owner.",
      blindSpots:
        "Only faults of these kinds are looked for. A policy of which one statement is not understood is not judged.",
    },
    evidence: {
      region: "Region",
      flaws: { label: "Fault", lines: true, fields: { statement: "", says: "" } },
    },
  },
  "privilege-exceeds-archetype": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Whoever hands out a role called read-only trusts that it cannot change anything; a leaked reader's credential must not be able to delete, nor a service's to change tables.",
      fix: "REVOKE the privilege, or the membership that it comes through; give what the role owns to another. If the role may write, give it a name that says so or declare its archetype.",
      falsePositives:
        "A reporting role that fills its own tables: declare it as read-write, or exempt the one grant. Privileges in a schema that the role cannot use are low.",
      blindSpots:
        "Of the archetypes, read-only, analytics and backup must not write, own or create, and a service must not own or create. Nothing is expected of the others, nor of roles whose name says nothing and that nobody declared. A role whose name only suggests reading (reporting, backup, audit) is medium at most. Functions with SECURITY DEFINER, rules and INSTEAD OF triggers can write for their caller, see `dsql-audit escalations`. Of several paths to one privilege, the shortest is named.",
    },
    evidence: {
      readOnlyBecause: { label: "Read-only, because", whenEmpty: "" },
      declaredAs: { label: "Declared as", whenEmpty: "" },
      privilege: "Privilege",
      privileges: "Privileges",
      object: "Object",
      path: "Path",
      holds: { label: "How", hidden: true },
      objects: "Objects",
      objectCount: "Objects in all",
      usable: { label: "Usable now", whenEmpty: "no" },
      since: { label: "Since", hidden: true },
    },
  },
  "public-access": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "PUBLIC is every role, present and future. No role's own grants show this access, and revoking them changes nothing.",
      fix: "Grant the privilege to the roles that need it, then REVOKE it from PUBLIC. For a function with SECURITY DEFINER, do this for EXECUTE.",
      falsePositives:
        "Lookup tables and views that are made for everybody, and tables of extensions: exempt the finding. What PostgreSQL itself gives to PUBLIC, such as EXECUTE on ordinary functions, is not found.",
      blindSpots:
        "Types, the database (CONNECT, TEMPORARY) and USAGE on schemas are left out. A function with SECURITY DEFINER that only a trigger can call is found all the same.",
    },
    evidence: {
      object: "Object",
      privileges: "Privileges of PUBLIC",
      runsAs: "Runs with the rights of",
      schemaOpen: { label: "PUBLIC may use the schema", whenEmpty: "no" },
      since: { label: "Since", hidden: true },
    },
  },
  "public-cluster": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Every cluster has a public endpoint, and without a policy that denies it anybody with stolen credentials connects from wherever they are.",
      fix: "Give the cluster a policy that denies both actions to whoever does not come through a VPC endpoint, or not from your addresses. Try it first with `dsql-audit policy try POLICY.json`: the query editor of the AWS console needs the public endpoint, and so does everybody whom it shows as refused.",
      falsePositives:
        "Applications that connect from outside AWS: deny by aws:SourceIp instead, or exempt the finding with an owner and an end.",
      blindSpots:
        "Organisation policies and VPC endpoint policies are not read. A policy that keeps out all but a wide range of addresses counts as one that keeps the internet out.",
    },
    evidence: { region: "Region", policy: "Cluster policy", open: "Open from the internet" },
  },
  "rapid-escalation": {
    category: "over-privileged",
    life: "stretch",
    docs: {
      why: "An intruder who wants to stay makes a role stronger first. Between two snapshots this role gained the powers of an administrator, or more privileges at once than a change of an application usually needs.",
      fix: "Ask the principals that were connected as admin, and the grantor. If nobody can explain it, revoke what the role gained (every grant: `dsql-audit history timeline --role ROLE`), and revoke the sessions of those principals in IAM.",
      falsePositives:
        "The deployment of an application, or a new colleague: acknowledge it. Grants on a table that was made in the same stretch do not count, unless it took the place of a table of the same name that gave less.",
      blindSpots:
        "Gains in small steps stay below the threshold each time. What came and went between two snapshots is not seen. Who granted it is known as a database role only. A principal that was connected as admin may have done it; nothing shows that it did.",
    },
    evidence: {
      between: "Between the snapshots of",
      powers: { label: "Powers gained", whenEmpty: "" },
      privilegeCount: "Privileges gained",
      privileges: { label: "Among them", lines: true, whenEmpty: "" },
      grantedBy: { label: "Granted by", whenEmpty: "not known" },
      connectedAsAdmin: { label: "Connected as admin then", whenEmpty: "nobody, as far as is recorded" },
      hoursNotProven: { label: "Of these hours not proven yet", unit: ["hour", "hours"] },
    },
  },
  "rebound-role": {
    category: "dormant",
    life: "state",
    docs: {
      why: "A mapping belongs to the identity and not to its name. Aurora DSQL refuses an IAM role that was deleted and made again, while the mapping still lists its ARN. Granting the mapping again would let the new one in, whoever made it.",
      fix: "Find out who made the new role and why. If it is meant to connect, run AWS IAM REVOKE and then AWS IAM GRANT; else run AWS IAM REVOKE alone.",
      falsePositives:
        "A deployment that replaces its IAM role: it cannot connect either, so map the new one or give it a name of its own.",
      blindSpots:
        "What was replaced before the auditor first saw the mapping looks like the role that was mapped. That Aurora DSQL refuses a replaced role is reported by users and not documented by AWS.",
    },
    evidence: {
      mappedTo: "Mapped to",
      mappedBy: "Mapping seen first in the snapshot of",
      presentId: "Unique ID of the present identity",
      presentCreatedAt: "Present identity created",
    },
  },
  "revoked-connection": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "Somebody took this access away, and somebody still uses it or tries to. Sessions from before the revoke end within an hour: to be let in after that is critical, whatever else is usual.",
      fix: "Find out what still runs with the principal and stop it. Take dsql:DbConnect away from it as well. If it was let in, look for another mapping or a new GRANT between two snapshots.",
      falsePositives: "A service that still runs with its old configuration.",
      blindSpots:
        "A session that was open when the mapping was revoked can go on for an hour without a new connection. A mapping that was made and revoked again between two snapshots is not seen.",
    },
    evidence: {
      connections: { label: "Attempts", unit: ["attempt", "attempts"] },
      refused: "All of them refused",
      afterLastSession: "Let in after the last possible session end",
    },
  },
  "root-connection": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "No IAM policy limits the root user, and no service needs it. This is a person, or an intruder.",
      fix: "Find out who used the root user and why. Take its access keys away.",
      falsePositives: "None. Nothing should connect as the root user.",
      blindSpots: "CloudTrail records that somebody connected, not which statements they ran.",
    },
    evidence: { connections: { label: "Connections", unit: ["connection", "connections"] } },
  },
  "section-unreadable": {
    category: "coverage",
    life: "state",
    docs: {
      why: "No other detector can see access in a part that could not be read. That they find nothing proves nothing.",
      fix: "Give the auditor's database role the privileges that `dsql-audit setup-sql --cluster CLUSTER` prints, and its IAM role the permission that the evidence names. For the mappings there are two ways: a grant on the view, which AWS does not document, or the parameter auditAsAdmin. Where Aurora DSQL refuses a catalog to everybody, exempt the finding.",
      falsePositives:
        "Functions, types and the database are low: Aurora DSQL documents their catalogs as unsupported.",
      blindSpots: "A view that returns fewer rows than exist looks complete.",
    },
    evidence: { section: "Section", reason: "The answer was", code: { label: "Code", whenEmpty: "" } },
  },
  "self-audit": {
    category: "coverage",
    life: "state",
    docs: {
      why: "The auditor records every login before it makes it. A login beyond these was made by somebody else with the auditor's credentials. That person can read every catalog, and does not show among other principals.",
      fix: "Look the events up in CloudTrail: source address and session name say who. Revoke the IAM role's sessions. Find out who may assume it or change the function's code, and what else they did.",
      falsePositives:
        "A clock that is wrong by minutes: the auditor's own logins look like a stranger's. Where a wrong clock explains all of a day, the finding says so and is medium; see clock-skew. Somebody took a snapshot by hand under the function's role. Give people a role of their own, and exempt the finding with that reason.",
      blindSpots:
        "Of two logins within two minutes of one attempt, the later one is named. It need not be the intruder's. An intruder's login beside a canary login that CloudTrail missed is taken for the canary login. Logins before the first recorded attempt are not evaluated.",
    },
    evidence: {
      logins: { label: "Logins", unit: ["login", "logins"] },
      asAdmin: { label: "Of these as admin", unit: ["login", "logins"] },
      firstAt: "First",
      lastAt: "Last",
      clockApartMinutes: { label: "All explained by a clock that is wrong by", unit: ["minute", "minutes"] },
      events: "CloudTrail events",
      eventsNotShown: "Further events",
    },
  },
  "sensitive-schema": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "The schema holds what must not get out. Every role that reaches it, by whatever path, is one more way out, and this one nobody reviewed.",
      fix: "Follow the path in the evidence to the grant or the membership that opens it, and take that away. If the access is wanted, name the schema for the role in access.yml.",
      falsePositives:
        "A new component whose access is wanted: declare it and publish the baseline. A role that may join a declared one counts as declared.",
      blindSpots:
        "Only schemas that the published baseline lists under sensitiveSchemas. Superusers, admin and the server's own roles are left out. Functions of the schema are not looked at. Data copied into another schema, and views there that show it, are not followed.",
    },
    evidence: {
      schema: "Schema",
      privileges: "Privileges",
      objects: { label: "On", lines: true },
      objectCount: { label: "Objects", hidden: true },
      path: "Path",
      since: { label: "Since", hidden: true },
    },
  },
  "separation-of-duties": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Who can do both can do alone what should take two: change the tables and read the customers in them, and nobody else would see it.",
      fix: "Take one of the two away from the role, or give the principal one of the roles only. The evidence names the way to each.",
      falsePositives:
        "A role for emergencies that holds all on purpose: exempt the finding. A duty declared too wide: name fewer schemas or privileges in access.yml.",
      blindSpots:
        "Only pairs that the published baseline declares under keepApart. Superusers, admin and the server's own roles are left out: they hold every duty. A person with two IAM roles is two principals.",
    },
    evidence: {
      duties: { label: "Duties", hidden: true },
      ways: { label: "How", lines: true },
      reason: { label: "Kept apart because", whenEmpty: "" },
      since: { label: "Since", hidden: true },
    },
  },
  "shared-role": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Each principal gets what any of them needs, and nobody can revoke a privilege without asking all of them. The database cannot tell them apart.",
      fix: "Give each principal a role of its own. Give what they have in common to a group role, and make these roles its members.",
      falsePositives:
        "Copies of one service in several Regions, a group of developers: list the role in the option groups, or declare it as developer.",
      blindSpots:
        "Roles that are shared inside one IAM role, by several programs with the same credentials, look like one principal. Who may connect as admin is decided in IAM and is not looked at.",
    },
    evidence: {
      principalCount: "Principals",
      principals: { label: "They are", lines: true },
      people: { label: "Of these people", hidden: true },
      programs: { label: "Of these programs", hidden: true },
      accounts: { label: "AWS accounts", hidden: true },
      lastMappedBy: "Last one mapped by",
    },
  },
  "snapshot-overdue": {
    category: "coverage",
    life: "state",
    docs: {
      why: "Roles, mappings and privileges are known only as of the last snapshot. What was granted since does not show, and no finding about it can open.",
      fix: "Find out why the snapshot function fails: look at its alarm, its dead-letter queue and its log. A refused login, an unreachable endpoint and a stopped schedule are the usual reasons. Then take one: `dsql-audit snapshot --endpoint ENDPOINT --user DATABASE_ROLE --cluster CLUSTER`. Where its tags no longer choose it: find out who took them away, and give it those of the parameter clusterTags again; or retire it, if it is not to be watched any more.",
      falsePositives:
        "A store that gets its snapshots by hand: set afterHours, or exempt the finding. A cluster that is not to be watched any more: retire it with `dsql-audit clusters --retire CLUSTER`. One that was deleted is no longer evaluated once AWS has said so.",
      blindSpots:
        "A cluster without any snapshot has no finding; its evaluation is named as incomplete. An idle cluster that is left asleep (idleHours) has none either, for a day at most. If the detect function has stopped too, only its alarm shows it.",
    },
    evidence: {
      lastSnapshotAt: "Last snapshot",
      hoursSince: { label: "Since then", unit: ["hour", "hours"] },
      allowedHours: { label: "Expected within", unit: ["hour", "hours"] },
      connectionsSince: { label: "Connections since then", unit: ["connection", "connections"] },
      lastConnectionAt: { label: "The last of them", whenEmpty: "" },
      notChosenSince: { label: "Not chosen by its tags since", whenEmpty: "" },
    },
  },
  "spread-refusals": {
    category: "anomalous",
    life: "stretch",
    docs: {
      why: "Somebody who stole several credentials is refused a few times with each. No single principal shows it; together they do.",
      fix: "Look up the network. Block it in the cluster policy (aws:SourceIp), and revoke the sessions of the principals that were used.",
      falsePositives: "A new network or library of your own, with which several services are set up wrongly.",
      blindSpots:
        "It takes three principals within one clock hour, and more where such refusals are common. A principal that has used the network or client before does not count. Whether AWS logs every refused attempt is not documented.",
    },
    evidence: {
      network: { label: "Network", whenEmpty: "" },
      client: { label: "Client", whenEmpty: "" },
      letIn: { label: "Let in", lines: true, whenEmpty: "nobody was seen to be, so far" },
      letInNotShown: { label: "Further principals let in", whenEmpty: "" },
      principals: { label: "Refused", lines: true },
      principalsNotShown: { label: "Further principals refused", whenEmpty: "" },
      attempts: { label: "Refusals", unit: ["attempt", "attempts"] },
      why: "Why this is unusual",
      bits: { label: "Weight", hidden: true },
    },
  },
  "tag-based-access": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "A policy that allows or denies by aws:ResourceTag gives whoever may tag the cluster the say in who connects, and dsql:TagResource is easily handed out.",
      fix: "Name the cluster by its ARN in the policy instead of by a tag. Else allow dsql:TagResource and dsql:UntagResource on it to nobody but its administrators.",
      falsePositives:
        "Tags that only a pipeline may set: exempt the finding, which accepts these statements and no further one.",
      blindSpots:
        "Who may tag is worked out when a snapshot is taken, from users and roles of this account. Organisation policies are not read. Whoever may change policies needs no tag.",
    },
    evidence: {
      region: "Region",
      statements: {
        label: "Decides by a tag",
        lines: true,
        fields: { policy: "", statement: "", effect: "", key: "" },
      },
      taggers: { label: "May tag the cluster", lines: true, whenEmpty: "nobody" },
      moreTaggers: { label: "May tag it, and not listed", whenEmpty: "" },
      unknownTaggers: { label: "Not known of", whenEmpty: "" },
    },
  },
  "undeclared-admin": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Whoever holds dsql:DbConnectAdmin is admin: no mapping is needed, and nothing in the database shows it. Wildcards such as dsql:* hand it out, and so do helpers that give every function the same policy.",
      fix: "Allow dsql:DbConnect instead of dsql:*, or deny dsql:DbConnectAdmin with the command in the finding. Who is meant to be admin belongs into access.yml: a component with the role admin and its principals, published with `dsql-audit baseline publish --file access.yml`.",
      falsePositives:
        "Administrators of the whole account, who may do everything: name them in access.yml. Where it names no admin, they are not reported.",
      blindSpots:
        "Without access.yml only what a wildcard of the service hands out is reported. Organisation policies and session policies are not read, so some of them may be kept out. Identities of other accounts are not judged.",
    },
    evidence: {
      holders: { label: "Who", lines: true },
      functions: { label: "Of them functions", whenEmpty: "" },
      policy: "By policy",
      action: "Allowed as",
      conditions: { label: "Conditions", whenEmpty: "none", lines: true },
      declared: "Declared",
    },
  },
  "unknown-mapping": {
    category: "dormant",
    life: "state",
    docs: {
      why: "No connection was seen, but capture is not proven for the whole window, or the mapping is not known for that long. It may be unused or in use. A multi-Region cluster and its peer are one database, so capture has to be proven in both Regions.",
      fix: "Close the capture gap: the capture-gap finding names it, and trail files that are ingested later can prove its hours. Or wait until the window lies after it. Where the peer is not covered, add its Region to the parameter regions and deploy deploy/forward-region.yml there.",
      falsePositives:
        "In the first weeks every mapping without a connection is unknown. The finding is low, and stands in the weekly summary alone.",
      blindSpots: "None of its own: it lists what other detectors cannot see.",
    },
    evidence: {
      window: { label: "Window", fields: { days: { label: "", unit: ["day", "days"] } } },
      reason: { label: "Because", hidden: true },
      lastUseAt: { label: "Last use", whenEmpty: "none is known" },
      lastUseEventId: "Its CloudTrail event",
      lastPossibleUseAt: "Last possible use",
      lastPossibleUseEventId: "Its CloudTrail event",
      captureProvenSince: { label: "Capture is proven since", whenEmpty: "" },
      provenUnused: "Proven unused",
      uncoveredHours: { label: "Without capture", unit: ["hour", "hours"] },
      uncovered: { label: "Capture gap", lines: true, fields: { reasons: "because" } },
      peers: {
        label: "Peer in another Region",
        lines: true,
        fields: {
          cluster: "",
          region: { label: "", hidden: true },
          until: "a peer until",
          unprovenHours: { label: "without capture", unit: ["hour", "hours"] },
        },
      },
      mappingAgeAssumed: { label: "Age of the mapping was assumed", whenEmpty: "" },
      mappingFirstSeenAt: { label: "Mapping first seen", whenEmpty: "" },
      mappingNotSeenAt: { label: "Mapping not yet there at", whenEmpty: "" },
      otherRoles: "Other roles of the principal",
    },
  },
  "unmapped-connection": {
    category: "anomalous",
    life: "episode",
    docs: {
      why: "Nobody gave this principal a role in the database. It tries to get in, or it has a way in that the mappings do not show.",
      fix: "Find out who uses the principal. If it should have access, map it (AWS IAM GRANT); if not, take dsql:DbConnect away from it.",
      falsePositives:
        "A service that was deployed before its mapping was made. A mapping made and revoked between two snapshots.",
      blindSpots:
        "An allowed connection is evaluated when the next snapshot shows whether a mapping was made, at most two hours later.",
    },
    evidence: {
      connections: { label: "Attempts", unit: ["attempt", "attempts"] },
      refused: "All of them refused",
    },
  },
  "unmapped-login-role": {
    category: "dormant",
    life: "state",
    docs: {
      why: "In Aurora DSQL a role is entered through a mapping. Without one its privileges wait for whoever maps the next principal to it, and nobody knows any more what it was for.",
      fix: "ALTER ROLE … NOLOGIN. When nobody has missed it, revoke what it holds and DROP ROLE.",
      falsePositives:
        "A role that is made before its mapping is: the finding is low, and gone with the next snapshot after AWS IAM GRANT.",
      blindSpots:
        "admin can grant itself every role and is not counted. A plain PostgreSQL has no mappings, so nothing is found there. The auditor's own role is left out.",
    },
    evidence: {
      objects: "Objects that it has access to",
      owns: "Objects that it owns",
      mappedUntil: { label: "Last mapping seen gone", whenEmpty: "never mapped, as far as is known" },
      since: { label: "Since", hidden: true },
    },
  },
  "widening-default": {
    category: "over-privileged",
    life: "state",
    docs: {
      why: "Default privileges apply to tables that do not exist yet. Nobody looks at them again, and each new table is open from the start.",
      fix: "ALTER DEFAULT PRIVILEGES … REVOKE, as the role whose objects they are for. Objects that exist already keep their privileges: see public-access.",
      falsePositives:
        "A schema that is made for everybody to read, a group that everybody belongs to on purpose: exempt the finding, or raise the option reach.",
      blindSpots:
        "A grant to a role that few roles are members of does not count. EXECUTE on functions and USAGE on types belong to PUBLIC by PostgreSQL's own default and are left out.",
    },
    evidence: {
      objects: "New objects",
      schema: { label: "Schema", whenEmpty: "all" },
      privileges: "Privileges",
      grantee: "Given to",
      because: "Why that is wide",
      reachedBy: { label: "Roles that have it", hidden: true },
      since: { label: "Since", hidden: true },
    },
  },
};
