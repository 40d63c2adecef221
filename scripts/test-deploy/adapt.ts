// What is changed in the packaged template for this emulator, and nothing else; the product stays as AWS documents it.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Statement = { readonly Action: string[]; Resource: unknown };
type Resource = { Type: string; Properties: Record<string, unknown> };
type Template = { readonly Resources: Readonly<Record<string, Resource>> };

/** Every statement below a value, those that only a condition brings too. */
const statementsIn = (value: unknown): Statement[] => {
  if (typeof value !== "object" || value === null) return [];
  const own = (value as { Statement?: unknown }).Statement;
  return [
    ...(Array.isArray(own) ? (own as Statement[]).filter(({ Action }) => Array.isArray(Action)) : []),
    ...Object.values(value).flatMap(statementsIn),
  ];
};

/**
 * - CloudFormation documents AWS::IAM::RolePolicy; the emulator has its older brother AWS::IAM::Policy only:
 *   https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-rolepolicy.html
 * - IAM lets whoever has sqs:SendMessage send batches; the emulator looks for the operation's own name:
 *   https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
 * - The emulator holds reads of a DSQL cluster against "*", and not against the cluster:
 *   https://docs.aws.amazon.com/service-authorization/latest/reference/list_dsql.html
 * - A local index gives what it does not project by reading the table; the emulator gives an item without it:
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html
 *
 * @public The plugin that adaptIn writes imports it.
 */
export const adapt = ({ Resources }: Template): void => {
  const statements: Statement[] = [];
  for (const resource of Object.values(Resources)) {
    const { Type, Properties } = resource;
    if (Type === "AWS::IAM::RolePolicy") {
      const { RoleName, ...rest } = Properties;
      resource.Type = "AWS::IAM::Policy";
      resource.Properties = { ...rest, Roles: [RoleName] };
      statements.push(...statementsIn(Properties));
    }
    if (Type === "AWS::IAM::Role") statements.push(...statementsIn(Properties.Policies));
    if (Type === "AWS::DynamoDB::Table")
      for (const index of (Properties.LocalSecondaryIndexes ?? []) as { Projection: object }[])
        index.Projection = { ProjectionType: "ALL" };
  }
  for (const statement of statements) {
    const { Action } = statement;
    if (Action.includes("sqs:SendMessage")) Action.push("sqs:SendMessageBatch");
    if (Action.includes("dsql:GetCluster")) statement.Resource = "*";
  }
};

/** Lets the framework do this in the checkout's copy, so that its commands are run as the README has them. */
export const adaptIn = (checkout: string): void => {
  const file = join(checkout, "serverless.yml");
  const text = readFileSync(file, "utf8");
  const plugins = "\nplugins:\n";
  if (!text.includes(plugins)) throw new Error("serverless.yml names no plugins");
  writeFileSync(file, text.replace(plugins, `${plugins}  - ./adapt-to-emulator.js\n`));
  copyFileSync(import.meta.filename, join(checkout, "adapt.ts"));
  writeFileSync(
    join(checkout, "adapt-to-emulator.js"),
    `import { adapt } from "./adapt.ts";
export default function adaptToEmulator({ service }) {
  this.hooks = {
    "after:aws:package:finalize:mergeCustomProviderResources": () =>
      adapt(service.provider.compiledCloudFormationTemplate),
  };
}
`,
  );
};
