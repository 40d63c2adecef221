// What a printed AWS CLI command would call with what, as a shell takes the command apart; and that call, by the real client.
import { execFileSync } from "node:child_process";
import { CloudTrailClient, PutEventSelectorsCommand, UpdateTrailCommand } from "@aws-sdk/client-cloudtrail";
import { PutBucketNotificationConfigurationCommand, S3Client } from "@aws-sdk/client-s3";

export type AwsCall = {
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
};

/** Runs the text in `sh` with an `aws` that writes down its arguments; nothing is called. */
export const awsCallsOf = (text: string): AwsCall[] => {
  const script = `aws() { for word in "$@"; do printf '%s\\0' "$word"; done; printf '\\1\\0'; }\n${text}\n`;
  const out = execFileSync("sh", ["-eu", "-c", script], { encoding: "utf8" });
  return out
    .split("\u0001\0")
    .filter(Boolean)
    .map((call) => {
      const all = call.split("\0").slice(0, -1);
      const first = all.findIndex((word) => word.startsWith("--"));
      const rest = all.slice(first);
      const options = Object.fromEntries(
        rest.flatMap((word, at) => (at % 2 === 0 ? [[word.slice(2), rest[at + 1] ?? ""]] : [])),
      );
      return { words: all.slice(0, first), options };
    });
};

/** Runs what `deploy-check` printed to put settings; where it names no Region, in `home`. */
export const runAwsCommand = async (command: string, home: string): Promise<void> => {
  const [call] = awsCallsOf(command);
  const { region = home, ...options } = call?.options ?? {};
  const parsed = (name: string) => JSON.parse(options[name] ?? "") as never;
  switch (call?.words.join(" ")) {
    case "cloudtrail put-event-selectors":
      await new CloudTrailClient({ region }).send(
        new PutEventSelectorsCommand({
          TrailName: options["trail-name"],
          AdvancedEventSelectors: parsed("advanced-event-selectors"),
        }),
      );
      return;
    case "cloudtrail update-trail":
      await new CloudTrailClient({ region }).send(
        new UpdateTrailCommand({ Name: options.name, EnableLogFileValidation: true }),
      );
      return;
    case "s3api put-bucket-notification-configuration":
      await new S3Client({ region }).send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: options.bucket,
          NotificationConfiguration: parsed("notification-configuration"),
        }),
      );
      return;
    default:
      throw new Error(`not a command that is tried: ${command}`);
  }
};
