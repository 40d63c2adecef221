// What the framework makes and has no word for: the API's throttle, and a VPC and a key that only parameters ask for.
import { either, functionId, type Intrinsic, logGroupId, ref } from "./cloudformation.ts";
import { keyArn } from "./own-key.ts";
import { allFunctions } from "./topology.ts";

/** A resource of the framework, and what is added to it. */
type Extension = {
  readonly Properties: { readonly [name: string]: unknown };
};

const listOf = (parameter: string): Intrinsic => ({ "Fn::Split": [",", ref(parameter)] });

const names = allFunctions.map(({ name }) => name);
const each = (ids: readonly string[], Properties: Extension["Properties"]) =>
  Object.fromEntries(ids.map((id) => [id, { Properties }]));

export const extensions: Readonly<Record<string, Extension>> = {
  // What a function is told names people, and so do the logs.
  ...each(names.map(functionId), { KmsKeyArn: keyArn }),
  ...each([...names.map(logGroupId), "HttpApiLogGroup"], { KmsKeyId: keyArn }),
  HttpApiStage: {
    Properties: {
      // How often the API may be asked, all callers together.
      DefaultRouteSettings: {
        DetailedMetricsEnabled: false,
        ThrottlingBurstLimit: 40,
        ThrottlingRateLimit: 20,
      },
    },
  },
  // The one function that connects to clusters.
  [functionId("snapshot")]: {
    Properties: {
      KmsKeyArn: keyArn,
      VpcConfig: either(
        "HasVpc",
        { SubnetIds: listOf("Subnets"), SecurityGroupIds: listOf("SecurityGroups") },
        ref("AWS::NoValue"),
      ),
    },
  },
};
