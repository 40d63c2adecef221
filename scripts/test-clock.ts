// `npm run test:clock`: the tests at six times of day, in three time zones, on days that begin and end months. Whatever
// follows (files, folders) goes to vitest; CLOCKS="18:00,23:30" picks some of the six.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** `first`, `last`: a day on which a month begins, or ends. */
type Clock = { readonly time: string; readonly zone: string; readonly day: "today" | "first" | "last" };

const clocks: readonly Clock[] = [
  { time: "00:10", zone: "Pacific/Auckland", day: "first" },
  { time: "06:00", zone: "America/Los_Angeles", day: "today" },
  { time: "12:30", zone: "UTC", day: "today" },
  { time: "15:30", zone: "Pacific/Auckland", day: "today" },
  { time: "18:00", zone: "America/Los_Angeles", day: "today" },
  { time: "23:30", zone: "UTC", day: "last" },
];

/** Nothing in these asks what time it is, and they take long. */
const LEFT_OUT = ["test/deploy/**", "test/oracle/**"];

const DAY = 86_400_000;

/**
 * The newest such moment that is over. Only back in time: OpenSSL keeps the real clock, and a certificate that a process
 * made in its own future would not be valid yet.
 */
const momentOf = ({ time, day }: Clock, now: number): number => {
  const today = new Date(now);
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()];
  const dates: Readonly<Record<Clock["day"], number>> = {
    today: Math.floor(now / DAY) * DAY,
    first: Date.UTC(year, month, 1),
    last: Date.UTC(year, month, 0),
  };
  const at = dates[day] + Date.parse(`1970-01-01T${time}Z`);
  return at <= now ? at : at - DAY;
};

const root = join(import.meta.dirname, "..");
const picked = process.env.CLOCKS?.split(",");
const failed: string[] = [];
for (const clock of clocks.filter(({ time }) => !picked || picked.includes(time))) {
  const now = Date.now();
  const at = momentOf(clock, now);
  const name = `${new Date(at).toISOString().slice(0, 16)}Z, TZ=${clock.zone}`;
  process.stdout.write(`--- ${name}\n`);
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      ...LEFT_OUT.flatMap((glob) => ["--exclude", glob]),
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        TZ: clock.zone,
        CLOCK_SHIFT_MS: String(at - now),
        NODE_OPTIONS:
          `${process.env.NODE_OPTIONS ?? ""} --import ${pathToFileURL(join(import.meta.dirname, "shifted-clock.mjs"))}`.trim(),
      },
    },
  );
  if (status !== 0) failed.push(name);
}
process.stdout.write(failed.length ? `FAILED at ${failed.join(" | ")}\n` : "the same at every clock\n");
process.exitCode = failed.length ? 1 : 0;
