// The links of the stacks that are deployed: the auditor's own, and those that hand events over to it.
import { iamRegionOf } from "../core/base/partition.ts";
import { shellWord } from "../core/base/shell-word.ts";
import { type Answer, broken, type Link, ok, unanswered, unknown } from "./link.ts";
import type { StackState } from "./setup-ports.ts";

/** Statuses of a stack whose last deployment succeeded. */
const DEPLOYED = /^(?:CREATE|UPDATE|IMPORT)_COMPLETE$|^UPDATE_COMPLETE_CLEANUP_IN_PROGRESS$/;

/** `parameters`: what the file says now, by CloudFormation's names. `deploy`: the command. */
export const stackLink = (
  name: string,
  answer: Answer<StackState>,
  parameters: Readonly<Record<string, string>>,
  deploy: string,
): Link => {
  if (!("value" in answer))
    return answer.missing
      ? broken("stack", `${name} is not deployed yet`, deploy)
      : unanswered("stack", answer);
  const { status, parameters: deployed } = answer.value;
  if (!DEPLOYED.test(status))
    return broken(
      "stack",
      `${name} is ${status}`,
      `aws cloudformation describe-stack-events --stack-name ${shellWord(name)}`,
    );
  const other = Object.entries(parameters).filter(([key, value]) => deployed[key] !== value);
  return other.length
    ? broken("stack", `${name} was deployed with another ${other.map(([key]) => key).join(", ")}`, deploy)
    : ok("stack", `${name} is ${status}`);
};

/** What one of the forwarding templates does: `from` there, and what is lost without it. */
type Forward = {
  readonly link: string;
  readonly name: string;
  readonly template: string;
  readonly from: string;
  readonly without: string;
};

const forwarded = (
  { link, name, template, from, without }: Forward,
  region: string,
  answer: Answer<StackState>,
): Link => {
  const deploy = `aws cloudformation deploy --region ${from} --stack-name ${shellWord(name)} --template-file ${template} --capabilities CAPABILITY_IAM --parameter-overrides AuditorRegion=${region}`;
  if (!("value" in answer)) return answer.missing ? broken(link, without, deploy) : unanswered(link, answer);
  const { status, parameters } = answer.value;
  if (!DEPLOYED.test(status)) return broken(link, `${name} in ${from} is ${status}`, deploy);
  return parameters.AuditorRegion === region
    ? ok(link, `${name} hands them from ${from} to ${region}`)
    : broken(link, `${name} hands them to ${parameters.AuditorRegion ?? "nobody"}`, deploy);
};

/** What stands where nobody can tell in which Region IAM's changes come. */
export const nobodyKnowsIamRegion = (region: string): string =>
  `in which Region IAM's changes come is not known for the partition of ${region}`;

/** Whether IAM's changes are handed to the auditor's Region; undefined: they come there anyway, or nobody knows where. */
export const forwardLink = (region: string, name: string, answer: Answer<StackState> | undefined): Link => {
  const link = "IAM events";
  const from = iamRegionOf(region);
  if (from === undefined)
    return unknown(
      link,
      `${nobodyKnowsIamRegion(region)}; elsewhere they are seen at the next full hour`,
      "Deploy deploy/forward-iam.yml in the Region of the partition's IAM, if that is another one.",
    );
  if (!answer) return ok(link, `IAM's changes come in ${region} itself`);
  const without = `IAM's changes come in ${from} only, and are seen here at the next full hour`;
  return forwarded({ link, name, template: "deploy/forward-iam.yml", from, without }, region, answer);
};

/** Whether a further Region's connects and changes are handed to the auditor's Region. */
export const forwardRegionLink = (
  region: string,
  name: string,
  from: string,
  answer: Answer<StackState>,
): Link => {
  const without = `connects of ${from} are counted with the trail's files alone, and changes are seen at the next full hour`;
  const link = `events of ${from}`;
  return forwarded({ link, name, template: "deploy/forward-region.yml", from, without }, region, answer);
};
