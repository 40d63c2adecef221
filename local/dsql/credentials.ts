// Who may sign for a connection: the part of IAM and STS that the stand-in plays.

type Action = "DbConnect" | "DbConnectAdmin";

/** The identity behind an access key. Of IAM's policies only their outcome is modelled: `actions`. */
export type Principal = {
  readonly type: "AssumedRole" | "IAMUser";
  /** The IAM ARN of the role or user, paths included; never a session's ARN. */
  readonly arn: string;
  /** AROA… or AIDA…: another one when the role is replaced under its own name. */
  readonly principalId: string;
  readonly sessionName?: string;
  readonly actions: readonly Action[];
};

export type Credential = {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Epoch milliseconds on the real clock; without it the credential does not expire. */
  readonly expiresAt?: number;
  readonly principal: Principal;
  /** What the records say of where its holder connects from; without it the peer's address. */
  readonly sourceIp?: string;
  readonly vpcEndpointId?: string;
};

/** What IAM and CloudTrail call the caller: a role's session by its STS ARN, which drops the role's path. */
export const callerArn = (principal: Principal): string => {
  if (principal.type === "IAMUser") return principal.arn;
  const [, partition, , , account, resource = ""] = principal.arn.split(":");
  const name = resource.split("/").at(-1) ?? "";
  return `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionNameOf(principal)}`;
};

export const sessionNameOf = (principal: Principal): string => principal.sessionName ?? "session";

export type Vault = {
  /** Adds or replaces; the principal named last is the one that its ARN stands for from now on. */
  set(accessKeyId: string, credential: Credential): void;
  remove(accessKeyId: string): void;
  get(accessKeyId: string): Credential | undefined;
  /** The unique id behind an ARN, as long as anybody of that ARN was ever known. */
  principalIdOf(arn: string): string | undefined;
};

export const openVault = (entries: Readonly<Record<string, Credential>>): Vault => {
  const credentials = new Map<string, Credential>();
  const principalIds = new Map<string, string>();
  const set = (accessKeyId: string, credential: Credential) => {
    credentials.set(accessKeyId, credential);
    principalIds.set(credential.principal.arn, credential.principal.principalId);
  };
  for (const [accessKeyId, credential] of Object.entries(entries)) set(accessKeyId, credential);
  return {
    set,
    remove: (accessKeyId) => void credentials.delete(accessKeyId),
    get: (accessKeyId) => credentials.get(accessKeyId),
    principalIdOf: (arn) => principalIds.get(arn),
  };
};
