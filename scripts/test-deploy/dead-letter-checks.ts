// Messages that cannot be worked on end in the dead-letter queue, the rest goes on, and a replay after the fault is mended
// counts what was left.
import { equal, match } from "node:assert/strict";
import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
} from "@aws-sdk/client-s3";
import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { BUCKET } from "./cluster.ts";
import { REGION } from "./emulator.ts";
import { type Report, until } from "./report.ts";
import { connected, counted, deliver, putTrailFile, trailKey } from "./watch-checks.ts";
import { type Deployed, messagesIn, type World } from "./world.ts";

/** A message stays hidden for six times the function's limit: an hour until its fifth try. Here it is two seconds. */
const hurry = async ({ clients }: World, QueueUrl: string): Promise<void> => {
  await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: "2" } }));
};

/** What `aws sqs start-message-move-task` does, which the emulator does not know. What somebody reads is hidden meanwhile. */
const moveBack = async (
  { clients: { sqs } }: World,
  { from, to, count }: { readonly from: string; readonly to: string; readonly count: number },
): Promise<void> => {
  let moved = 0;
  await until(`${count} messages moved`, 90, async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: from, MaxNumberOfMessages: 10 }),
    );
    for (const { Body, ReceiptHandle } of Messages) {
      await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body }));
      await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      moved++;
    }
    return moved >= count ? true : undefined;
  });
};

const fileEvent = (key: string): string =>
  JSON.stringify({
    ...{ version: "0", id: "1", source: "aws.s3", "detail-type": "Object Created" },
    detail: { bucket: { name: BUCKET }, object: { key } },
  });

/** Puts the file where the event said it was, without a second event. */
const putSilently = async (world: World, put: () => Promise<unknown>): Promise<void> => {
  const { s3 } = world.clients;
  const { EventBridgeConfiguration } = await s3.send(
    new GetBucketNotificationConfigurationCommand({ Bucket: BUCKET }),
  );
  const set = (NotificationConfiguration: object) =>
    s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: BUCKET, NotificationConfiguration }));
  await set({});
  await put();
  await set({ EventBridgeConfiguration });
};

export const checkDeadLetters = async (world: World, report: Report, deployed: Deployed): Promise<void> => {
  const [files, dead] = [deployed.queue("ingestFiles"), deployed.deadLetters("ingestFiles")];
  const arrive = (count: number): Promise<true> =>
    until(`${count} messages in the dead-letter queue`, 120, async () =>
      (await messagesIn(world, dead)) === count ? true : undefined,
    );
  const late = await connected(world, 1);

  await report.check(
    "no JSON, and a file that is not there: given up on, while the rest is counted",
    async () => {
      await hurry(world, files);
      await deliver(world, files, ["{poison", fileEvent(trailKey("late"))]);
      await putTrailFile(world, await connected(world, 1), "second");
      await counted(world, deployed, 8);
      await arrive(2);
    },
  );
  await report.check("`ingest --queue` says why neither was counted, and leaves both there", async () => {
    const line = `node bin/dsql-audit.mjs ingest --queue ${dead} --table ${deployed.table} --region ${REGION}`;
    const { out, err } = await world.checkout.run(line);
    match(`${out}${err}`, /not JSON/);
    match(`${out}${err}`, /late/);
    equal(await messagesIn(world, dead), 2);
  });
  await report.check(
    "sent back once the file is there: counted, and only the poison comes again",
    async () => {
      await putSilently(world, () => putTrailFile(world, late, "late"));
      await moveBack(world, { from: dead, to: files, count: 2 });
      await counted(world, deployed, 9);
      await arrive(1);
      equal(await messagesIn(world, files), 0);
    },
  );
  await report.check("purged, the dead-letter queue is empty", async () => {
    await world.clients.sqs.send(new PurgeQueueCommand({ QueueUrl: dead }));
    equal(await messagesIn(world, dead), 0);
  });
};
