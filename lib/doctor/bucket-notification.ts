// What a bucket tells of new files, whole, and the same with EventBridge switched on: putting it replaces all that is there.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
import {
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  type S3Client,
} from "@aws-sdk/client-s3";

export type Notification = NotificationConfiguration;

/** As it is there, in the words that `put-bucket-notification-configuration` takes. */
export const readNotification = async (s3: S3Client, Bucket: string): Promise<Notification> => {
  const { $metadata: _, ...there } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
  return Object.fromEntries(Object.entries(there).filter(([, value]) => value !== undefined));
};

/** Everything that is there, and EventBridge. */
export const withEventBridge = (there: Notification): Notification => ({
  ...there,
  EventBridgeConfiguration: {},
});
