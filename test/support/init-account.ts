// An account and a folder that `init` is run in.
import { askedIn, cliIn } from "./cli.ts";
import { takesConnects } from "./read-trail.ts";
import { ACCOUNT, REGION, startSetupAccount } from "./setup-account.ts";
import { setupFolder } from "./setup-folder.ts";

export const CLUSTER = `arn:aws:dsql:${REGION}:${ACCOUNT}:cluster/abc`;

/** All that a deployment needs, as options. */
export const whole = ["--region", REGION, "--email", "team@example.com", "--trail-bucket", "trail-files"];

/** A trail of the account; `takes`: it records connects. */
export const trail = (name: string, bucket: string, takes = false) => ({
  ...{ arn: `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/${name}`, home: REGION, logging: true },
  details: { S3BucketName: bucket, S3KeyPrefix: name, LogFileValidationEnabled: true },
  selectors: takes
    ? { AdvancedEventSelectors: takesConnects }
    : { EventSelectors: [{ ReadWriteType: "All" }] },
});

/** The account behind the real clients, the command and its folder. `reset` before each test, `stop` after all. */
export const startInitAccount = async () => {
  const { root, file, written, reset: clear, remove } = setupFolder("init-");
  const account = await startSetupAccount();
  account.iam.putCluster({ arn: CLUSTER, tags: { audit: "yes" } });
  account.iam.putCluster({ arn: `${CLUSTER}d`, tags: {} });
  const env = { NO_COLOR: "1" };
  const cli = cliIn(
    () => root,
    () => 0,
    env,
  );
  const init = (...more: string[]) => cli(["init", ...more]);
  const atTerminal = askedIn(
    () => root,
    () => 0,
    env,
  );
  /** The same at a terminal, where these are the answers to what it asks. */
  const withAnswers = (answers: readonly string[], ...words: string[]) =>
    atTerminal(["init", ...words], answers);
  const reset = (): void => {
    clear();
    account.iam.deny();
    Object.assign(account, { trails: [], notifications: {}, denied: [] });
  };
  const stop = async (): Promise<void> => {
    await account.stop();
    remove();
  };
  return { account, root, file, written, init, withAnswers, reset, stop };
};
