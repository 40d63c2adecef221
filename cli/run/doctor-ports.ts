// What `doctor` asks AWS with: the clients of the one who runs it, opened for one look.
import { awsTimeouts, s3Timeouts } from "../../lib/cloudtrail/aws-timeouts.ts";
import type { DoctorPorts } from "../../lib/doctor/ports.ts";

/** Each question is tried a few times, then it is unknown: doctor is run by somebody who waits. */
const settings = { requestHandler: awsTimeouts, retryMode: "standard", maxAttempts: 3 } as const;

/** `region`: of the deployment; undefined: what the environment or the profile says. */
export const withDoctorPorts = async <T>(
  region: string | undefined,
  now: () => number,
  work: (ports: DoctorPorts) => Promise<T>,
): Promise<T> => {
  const [
    trail,
    dsql,
    iam,
    s3,
    sns,
    sqs,
    sts,
    { AwsClient },
    { trailPort },
    { replicatedTrails },
    { awsPorts },
  ] = await Promise.all([
    import("@aws-sdk/client-cloudtrail"),
    import("@aws-sdk/client-dsql"),
    import("@aws-sdk/client-iam"),
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/client-sns"),
    import("@aws-sdk/client-sqs"),
    import("@aws-sdk/client-sts"),
    import("aws4fetch"),
    import("../../lib/cloudtrail/trail-config.ts"),
    import("../../lib/cloudtrail/replicated-trails.ts"),
    import("../../lib/doctor/aws-ports.ts"),
  ]);
  const opened: { destroy: () => void }[] = [];
  const keep = <C extends { destroy: () => void }>(client: C): C => {
    opened.push(client);
    return client;
  };
  const here = { ...settings, ...(region && { region }) };
  const caller = keep(new sts.STSClient(here));
  const get = async (url: string): Promise<number> => {
    const [credentials, ownRegion] = await Promise.all([caller.config.credentials(), caller.config.region()]);
    const signed = new AwsClient({ ...credentials, service: "execute-api", region: ownRegion, retries: 1 });
    const signal = AbortSignal.timeout(30_000);
    return (await signed.fetch(url, { redirect: "manual", signal })).status;
  };
  try {
    return await work(
      awsPorts({
        dsql: keep(new dsql.DSQLClient(here)),
        iam: keep(new iam.IAMClient(here)),
        dsqlIn: (own) => keep(new dsql.DSQLClient({ ...settings, region: own })),
        now,
        s3: keep(new s3.S3Client({ ...here, requestHandler: s3Timeouts, followRegionRedirects: true })),
        sns: keep(new sns.SNSClient(here)),
        sqs: keep(new sqs.SQSClient(here)),
        sts: caller,
        trails: trailPort(
          (home) => keep(new trail.CloudTrailClient({ ...here, ...(home && { region: home }) })),
          replicatedTrails,
        ).trails,
        get,
      }),
    );
  } finally {
    for (const client of opened) client.destroy();
  }
};
