// What IAM's query protocol says of a local account, operation by operation, as XML.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
import type { XmlChild } from "./aws-xml.ts";
import type {
  LocalAccount,
  LocalIdentity,
  LocalKey,
  LocalManaged,
  LocalPolicy,
  LocalSimulation,
} from "./iam-account.ts";
import { localSimulation } from "./local-simulation.ts";

/** IAM's own codes and statuses. */
export type IamFailure = { readonly status: number; readonly code: string; readonly message: string };
export type IamAnswer = readonly XmlChild[] | IamFailure;

const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
/** RFC 3986, as IAM writes documents. */
const encoded = (document: object): string =>
  encodeURIComponent(JSON.stringify(document)).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const list = (name: string, members: readonly (readonly XmlChild[])[]): XmlChild => [
  name,
  members.map((member): XmlChild => ["member", member]),
];

const inlineOf = (policies: readonly LocalPolicy[] = []): (readonly XmlChild[])[] =>
  policies.map(({ name, document }) => [
    ["PolicyName", name],
    ["PolicyDocument", encoded(document)],
  ]);

const attachedOf = (arns: readonly string[] = []): (readonly XmlChild[])[] =>
  arns.map((arn) => [
    ["PolicyName", arn.slice(arn.lastIndexOf("/") + 1)],
    ["PolicyArn", arn],
  ]);

const boundaryOf = ({ boundary }: LocalIdentity): XmlChild[] =>
  boundary === undefined
    ? []
    : [
        [
          "PermissionsBoundary",
          [
            ["PermissionsBoundaryType", "Policy"],
            ["PermissionsBoundaryArn", boundary],
          ],
        ],
      ];

const tagsOf = ({ tags = {} }: LocalIdentity): XmlChild =>
  list(
    "Tags",
    Object.entries(tags).map(([key, value]) => [
      ["Key", key],
      ["Value", value],
    ]),
  );

/** STS speaks the same protocol: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const callerIdentity = (account: string, arn: string): readonly XmlChild[] => [
  ["Arn", arn],
  ["UserId", "AIDALOCALCALLER"],
  ["Account", account],
];

const kinds = { user: "User", group: "Group", role: "Role" } as const;

const identityOf = (account: LocalAccount, one: LocalIdentity): XmlChild[] => [
  ["Path", one.path ?? "/"],
  [`${kinds[one.kind]}Name`, one.name],
  [`${kinds[one.kind]}Id`, one.id],
  ["Arn", account.arnOf(one)],
  ["CreateDate", time(one.createdAt)],
];

const NO_TRUST = { Version: "2012-10-17", Statement: [] };

const roleFields = (one: LocalIdentity): XmlChild[] => [
  ["AssumeRolePolicyDocument", encoded(one.trust ?? NO_TRUST)],
  ...boundaryOf(one),
  tagsOf(one),
  [
    "RoleLastUsed",
    one.lastUsedAt === undefined
      ? []
      : [
          ["LastUsedDate", time(one.lastUsedAt)],
          ["Region", "us-east-1"],
        ],
  ],
];

const detailOf = (account: LocalAccount, one: LocalIdentity): XmlChild[] => [
  ...identityOf(account, one),
  ...(one.kind === "role" ? roleFields(one) : one.kind === "user" ? [...boundaryOf(one), tagsOf(one)] : []),
  ...(one.kind === "user"
    ? [["GroupList", (one.groups ?? []).map((name): XmlChild => ["member", name])] as const]
    : []),
  list(`${kinds[one.kind]}PolicyList`, inlineOf(one.inline)),
  list("AttachedManagedPolicies", attachedOf(one.attached)),
];

const managedOf = ({ arn, document, createdAt = 0 }: LocalManaged): XmlChild[] => [
  ["PolicyName", arn.slice(arn.lastIndexOf("/") + 1)],
  ["Arn", arn],
  ["Path", "/"],
  ["DefaultVersionId", "v1"],
  list("PolicyVersionList", [
    [
      ["Document", encoded(document)],
      ["VersionId", "v1"],
      ["IsDefaultVersion", true],
      ["CreateDate", time(createdAt)],
    ],
  ]),
];

const missing = (kind: string, name: string): IamFailure => ({
  status: 404,
  code: "NoSuchEntity",
  message: `The ${kind} with name ${name} cannot be found.`,
});

const invalid = (message: string): IamFailure => ({ status: 400, code: "ValidationError", message });

/** The details of everything, as IAM would list them page by page: `Marker` is where the next page begins. */
const details = (account: LocalAccount, form: URLSearchParams, mostItems: number): IamAnswer => {
  const size = Math.min(Number(form.get("MaxItems") ?? 100), mostItems);
  const from = Number(form.get("Marker") ?? 0);
  if (!Number.isInteger(from) || !(size > 0)) return invalid("Marker or MaxItems");
  const everything = [
    ...(["user", "group", "role"] as const).flatMap((kind) =>
      account.all(kind).map((one) => ({ list: `${kinds[kind]}DetailList`, row: detailOf(account, one) })),
    ),
    ...account.managed().map((one) => ({ list: "Policies", row: managedOf(one) })),
  ];
  const page = everything.slice(from, from + size);
  const more = from + size < everything.length;
  return [
    ...["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"].map((name) =>
      list(
        name,
        page.filter((one) => one.list === name).map(({ row }) => row),
      ),
    ),
    ["IsTruncated", more],
    ...(more ? [["Marker", `${from + size}`] as const] : []),
  ];
};

