// What is in the zips: registered by serverless.test.ts, which packages once for everything.
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { IN_PARTS } from "../../deploy/bundle-parts.ts";
import { itemKinds } from "../../deploy/item-kinds.ts";
import { tableRights } from "../../deploy/table-rights.ts";
import type { FunctionName } from "../../deploy/topology.ts";
import { detectorIds, titleOf, wordsOf } from "../../lib/detectors/words.ts";
import { httpEvent } from "../support/ask.ts";
import { lookIn, named, policiesOf, root, type Stack, type Statement } from "./stack.ts";

/** Registers the tests; `packaged` is asked when they run. */
export const bundleTests = (functions: readonly string[], packaged: () => Stack): void => {
  describe("bundles", () => {
    const { made, all, lambda } = lookIn(packaged);
    /** What each function may carry of the packages that reach outside. */
    const CLIENTS: Readonly<Record<string, readonly string[]>> = {
      plan: ["client-dsql", "client-dynamodb", "client-sqs", "client-sts"],
      snapshot: [
        ...["client-dsql", "client-dynamodb", "client-iam", "client-sqs", "client-sts", "dsql-signer", "pg"],
      ],
      ingestEvents: ["client-cloudtrail", "client-dynamodb", "client-s3", "client-sqs"],
      ingestFiles: ["client-cloudtrail", "client-dynamodb", "client-s3", "client-sqs"],
      detect: ["client-cloudtrail", "client-cloudwatch", "client-dynamodb", "client-sns", "client-sqs"],
      notify: ["client-dynamodb", "client-eventbridge", "client-securityhub", "client-sns"],
      retain: ["client-dynamodb"],
      query: ["client-dynamodb"],
      act: ["client-dynamodb"],
    };

    it.for(functions)(
      "%s carries the clients it uses, below 1.1 MB with its source map, and loads on its own",
      async (fn, { annotate }) => {
        const { zipBytes, files, sources, directory } = packaged().bundle(fn);
        const file = String(lambda(fn).Properties.Handler).replace(/\.handler$/, ".mjs");
        const parts = dirname(file).concat("/parts/", basename(file, ".mjs"), "/");
        const own = files.filter((name) => !name.startsWith(parts));
        expect(own).toEqual([file, `${file}.map`]);
        expect(files.length > own.length).toBe(IN_PARTS.includes(basename(file, ".mjs")));
        expect(files.filter((name) => !/\.mjs(?:\.map)?$/.test(name))).toEqual([]);
        expect(zipBytes).toBeLessThan(1_100_000);
        await annotate(`${fn}.zip: ${zipBytes} bytes`);
        const packages = sources.flatMap((source) =>
          /node_modules\/(?:@aws-sdk\/(client-[^/]+|dsql-signer)|(pg))\/(?!.*node_modules\/)/
            .exec(source)
            ?.slice(1),
        );
        expect([...new Set(packages.filter(Boolean))].sort()).toEqual(CLIENTS[fn]);
        // Lambda's credentials stand in the environment; nothing else is searched.
        const searched = sources.flatMap((source) => /credential-provider-([\w-]+)/.exec(source)?.[1] ?? []);
        expect([...new Set(searched)]).toEqual(["env"]);
        // The function, and after it each of its parts, in whatever order calls may ask for them.
        const modules = [file, ...files.filter((name) => name !== file && name.endsWith(".mjs"))];
        const load = `const all = []; for (const file of ${JSON.stringify(modules.map((name) => join(directory, name)))}) all.push(await import(file)); console.log(typeof all[0].handler)`;
        const env = { AWS_REGION: "us-east-1" }; // wiring waits for the first call: no other variable is there
        expect(
          execFileSync(process.execPath, ["--input-type=module", "-e", load], { env, encoding: "utf8" }),
        ).toBe("function\n");
      },
    );

    it("answer from their parts: the description of the API needs all of those of query", () => {
      const { directory } = packaged().bundle("query");
      const event = httpEvent("/openapi.json");
      const ask = `const { handler } = await import(${JSON.stringify(join(directory, "handlers/query.mjs"))}); console.log((await handler(${JSON.stringify(event)}, {})).body)`;
      const env = { AWS_REGION: "us-east-1", TABLE_NAME: "table", POWERTOOLS_LOG_LEVEL: "SILENT" };
      const said = execFileSync(process.execPath, ["--input-type=module", "-e", ask], {
        env,
        encoding: "utf8",
      });
      expect(JSON.parse(said)).toEqual(JSON.parse(readFileSync(join(root, "docs/openapi.json"), "utf8")));
    });

    /** IAM's own words for services, where they are not those of the clients. */
    const PREFIXES: Readonly<Record<string, string>> = { eventbridge: "events" };

    /** Lambda takes a function into its VPC. */
    const inVpc = (call: string): string => `ec2:${call}`;
    /** What AWS does in the name of a function's role, without a command in its code. */
    const WITHOUT_A_COMMAND = [
      ...["logs:CreateLogStream", "logs:PutLogEvents"], // Lambda writes the log
      ...["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], // Lambda empties the queue
      ...["dsql:DbConnect", "dsql:DbConnectAdmin"], // a login is signed, not called
      ...["kms:Decrypt", "kms:GenerateDataKey"], // S3 opens the trail's files, SNS seals what the chat's topic takes
      ...["CreateNetworkInterface", "DeleteNetworkInterface", "DescribeNetworkInterfaces"].map(inVpc),
      ...["DescribeSubnets", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"].map(inVpc),
    ];

    it.each(functions)("%s may make the calls that it carries, and no others", (fn) => {
      // The table has a test of its own, at run time. CreateSession comes with the S3 client, for directory buckets.
      const calls = packaged()
        .bundle(fn)
        .sources.flatMap((source) => {
          const [, service, call] = /client-(\w+)\/dist-es\/commands\/(\w+)Command\.js$/.exec(source) ?? [];
          return service && service !== "dynamodb"
            ? `${PREFIXES[service] ?? service}:${call?.replace(/^SendMessageBatch$/, "SendMessage")}`
            : [];
        })
        .filter((call) => call !== "s3:CreateSession");
      const role = named(lambda(fn).Properties.Role);
      const policies = [
        ...role.flatMap((id) => policiesOf(made(id).Properties)),
        ...all("AWS::IAM::RolePolicy")
          .filter(([, { Properties }]) => named(Properties.RoleName).join() === role.join())
          .map(([, { Properties }]) => Properties),
      ] as { PolicyDocument: { Statement: Statement[] } }[];
      const allowed = policies.flatMap(({ PolicyDocument }) =>
        PolicyDocument.Statement.flatMap(({ Action }) => Action),
      );
      // ingestEvents shares its code with ingestFiles, but no message of its queue may make it read the trail.
      const held = fn === "ingestEvents" ? ["cloudtrail:ListPublicKeys", "s3:GetObject"] : [];
      expect([...new Set(calls)].filter((call) => !allowed.includes(call)).sort()).toEqual(held);
      const unused = allowed.filter(
        (action) =>
          !action.startsWith("dynamodb:") && !calls.includes(action) && !WITHOUT_A_COMMAND.includes(action),
      );
      // What fails for good is put into a dead-letter queue by Lambda.
      const known = fn === "retain" ? ["sqs:SendMessage"] : [];
      expect(unused.filter((action) => !known.includes(action))).toEqual([]);
      expect(calls.length).toBeGreaterThan(["retain", "query", "act"].includes(fn) ? -1 : 0);
    });

    it.each(functions)("%s reads the kinds of items that its bundle can name, and no others", (fn) => {
      const { directory, files } = packaged().bundle(fn);
      const code = files
        .filter((file) => file.endsWith(".mjs"))
        .map((file) => readFileSync(join(directory, file), "utf8"))
        .join("\n");
      const isNamed = (kind: string): boolean =>
        code.includes(`\`${kind}\${`) || code.includes(`"${kind}"`) || code.includes(`\`${kind}\``);
      const { reads, writes, removes } = tableRights[fn as FunctionName];
      expect(Object.keys(itemKinds).filter(isNamed).sort()).toEqual([...reads].sort());
      expect([...writes, ...removes].filter((kind) => !reads.includes(kind))).toEqual([]);
    });

    it("carry the rules of detectors where they are run, and their words elsewhere", () => {
      const carriesRules = (fn: string): boolean =>
        packaged()
          .bundle(fn)
          .sources.some((source) => /lib\/detectors\/[\w-]+\/[\w-]+\.ts$/.test(source));
      // A plan says which findings it would end: query runs their rules on what would be left.
      expect(functions.filter(carriesRules).sort()).toEqual(["detect", "query"]);
      const { code } = packaged().bundle("notify");
      // These judge, or ask for ids alone.
      const silent = ["act", "detect", "query"].map((fn) => packaged().bundle(fn).code);
      for (const id of detectorIds()) {
        const why = wordsOf(id)?.docs.why.slice(0, 30) ?? "";
        expect(code, id).toContain(JSON.stringify(titleOf(id)?.title));
        expect(code, id).toContain(why);
        for (const other of silent) expect(other, id).not.toContain(why);
      }
    });

    it.each(functions)("%s carries the words of no language but English", (fn) => {
      const { directory, files } = packaged().bundle(fn);
      const code = files
        .filter((file) => file.endsWith(".mjs"))
        .map((file) => readFileSync(join(directory, file), "utf8"))
        .join("\n");
      expect(code).toContain("Invalid input");
      // As zod says it in Dutch.
      expect(code).not.toContain("Ongeldige invoer");
    });

    it("leave the detectors' cases at home", () => {
      const names = globSync("lib/detectors/*/*.ts", { cwd: root }).flatMap((file) =>
        [
          ...readFileSync(join(root, file), "utf8").matchAll(/\bname: "((?:fires|is quiet|clears)[^"]*)"/g),
        ].map(([, name]) => name ?? ""),
      );
      expect(names.length).toBeGreaterThan(3);
      const { code } = packaged().bundle("detect");
      expect(names.filter((name) => code.includes(name))).toEqual([]);
    });
  });
};
