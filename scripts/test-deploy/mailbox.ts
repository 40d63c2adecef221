// Somebody who reads the topic's mails: a queue that is subscribed to it.
import { SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.ts";
import { ACCOUNT, REGION } from "./emulator.ts";
import { until } from "./report.ts";

export type Mail = { readonly subject: string; readonly text: string };

export type Mailbox = {
  /** Reads this topic's mails from now on, too. */
  readonly subscribeTo: (topic: string) => Promise<void>;
  /** The first mail that matches, of all that ever came; waits for it for so many seconds. */
  readonly find: (wanted: RegExp, seconds: number) => Promise<Mail>;
};

const NAME = "mailbox";

export const openMailbox = async ({ sqs, sns }: Clients): Promise<Mailbox> => {
  const arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:${NAME}`;
  const Statement = [
    {
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: arn,
    },
  ];
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: NAME,
      Attributes: { Policy: JSON.stringify({ Version: "2012-10-17", Statement }) },
    }),
  );
  const mails: Mail[] = [];
  const read = async (): Promise<void> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    for (const { Body = "", ReceiptHandle } of Messages) {
      const { Subject = "", Message = "" } = JSON.parse(Body) as { Subject?: string; Message?: string };
      mails.push({ subject: Subject, text: Message });
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  };
  return {
    subscribeTo: async (TopicArn) => {
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn }));
    },
    find: (wanted, seconds) =>
      until(`a mail with ${wanted}`, seconds, async () => {
        await read();
        const found = mails.find(({ subject, text }) => wanted.test(`${subject}\n${text}`));
        if (!found)
          throw new Error(`${mails.length} came: ${mails.map(({ subject }) => subject).join("; ")}`);
        return found;
      }),
  };
};
