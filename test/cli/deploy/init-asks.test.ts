// init at a terminal: what it asks a person.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { startInitAccount, trail, whole } from "../../support/init-account.ts";
import { ACCOUNT, REGION } from "../../support/setup-account.ts";

const { account, written, init, withAnswers, reset, stop } = await startInitAccount();
beforeEach(reset);
afterAll(stop);

describe("init at a terminal", () => {
  it("asks what no option says, again after a wrong answer, and suggests what it found", async () => {
    account.trails = [trail("main", "trail-files")];
    const bus = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/findings`;
    const answers = ["", "Mars", REGION, "nobody", "team@example.com", "", "", "auto", bus, "yes", "on", ""];
    const done = await withAnswers(answers);
    expect([done.code, done.left]).toEqual([0, []]);
    expect(done.questions).toEqual([
      "Stage, which names the deployment [prod]: ",
      "Region of the clusters [us-east-1]: ",
      "Region of the clusters [us-east-1]: ",
      "Email address for the notices (none: nobody) [none]: ",
      "Email address for the notices (none: nobody) [none]: ",
      "Make a trail (on: with management events; connects; off) [off]: ",
      "Bucket of the trail that records the connects (none: EventBridge alone) [trail-files]: ",
      "Clusters to watch (auto: all, new ones too; or ARNs with commas) [auto]: ",
      "EventBridge bus that gets an event for each finding (none, or its ARN) [none]: ",
      "Import findings into Security Hub (on, off) [off]: ",
      "Import findings into Security Hub (on, off) [off]: ",
      "SNS topic that goes to Slack or Microsoft Teams (none, or its ARN) [none]: ",
    ]);
    expect(written()).toMatchObject({ eventBus: bus, securityHub: "on", chatTopic: "" });
    expect(done.err).toContain("region is a Region, like eu-central-1");
    expect(written()).toMatchObject({ region: REGION, alertEmail: "team@example.com", trailPrefix: "main/" });
  });

  it("overwrites only after a yes to what would change", async () => {
    await init(...whole, "--offline");
    const words = ["--stage", "prod", "--region", REGION, "--offline", "--email", "new@example.com"];
    expect((await withAnswers(["", ""], ...words)).code).toBe(64);
    expect(written().alertEmail).toBe("team@example.com");
    const done = await withAnswers(["", "", "", "", "yes"], ...words);
    expect(done.code).toBe(0);
    expect(written()).toMatchObject({ alertEmail: "new@example.com", trailBucket: "trail-files" });
  });
});