const keyOf = (user: LocalIdentity, { id, active = true, createdAt }: LocalKey): XmlChild[] => [
  ["UserName", user.name],
  ["AccessKeyId", id],
  ["Status", active ? "Active" : "Inactive"],
  ["CreateDate", time(createdAt)],
];

const useOf = ({ lastUsedAt, service = "dsql" }: LocalKey): XmlChild[] =>
  lastUsedAt === undefined
    ? [
        ["ServiceName", "N/A"],
        ["Region", "N/A"],
      ]
    : [
        ["LastUsedDate", time(lastUsedAt)],
        ["ServiceName", service],
        ["Region", "us-east-1"],
      ];

const membersOf = (form: URLSearchParams, name: string): string[] =>
  [...form].flatMap(([key, value]) => (key.startsWith(`${name}.member.`) ? [value] : []));

/** A resource of its own each, as AWS answers since one result stands for all resources. */
const simulated = (
  { action, decision, missing = [], inOrganization }: LocalSimulation,
  resources: readonly string[],
  told: ReadonlySet<string>,
): XmlChild[] => {
  const left = missing.filter((key) => !told.has(key.toLowerCase()));
  const keys: XmlChild = ["MissingContextValues", left.map((key): XmlChild => ["member", key])];
  return [
    ["EvalActionName", action],
    ["EvalResourceName", "*"],
    ["EvalDecision", decision],
    keys,
    list(
      "ResourceSpecificResults",
      resources.map((resource) => [["EvalResourceName", resource], ["EvalResourceDecision", decision], keys]),
    ),
    ...(inOrganization === undefined
      ? []
      : [["OrganizationsDecisionDetail", [["AllowedByOrganizations", inOrganization]]] as const]),
  ];
};

/** What was put there to be said, else what the auditor's evaluator says; undefined: neither says anything. */
const simulation = (account: LocalAccount, form: URLSearchParams): IamAnswer | undefined => {
  const principal = form.get("PolicySourceArn") ?? "";
  const [, kind, name = ""] = /:(user|role)\/(?:.*\/)?([^/]+)$/.exec(principal) ?? [];
  if (!account.find(kind === "user" ? "user" : "role", name)) return missing(kind ?? "role", name);
  const resources = membersOf(form, "ResourceArns");
  const [cluster = ""] = resources;
  const found = membersOf(form, "ActionNames").map(
    (action) => account.simulation(principal, action) ?? localSimulation(account, principal, action, cluster),
  );
  const known = found.flatMap((one) => one ?? []);
  if (known.length < found.length) return undefined;
  const told = new Set(
    [...form].flatMap(([key, value]) =>
      /^ContextEntries\.member\.\d+\.ContextKeyName$/.test(key) ? [value.toLowerCase()] : [],
    ),
  );
  return [
    list(
      "EvaluationResults",
      known.map((one) => simulated(one, resources, told)),
    ),
    ["IsTruncated", false],
  ];
};

/** The answer to one call; undefined: the operation is not imitated. `mostItems`: the most on a page, whatever is asked. */
export const iamAnswer = (
  account: LocalAccount,
  action: string,
  form: URLSearchParams,
  mostItems: number,
): IamAnswer | undefined => {
  const of = (kind: "user" | "role"): LocalIdentity | undefined =>
    account.find(kind, form.get(`${kinds[kind]}Name`) ?? "");
  switch (action) {
    case "GetAccountAuthorizationDetails":
      return details(account, form, mostItems);
    case "GetRole": {
      const role = of("role");
      return role
        ? [["Role", [...identityOf(account, role), ...roleFields(role)]]]
        : missing("role", form.get("RoleName") ?? "");
    }
    case "GetUser": {
      const user = of("user");
      return user
        ? [["User", [...identityOf(account, user), ...boundaryOf(user), tagsOf(user)]]]
        : missing("user", form.get("UserName") ?? "");
    }
    case "SimulatePrincipalPolicy":
      return simulation(account, form);
    case "ListAccessKeys": {
      const user = of("user");
      if (!user) return missing("user", form.get("UserName") ?? "");
      return [
        list(
          "AccessKeyMetadata",
          (user.keys ?? []).map((key) => keyOf(user, key)),
        ),
        ["IsTruncated", false],
      ];
    }
    case "GetAccessKeyLastUsed": {
      const id = form.get("AccessKeyId") ?? "";
      const owner = account.ownerOfKey(id);
      // IAM does not say that there is no such key: it denies.
      if (!owner) return { status: 403, code: "AccessDenied", message: `no access to ${id}` };
      return [
        ["UserName", owner.user.name],
        ["AccessKeyLastUsed", useOf(owner.key)],
      ];
    }
    default:
      return undefined;
  }
};
