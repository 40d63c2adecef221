// What all checks share: the account in the emulator, the company's cluster, the checkout, and what was deployed from it.
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { deadLetterQueueId, queueId } from "../../deploy/queues.ts";
import type { Checkout } from "./checkout.ts";
import { type Clients, resourcesOf } from "./clients.ts";
import type { Company } from "./cluster.ts";
import { type Emulator, REGION } from "./emulator.ts";

/** The stage of the README. */
export const STAGE = "prod";
export const STACK = `dsql-access-auditor-${STAGE}`;

export type World = {
  readonly emulator: Emulator;
  readonly clients: Clients;
  readonly company: Company;
  readonly checkout: Checkout;
};

/** What the stack is made of, by the names that CloudFormation gave. */
export type Deployed = {
  readonly table: string;
  readonly topic: string;
  readonly api: string;
  readonly queue: (name: string) => string;
  readonly deadLetters: (name: string) => string;
  /** Calls a function and waits for its answer. */
  readonly call: (name: string, event?: unknown) => Promise<unknown>;
};

export const SCHEDULED = { source: "aws.events", "detail-type": "Scheduled Event", detail: {} };

export const deployedIn = async ({ clients }: World, table?: string): Promise<Deployed> => {
  const found = await resourcesOf(clients, STACK);
  const named = (id: string): string => {
    const name = found.get(id);
    if (!name) throw new Error(`the stack has no ${id}`);
    return name;
  };
  return {
    table: table ?? named("Table"),
    topic: named("Topic"),
    api: named("HttpApi"),
    queue: (name) => named(queueId(name)),
    deadLetters: (name) => named(deadLetterQueueId(name)),
    call: (name, event = SCHEDULED) => clients.invoke(`${STACK}-${name}`, event),
  };
};

/** Runs a line of a document in the checkout; its output, or an error with all it said. */
export const ran = async ({ checkout }: World, line: string): Promise<string> => {
  const { code, out, err } = await checkout.run(line);
  if (code !== 0) throw new Error(`${line}\nended with ${code}\n${out}\n${err}`);
  return out;
};

/** Asks the command line about the deployed table; its JSON document. */
export const asked = async <T>(world: World, { table }: Deployed, command: string): Promise<T> =>
  JSON.parse(
    await ran(world, `node bin/dsql-audit.mjs ${command} --table ${table} --region ${REGION} --json`),
  ) as T;

/** Messages that wait or are being worked on. */
export const messagesIn = async ({ clients }: World, QueueUrl: string): Promise<number> => {
  const { Attributes = {} } = await clients.sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ],
    }),
  );
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
};
