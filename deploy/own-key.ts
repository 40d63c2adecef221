// A KMS key of the user's own, where something is encrypted with it. Without one AWS's own keys stay.
import { either, type Intrinsic, ref } from "./cloudformation.ts";

/** The value with a key, and without one; left out: the property is not there. */
export const withKey = (yes: unknown, no: unknown = ref("AWS::NoValue")): Intrinsic =>
  either("HasKmsKey", yes, no);

/** A property that holds the key's ARN. */
export const keyArn: Intrinsic = withKey(ref("KmsKeyArn"));
