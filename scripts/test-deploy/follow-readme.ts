// The README's way from a checkout to a running auditor, line by line as it stands there.
import { equal, match } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { admitFunction, BUCKET } from "./cluster.ts";
import { REGION } from "./emulator.ts";
import type { Report } from "./report.ts";
import { type Deployed, deployedIn, ran, STACK, STAGE, type World } from "./world.ts";

/** The commands of the section's first block, without their remarks. */
const commandsOf = (root: string): readonly string[] => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, block = ""] = /^## Deploy it\n[\s\S]*?```sh\n([\s\S]*?)```/m.exec(readme) ?? [];
  return block
    .split("\n")
    .map((line) => line.replace(/\s+#.*/, "").trim())
    .filter(Boolean);
};

export type Readme = {
  readonly init: string;
  readonly deploy: string;
  readonly setupSql: string;
  readonly check: string;
  readonly doctor: string;
};

/** Throws where the README has other commands than these six: then this way has to be walked anew. */
export const readmeOf = (root: string): Readme => {
  const [ci, init = "", deploy = "", setupSql = "", check = "", doctor = "", ...more] = commandsOf(root);
  equal(ci, "npm ci"); // done, or this would not run
  equal(init, "npx dsql-audit init --stage prod");
  equal(deploy, "npx serverless deploy --stage prod");
  equal(setupSql, "npx dsql-audit setup-sql --stage prod");
  equal(check, "npx dsql-audit deploy-check --stage prod");
  equal(doctor, "npx dsql-audit doctor --table TABLE --region REGION --send-test");
  equal(more.length, 0);
  return { init, deploy, setupSql, check, doctor };
};

/** A company that has a trail of management events, as most do. */
const trail = [
  `aws cloudtrail create-trail --name company --s3-bucket-name ${BUCKET} --is-multi-region-trail`,
  "aws cloudtrail start-logging --name company",
];

/** What a person would answer; without a terminal it comes as options. */
const ANSWERS = `--region ${REGION} --email team@example.com --yes`;

/** The emulator's clusters hold no database: the file says where the stand-in is, as it would of PrivateLink. */
const nameTheWay = ({ checkout, company: { standIn, cluster } }: World): void => {
  const file = join(checkout.folder, "deploy", `params.${STAGE}.yml`);
  const text = readFileSync(file, "utf8");
  const watched = [{ cluster, endpoint: standIn.host, user: "dsql_auditor", dial: standIn.dial }];
  match(text, /^clusters: "auto"$/m);
  writeFileSync(
    file,
    text.replace(/^clusters: "auto"$/m, () => `clusters: ${JSON.stringify(watched)}`),
  );
};

/** The statements that are for admin. */
const statementsIn = (text: string): string[] => {
  const [, first = ""] = /^-- 1\.[^\n]*\n([\s\S]*?)\n\n/m.exec(text) ?? [];
  return first.split("\n").filter((line) => line.endsWith(";"));
};

type Item = {
  readonly item: string;
  readonly state: string;
  readonly says: string;
  readonly next: string | null;
};

/** Runs what it prints, until nothing is missing. */
const followCheck = async (world: World, line: string): Promise<string> => {
  const done: string[] = [];
  for (let round = 0; round < 4; round++) {
    const { items } = JSON.parse(await ran(world, `${line} --json`)) as { items: readonly Item[] };
    const missing = items.filter(({ state }) => state === "missing");
    if (missing.length === 0) return `${done.length} commands of its own run`;
    for (const { item, says, next } of missing) {
      if (!next?.startsWith("aws "))
        throw new Error(`${item} is missing, with no command to run: ${says} ${next}`);
      await ran(world, next);
      done.push(next);
    }
  }
  throw new Error(`something is missing still, after:\n${done.join("\n")}`);
};

export const deploy = async (world: World, report: Report, readme: Readme): Promise<Deployed> => {
  let found: Deployed | undefined;
  await report.must("a company with a trail and a cluster", async () => {
    for (const line of trail) await ran(world, line);
  });
  await report.must(readme.init, async () => {
    const said = await ran(world, `${readme.init} ${ANSWERS}`);
    match(said, new RegExp(`trailBucket: "${BUCKET}"`)); // found by itself
    nameTheWay(world);
  });
  await report.must(readme.deploy, async () => {
    await ran(world, readme.deploy);
    found = await deployedIn(world);
    return found.table;
  });
  await report.must(readme.setupSql, async () => {
    const said = await ran(world, readme.setupSql);
    const statements = statementsIn(said);
    equal(statements.length, 2);
    const [, roleArn = ""] = /TO '(arn:[^']*)'/.exec(said) ?? [];
    await admitFunction(world.company, world.clients, { name: `${STACK}-snapshot`, roleArn });
    await world.company.asAdmin(statements);
  });
  await report.check(readme.check, () => followCheck(world, readme.check));
  if (!found) throw new Error("nothing was deployed");
  return found;
};
