// The links of a KMS key of the user's own: whether the stack can use it, and whether its policy admits whom it has to.
import { parseArn } from "../core/base/ids.ts";
import { visible } from "../core/base/visible-text.ts";
import { judgeKeyPolicy, type KeyUse, keyStatements, mergedKeyPolicy } from "./key-policy.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { Merged } from "./merges.ts";

/** Of a key as KMS describes it; null: it did not say. */
export type KeyState = {
  readonly state: string | null;
  readonly usage: string | null;
  readonly spec: string | null;
  readonly manager: string | null;
};

const PAGE = 'docs/operations.md, "A KMS key of your own"';
const CORRECT = "Correct kmsKeyArn.";

/** What mends a state that is not Enabled: kms/latest/developerguide/key-state.html */
const mends = (state: string, arn: string, region: string): string => {
  const command = { Disabled: "enable-key", PendingDeletion: "cancel-key-deletion" }[state];
  return command ? `aws kms ${command} --region ${region} --key-id ${arn}` : CORRECT;
};

/** `account`: of whoever asks; undefined: not known. DynamoDB, Lambda and the rest are asked to use keys of their own account. */
export const keyLink = (arn: string, answer: Answer<KeyState>, account: string | undefined): Link => {
  const link = "encryption key";
  const { region = "", account: owner } = parseArn(arn) ?? {};
  if (account !== undefined && owner !== account)
    return broken(
      link,
      `${arn} is a key of account ${owner}, and the stack is deployed to ${account}`,
      CORRECT,
    );
  if (!("value" in answer))
    return answer.missing ? broken(link, `there is no key ${arn}`, CORRECT) : unanswered(link, answer);
  const { state, usage, spec, manager } = answer.value;
  if (state === null || usage === null || spec === null || manager === null)
    return unknown(link, `AWS does not say all of ${arn}: state, use, kind and who manages it`);
  if (manager !== "CUSTOMER")
    return broken(link, `${arn} is managed by AWS, so its policy cannot admit the services`, CORRECT);
  if (spec !== "SYMMETRIC_DEFAULT" || usage !== "ENCRYPT_DECRYPT")
    return broken(
      link,
      `${arn} is ${visible(spec, 40)} for ${visible(usage, 40)}, and only a symmetric key for encryption can be used`,
      CORRECT,
    );
  return state === "Enabled"
    ? ok(link, `${arn} is enabled`)
    : broken(
        link,
        `${arn} is ${visible(state, 40)}: nothing can be read or written with it`,
        mends(state, arn, region),
      );
};

/** The link, and where something is missing the whole policy with it. `answer`: the policy's text. */
export const keyPolicyLink = (
  answer: Answer<string>,
  use: KeyUse,
): { readonly link: Link; readonly merged?: Merged } => {
  const name = "key policy";
  const compare = `Compare it with ${PAGE}. These statements admit whom it has to: ${JSON.stringify(keyStatements(use))}`;
  if (!("value" in answer)) {
    const link = unanswered(name, answer);
    return { link: answer.permission ? { ...link, next: `${link.next} ${compare}` } : link };
  }
  const { problem, missing, denied, unknown: dark, account } = judgeKeyPolicy(answer.value, use);
  if (problem !== null)
    return { link: unknown(name, `the key's policy is not understood: ${problem}`, compare) };
  if (denied.length)
    return {
      link: broken(
        name,
        `the key's policy denies it to ${denied.join(", ")}`,
        `Change the statement that denies it; ${PAGE} has what is needed.`,
      ),
    };
  if (missing.length)
    return {
      link: broken(name, `the key's policy does not admit ${missing.join(", ")}`, compare),
      merged: mergedKeyPolicy(answer.value, use, missing),
    };
  if (account !== "yes")
    return {
      link: unknown(
        name,
        "the key's policy does not let IAM policies of the account decide in every case: whether it admits the functions' roles by itself was not looked at",
        compare,
      ),
    };
  return {
    link: dark.length
      ? unknown(
          name,
          `whether the key's policy admits ${dark.join(", ")} depends on what AWS does not document`,
          compare,
        )
      : ok(
          name,
          "admits CloudWatch Logs, EventBridge and alarms, and lets policies of the account's roles count",
        ),
  };
};
