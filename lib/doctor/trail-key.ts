// What the policy of a trail's KMS key has to admit: CloudTrail, which seals the files with it, and the function that reads them.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
import { parseArn } from "../core/base/ids.ts";
import { dnsSuffixOf } from "../core/base/partition.ts";
import { judgeNeeds, mergedNeeds, type Need, sidOf } from "./key-admits.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { Merged } from "./merges.ts";

/** `arn`: of the key. `trail`: the ARN of the trail that seals with it. `account`: the one that the stack is in. */
export type TrailKeyUse = {
  readonly arn: string;
  readonly trail: string;
  readonly account: string;
  readonly stack: string;
};

const CLOUDTRAIL = "cloudtrail.amazonaws.com";
const CONTEXT = "kms:EncryptionContext:aws:cloudtrail:arn";

const admit = (Sid: string, Principal: object, Action: string, Condition: object) => ({
  ...{ Sid, Effect: "Allow", Principal, Action, Resource: "*", Condition },
});

const needsOf = ({ arn, trail, account, stack }: TrailKeyUse): readonly Need[] => {
  const { partition = "", region = "" } = parseArn(arn) ?? {};
  const suffix = dnsSuffixOf(partition);
  const root = `arn:${partition}:iam::${account}:root`;
  const source = { "aws:SourceArn": trail };
  // The value that AWS documents for whoever goes by accounts: that of the trail's owner.
  const known = { ...source, "aws:SourceAccount": parseArn(trail)?.account ?? "" };
  return [
    {
      ...{ label: "CloudTrail to write (kms:GenerateDataKey)", who: CLOUDTRAIL },
      statement: admit(`${sidOf(stack)}TrailWrites`, { Service: CLOUDTRAIL }, "kms:GenerateDataKey*", {
        StringEquals: { ...source, [CONTEXT]: trail },
      }),
      ...{ actions: ["kms:generatedatakey"], contexts: [{ ...known, [CONTEXT]: trail }] },
    },
    {
      ...{ label: "CloudTrail to look at the key (kms:DescribeKey)", who: CLOUDTRAIL },
      statement: admit(`${sidOf(stack)}TrailLooks`, { Service: CLOUDTRAIL }, "kms:DescribeKey", {
        StringEquals: source,
      }),
      ...{ actions: ["kms:describekey"], contexts: [known] },
    },
    {
      // Its role has the right; the key's policy has to let it count, or to name the role.
      ...{ label: `the function ingestFiles of account ${account} to read (kms:Decrypt)`, who: root },
      role: `arn:${partition}:iam::${account}:role/${stack}-IngestFilesRole-`,
      statement: admit(`${sidOf(stack)}FilesRead`, { AWS: root }, "kms:Decrypt", {
        StringEquals: { [CONTEXT]: trail },
      }),
      actions: ["kms:decrypt"],
      contexts: [
        {
          ...{ "kms:CallerAccount": account, "kms:ViaService": `s3.${region}.${suffix}` },
          [CONTEXT]: trail,
        },
      ],
    },
  ];
};

/**
 * The statements that a trail's key needs.
 * @internal A test puts them into a policy.
 */
export const trailKeyStatements = (use: TrailKeyUse): readonly object[] =>
  needsOf(use).flatMap(({ statement }) => statement ?? []);

const NAME = "trail key";

/** The link, and where something is missing the whole policy with it. `answer`: the text of the key's policy. */
export const trailKeyLink = (
  answer: Answer<string>,
  use: TrailKeyUse,
): { readonly link: Link; readonly merged?: Merged } => {
  const compare = `These statements admit whom it has to: ${JSON.stringify(trailKeyStatements(use))}`;
  if (!("value" in answer)) {
    if (answer.missing) return { link: broken(NAME, `there is no key ${use.arn}`, "Correct trailKeyArn.") };
    const link = unanswered(NAME, answer);
    return { link: answer.permission ? { ...link, next: `${link.next} ${compare}` } : link };
  }
  const needs = needsOf(use);
  const { problem, missing, denied, unknown: dark } = judgeNeeds(answer.value, use.arn, needs);
  if (problem !== null)
    return { link: unknown(NAME, `the policy of ${use.arn} is not understood: ${problem}`, compare) };
  if (denied.length)
    return {
      link: broken(
        NAME,
        `the policy of ${use.arn} denies ${denied.join(", ")}`,
        "Change the statement that denies it.",
      ),
    };
  if (missing.length) {
    const merged = mergedNeeds(answer.value, use.arn, needs, missing);
    const owner = parseArn(use.arn)?.account;
    const isOthers = "command" in merged && owner !== use.account;
    return {
      link: broken(NAME, `the policy of ${use.arn} does not admit ${missing.join(", ")}`, compare),
      merged: isOthers
        ? { ...merged, command: `As account ${owner}, whose key it is: ${merged.command}` }
        : merged,
    };
  }
  return {
    link: dark.length
      ? unknown(
          NAME,
          `whether the policy of ${use.arn} admits ${dark.join(", ")} depends on what is not known beforehand`,
          compare,
        )
      : ok(NAME, `${use.arn} lets CloudTrail write and the function ingestFiles read`),
  };
};
