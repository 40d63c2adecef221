// The environment of a user whose only knowledge of AWS is what a test says.
import { vi } from "vitest";

/** Until the test ends; a file that uses it calls vi.unstubAllEnvs() after each. */
export const bareEnvironment = (more: Readonly<Record<string, string | undefined>> = {}): void => {
  const nothing = {
    AWS_PROFILE: undefined,
    AWS_REGION: undefined,
    AWS_DEFAULT_REGION: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_CONFIG_FILE: "/nonexistent/config",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret",
  };
  for (const [name, value] of Object.entries({ ...nothing, ...more })) vi.stubEnv(name, value);
};
