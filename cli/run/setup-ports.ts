// What a set-up asks AWS with: doctor's clients, and those of stacks, tables and buckets, opened for one look.
import { awsTimeouts, s3Timeouts } from "../../lib/cloudtrail/aws-timeouts.ts";
import type { SetupPorts } from "../../lib/doctor/setup-ports.ts";
import type { Io } from "../io.ts";
import { withDoctorPorts } from "./doctor-ports.ts";

const settings = { requestHandler: awsTimeouts, retryMode: "standard", maxAttempts: 3 } as const;

/** `region`: of the deployment. */
export const withSetupPorts = async <T>(
  { now }: Pick<Io, "now">,
  region: string,
  work: (ports: SetupPorts) => Promise<T>,
): Promise<T> => {
  const [{ CloudFormationClient }, { DynamoDBClient }, { S3Client }, { setupPorts }] = await Promise.all([
    import("@aws-sdk/client-cloudformation"),
    import("@aws-sdk/client-dynamodb"),
    import("@aws-sdk/client-s3"),
    import("../../lib/doctor/setup-ports.ts"),
  ]);
  const here = { ...settings, region };
  const opened: { destroy: () => void }[] = [];
  const keep = <C extends { destroy: () => void }>(client: C): C => {
    opened.push(client);
    return client;
  };
  const clients = {
    s3: keep(new S3Client({ ...here, requestHandler: s3Timeouts, followRegionRedirects: true })),
    dynamodb: keep(new DynamoDBClient(here)),
    cloudFormationIn: (own: string | undefined) =>
      keep(new CloudFormationClient({ ...here, ...(own && { region: own }) })),
  };
  try {
    return await withDoctorPorts(region, now, (doctor) => work(setupPorts(doctor, clients)));
  } finally {
    for (const client of opened) client.destroy();
  }
};
