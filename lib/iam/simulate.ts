// AWS's policy simulator, asked about one identity: SimulatePrincipalPolicy, with its permissions boundary as AWS applies it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
import {
  type EvaluationResult,
  type IAMClient,
  SimulatePrincipalPolicyCommand,
  type SimulatePrincipalPolicyCommandInput,
} from "@aws-sdk/client-iam";
import { isDenied } from "../cloudtrail/aws-error-names.ts";
import type { Simulated } from "../core/iam/facts.ts";
import { type ConnectAction, connectActions } from "../core/iam/may-connect.ts";
import type { Opinion } from "../core/iam/opinion.ts";
import { opinionsOn, type SecondOpinion } from "../core/iam/second-opinion.ts";
import { SIMULATE } from "./auditor-policy.ts";
import { isMissing, refusalOf } from "./refusal.ts";

/** Identities in one command: each is one call or two of a service with a low limit. */
export const MOST_ASKED = 10;

type Told = ReadonlyMap<string, readonly string[]>;
/** `why`: what came instead of an answer; `permission`: what whoever asked lacks; `missing`: AWS knows no such identity. */
export type Asked =
  | { readonly value: ReadonlyMap<ConnectAction, Simulated> }
  | { readonly why: string; readonly permission?: string; readonly missing?: true };
export type Simulate = (principal: string, cluster: string, told: Told) => Promise<Asked>;

const actionIn = (name: string | undefined): ConnectAction | undefined =>
  connectActions.find((action) => name?.toLowerCase() === `dsql:${action.toLowerCase()}`);

/** undefined: it does not say. */
const decisionIn = (text: string | undefined): Simulated["decision"] | undefined =>
  text === "allowed" ? "allowed" : /^(?:explicit|implicit)Deny$/.test(text ?? "") ? "denied" : undefined;

/** One cluster is asked about: what is said of it counts, and before what is said of all resources together. */
const simulatedIn = (result: EvaluationResult, cluster: string): Simulated | undefined => {
  const own = result.ResourceSpecificResults?.find(({ EvalResourceName }) => EvalResourceName === cluster);
  const decision = decisionIn(own?.EvalResourceDecision ?? result.EvalDecision);
  const missing = [...(own?.MissingContextValues ?? []), ...(result.MissingContextValues ?? [])];
  return (
    decision && {
      decision,
      missing: [...new Set(missing)].sort(),
      inOrganization: result.OrganizationsDecisionDetail?.AllowedByOrganizations ?? null,
    }
  );
};

/** What AWS says of the policies of this one identity: the next one's may do. */
const NOT_ANSWERED: ReadonlySet<string> = new Set(["PolicyEvaluationException", "InvalidInputException"]);

/** Two actions fit on one page; IAM may give fewer on each than it could. */
const MOST_PAGES = 10;

/** An answer takes far less; a snapshot does not wait for it. */
const CALL_MS = 30_000;

/** `mayCall`: asked before each call, so that whoever pays for them can set a limit. */
export const simulator =
  (client: IAMClient, mayCall: () => boolean = () => true): Simulate =>
  async (principal, cluster, told) => {
    const asked: SimulatePrincipalPolicyCommandInput = {
      PolicySourceArn: principal,
      ActionNames: connectActions.map((action) => `dsql:${action}`),
      ResourceArns: [cluster],
      ...(told.size && {
        ContextEntries: [...told].map(([ContextKeyName, ContextKeyValues]) => ({
          ContextKeyName,
          ContextKeyValues: [...ContextKeyValues],
          ContextKeyType: ContextKeyValues.length === 1 ? ("string" as const) : ("stringList" as const),
        })),
      }),
    };
    const found = new Map<ConnectAction, Simulated>();
    try {
      let Marker: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        if (!mayCall()) return { why: "no more calls were allowed for now" };
        const answer = await client.send(
          new SimulatePrincipalPolicyCommand({ ...asked, ...(Marker !== undefined && { Marker }) }),
          { abortSignal: AbortSignal.timeout(CALL_MS) },
        );
        for (const result of answer.EvaluationResults ?? []) {
          const action = actionIn(result.EvalActionName);
          const simulated = simulatedIn(result, cluster);
          if (action && simulated) found.set(action, simulated);
        }
        Marker = answer.IsTruncated ? answer.Marker : undefined;
        if (Marker === undefined) break;
      }
    } catch (error) {
      if (error instanceof Error && NOT_ANSWERED.has(error.name)) return { value: new Map() };
      if (isMissing(error)) return { why: `AWS knows no ${principal}`, missing: true };
      const why = refusalOf(SIMULATE, error).reason;
      return isDenied(error)
        ? { why: `AWS refused the question (${SIMULATE})`, permission: SIMULATE }
        : { why };
    }
    return { value: found };
  };

export type SecondOpinions = {
  readonly opinions: readonly Opinion[];
  /** Who is gone in AWS since the facts were read. */
  readonly gone: readonly string[];
  /** Why the rest was not asked; null: everybody was. */
  readonly refused: Exclude<Asked, { readonly value: unknown }> | null;
};

/**
 * Asks about each, one after the other. Where the simulator misses a key whose value the facts know, it is told and asked
 * again. The first refusal ends it: the next answer would be no other.
 */
export const askSecondOpinion = async (
  simulate: Simulate,
  second: SecondOpinion,
  cluster: string,
  principals: readonly string[],
): Promise<SecondOpinions> => {
  const opinions: Opinion[] = [];
  const gone: string[] = [];
  for (const principal of principals) {
    const source = second.sourceOf(principal);
    if (source === undefined) continue;
    let answer = await simulate(source, cluster, new Map());
    if ("value" in answer) {
      const missing = new Set([...answer.value.values()].flatMap((one) => one.missing));
      const told = second.told(principal, [...missing]);
      if (told.size) answer = await simulate(source, cluster, told);
    }
    if ("value" in answer) opinions.push(...opinionsOn(second, principal, answer.value));
    else if (answer.missing) gone.push(principal);
    else return { opinions, gone, refused: answer };
  }
  return { opinions, gone, refused: null };
};
