// A key that was told of stays told of until IAM says what became of it.
import { describe, expect, it } from "vitest";
import type { MappedIdentity } from "../../../lib/core/catalog/iam-facts.ts";
import { daysAgo, exampleFacts } from "../../../lib/core/findings/example-facts.ts";
import { exampleIam, exists } from "../../../lib/core/findings/example-iam.ts";
import { judgeWith } from "../../../lib/core/findings/judge.ts";
import { auditView } from "../../../lib/core/findings/view.ts";
import { detectors } from "../../../lib/detectors/index.ts";

const arn = "arn:aws:iam::111122223333:user/kim";
const mappings = [{ to: "kim", role: "app_ro", arn }];
const old = {
  id: "AKIAEXAMPLE",
  active: true,
  createdAt: daysAgo(200),
  lastUsedAt: daysAgo(1),
  lastUsedService: "dsql",
};
const keyLook = (iam: Parameters<typeof exampleIam>[0]) => {
  const judged = judgeWith(detectors)(auditView(exampleFacts({ mappings, iam: exampleIam(iam) })));
  const ofKeys = ({ detector }: { readonly detector: string }): boolean => detector === "long-lived-key";
  return { ids: judged.observations.filter(ofKeys).map(({ id }) => id), look: judged.looks.find(ofKeys) };
};

describe("long-lived-key", () => {
  it("takes nothing back while IAM does not say whether there is such a user", () => {
    const { ids } = keyLook({
      identities: [exists(arn)],
      accessKeys: [{ arn, keys: { status: "read", rows: [old] } }],
    });
    expect(ids).toHaveLength(1);
    const refused: MappedIdentity = { arn, status: "unreadable", reason: "access denied", code: null };
    for (const identities of [[refused], []]) {
      const { look } = keyLook({ identities, accessKeys: [] });
      expect(look).toMatchObject({ complete: true, unjudged: ids });
    }
    expect(keyLook({ identities: [exists(arn)], accessKeys: [] }).look).not.toHaveProperty("unjudged");
  });
});
