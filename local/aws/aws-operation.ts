// One operation of an AWS JSON protocol: what it takes, and how it says no.
import type * as z from "zod";

/** The client makes its own error class of `shape` or, where the service has one, of `queryCode`. */
export type AwsError = { readonly shape: string; readonly queryCode?: string; readonly message: string };

/** Takes the parsed JSON body, answers what becomes the JSON answer, or throws AwsRefusal. */
export type AwsOperation = (input: unknown) => object;
export type AwsOperations = Readonly<Record<string, AwsOperation>>;

export class AwsRefusal extends Error {
  override readonly name = "AwsRefusal";
  readonly refusal: AwsError;

  constructor(refusal: AwsError) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** An operation whose input must be of `shape`; a strict shape refuses parameters that are not imitated. */
export const operation =
  <T extends z.ZodType>(shape: T, run: (input: z.output<T>) => object): AwsOperation =>
  (input) => {
    const parsed = shape.safeParse(input);
    if (parsed.success) return run(parsed.data);
    throw new AwsRefusal({
      shape: "InvalidParameterValue",
      message: parsed.error.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; "),
    });
  };
