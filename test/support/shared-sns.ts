// One local SNS with a real client for a test file: started before its first test, gone after its last.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SNSClient, type SNSClientConfig } from "@aws-sdk/client-sns";
import { afterAll, beforeAll } from "vitest";
import { type LocalSns, type SnsOptions, startSns } from "../../local/aws/sns.ts";

export type SharedSns = {
  /** The folder of the mails that went out. */
  readonly outbox: string;
  readonly local: LocalSns;
  readonly sns: SNSClient;
};

/** To be called at the top of a test file or of a describe block; `local` and `sns` are there in tests and hooks. */
export const sharedSns = (options: Omit<SnsOptions, "outbox">, client: SNSClientConfig = {}): SharedSns => {
  const outbox = mkdtempSync(join(tmpdir(), "outbox-"));
  let running: { readonly local: LocalSns; readonly sns: SNSClient } | undefined;
  const started = () => {
    if (!running) throw new Error("SNS runs in tests and hooks only");
    return running;
  };
  beforeAll(async () => {
    const local = await startSns({ outbox, ...options });
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const own = { endpoint: local.endpoint, region: "us-east-1", credentials, maxAttempts: 1 };
    running = { local, sns: new SNSClient({ ...own, ...client }) };
  });
  afterAll(async () => {
    running?.sns.destroy();
    await running?.local.stop();
    rmSync(outbox, { recursive: true, force: true });
  });
  return {
    outbox,
    get local() {
      return started().local;
    },
    get sns() {
      return started().sns;
    },
  };
};
