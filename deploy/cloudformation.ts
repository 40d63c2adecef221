// The few words of CloudFormation that the resource files are written in.

export type Intrinsic = { readonly [fn: string]: unknown };

export type Resource = {
  readonly Type: string;
  readonly Condition?: string;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: "Retain";
  readonly UpdateReplacePolicy?: "Retain";
  readonly Properties: { readonly [name: string]: unknown };
};

/** Resources by logical id: what serverless.yml includes. */
export type Resources = { readonly [logicalId: string]: Resource };

export const ref = (logicalId: string): Intrinsic => ({ Ref: logicalId });
export const arnOf = (logicalId: string): Intrinsic => ({ "Fn::GetAtt": [logicalId, "Arn"] });
/** Names in the text are the template's own, but for those of `values`. */
export const sub = (text: string, values?: Readonly<Record<string, unknown>>): Intrinsic => ({
  "Fn::Sub": values ? [text, values] : text,
});

/** A name of the template within `sub`'s text: `inText("Topic.TopicName")`. */
export const inText = (name: string): string => `\${${name}}`;

/** One of two by a condition of serverless.yml. */
export const either = (condition: string, yes: unknown, no: unknown): Intrinsic => ({
  "Fn::If": [condition, yes, no],
});

/** An ARN of this account and Region: `arn("events", "rule/x")`. */
export const arn = (service: string, resource: string): Intrinsic =>
  sub(`arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);

/** `ingestEvents` -> `IngestEvents`, as the framework names a function's own resources. */
export const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The framework's own names for what it makes of a function. */
export const functionId = (name: string): string => `${pascal(name)}LambdaFunction`;
export const logGroupId = (name: string): string => `${pascal(name)}LogGroup`;
