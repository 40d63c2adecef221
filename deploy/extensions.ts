// What the framework makes and has no word for: the API's throttle, and a VPC that only a parameter asks for.
import { either, functionId, type Intrinsic, ref } from "./cloudformation.ts";

/** A resource of the framework, and what is added to it. */
type Extension = {
  readonly Properties: { readonly [name: string]: unknown };
};

const listOf = (parameter: string): Intrinsic => ({ "Fn::Split": [",", ref(parameter)] });

export const extensions: Readonly<Record<string, Extension>> = {
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
      VpcConfig: either(
        "HasVpc",
        { SubnetIds: listOf("Subnets"), SecurityGroupIds: listOf("SecurityGroups") },
        ref("AWS::NoValue"),
      ),
    },
  },
};
