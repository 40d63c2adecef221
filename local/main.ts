// `npm run stack`: the DSQL stand-in alone, for trying things by hand; Ctrl-C ends it.

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ACCOUNT, AUDITOR_USER, CLUSTER_ID, estateSql, REGION } from "./demo/estate.ts";
import { accessKeyOf, demoCredentials, signIn } from "./demo/sign-in.ts";
import { startStandIn } from "./dsql/stand-in.ts";

const { values } = parseArgs({ options: { ca: { type: "string", default: "stand-in-ca.pem" } } });
const standIn = await startStandIn({
  clusterId: CLUSTER_ID,
  region: REGION,
  accountId: ACCOUNT,
  credentials: demoCredentials(),
});
const admin = await signIn(standIn, { who: "admin" });
for (const sql of estateSql) await admin.query(sql);
await admin.end();
writeFileSync(values.ca, standIn.dial.ca);
const key = accessKeyOf("auditor");
process.stdout.write(`A stand-in of ${standIn.clusterArn}, with the roles and mappings of the demonstration. As its auditor:

  export AWS_REGION=${REGION} AWS_ACCESS_KEY_ID=${key}
  export AWS_SECRET_ACCESS_KEY='demo secret of auditor' AWS_SESSION_TOKEN='demo session of auditor'
  npx dsql-audit snapshot --endpoint ${standIn.host} --user ${AUDITOR_USER} \\
    --dial ${standIn.dial.host}:${standIn.dial.port} --ca ${values.ca} \\
    --cluster ${standIn.clusterArn}

Ctrl-C ends it.
`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void standIn.stop());
