// What doctor says of each channel beside mail, by what the notify function left of it and what AWS says of the chat's topic.
import { describe, expect, it } from "vitest";
import { Cluster } from "../../lib/core/base/ids.ts";
import { HOUR } from "../../lib/core/base/time.ts";
import { type ChannelsOf, channelLinks } from "../../lib/doctor/channel-links.ts";

const NOW = Date.parse("2026-11-02T09:20:00Z");
const cluster = Cluster.parse("arn:aws:dsql:us-east-1:111122223333:cluster/abc");
const refused = { why: "AWS refused the question (AccessDenied)", permission: "x:Y" };
const gone = { why: "AWS knows no such thing", missing: true as const };

describe("the channels beside mail", () => {
  const topic = "arn:aws:sns:us-east-1:111122223333:chat";
  const on = {
    channels: {
      "event-bus": "arn:aws:events:us-east-1:111122223333:event-bus/b",
      "security-hub": "on",
      chat: topic,
    },
  };
  const heard = { value: { confirmed: 1, pending: 0 } };
  const known = (channels: ChannelsOf["channels"]): ChannelsOf => ({ cluster, channels });
  const refusing = {
    since: NOW - HOUR,
    says: "Cannot send to Security Hub: it is not there.",
    next: "Switch it on.",
  };

  it("have a link where they are switched on, and none where they are not, or where nobody says so", () => {
    expect(channelLinks(on, [], heard).map(({ link, state }) => [link, state])).toEqual([
      ["event bus", "unknown"],
      ["Security Hub", "unknown"],
      ["chat", "unknown"],
    ]);
    const off = { channels: { "event-bus": "", "security-hub": "off", chat: "" } };
    expect([...channelLinks(off, [], heard), ...channelLinks({}, [], heard)]).toEqual([]);
  });

  it("hold once something was taken, are unknown while nothing was due, and broken while one cluster is refused", () => {
    const took = { since: NOW - 9 * HOUR, tookAt: NOW - HOUR };
    const all = [
      known({ "event-bus": took, "security-hub": took, chat: { since: NOW } }),
      { cluster: Cluster.parse(`${cluster}2`), channels: { "security-hub": { ...took, refused: refusing } } },
    ];
    const links = channelLinks(on, all, heard);
    expect(links.map(({ state }) => state)).toEqual(["ok", "broken", "unknown"]);
    expect(links[1]).toMatchObject({
      says: "since 2026-11-02 08:20 UTC it does not take what is due of abc2: Cannot send to Security Hub: it is not there.",
      next: "Switch it on.",
    });
    for (const { state, next } of links) expect(next === null).toBe(state === "ok");
  });

  it("are broken where nobody reads the topic of the chat, whatever the topic takes", () => {
    const all = [known({ chat: { since: NOW - HOUR, tookAt: NOW } })];
    const chat = (answer: Parameters<typeof channelLinks>[2]) => channelLinks(on, all, answer).at(-1);
    expect(chat(heard)?.state).toBe("ok");
    expect(chat({ value: { confirmed: 0, pending: 1 } })?.state).toBe("broken");
    expect(chat(gone)?.state).toBe("broken");
    expect(chat(refused)).toMatchObject({
      state: "unknown",
      next: "Allow x:Y to whoever runs this command.",
    });
  });
});
