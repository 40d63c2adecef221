// All checks in their order.
import { checkApi } from "./api-checks.ts";
import { checkDeadLetters } from "./dead-letter-checks.ts";
import { deploy, readmeOf } from "./follow-readme.ts";
import { checkDoctor, checkLife } from "./life-checks.ts";
import { openMailbox } from "./mailbox.ts";
import type { Report } from "./report.ts";
import { checkWatching } from "./watch-checks.ts";
import type { World } from "./world.ts";

export const checkAll = async (
  world: World,
  report: Report,
  { root, say }: { readonly root: string; readonly say: (line: string) => void },
): Promise<void> => {
  const readme = readmeOf(root);
  const deployed = await deploy(world, report, readme);
  const mailbox = await openMailbox(world.clients);
  await mailbox.subscribeTo(deployed.topic);
  await checkWatching(world, report, deployed, mailbox);
  await checkApi(world, report, deployed);
  await checkDeadLetters(world, report, deployed);
  const again = await checkLife(world, report, { readme, deployed });
  await checkDoctor(world, report, { readme, deployed: again, mailbox, say });
};
