// Who gives a command that is written down: by name, or the user of this machine.
import { hostname, userInfo } from "node:os";
import type { Command } from "commander";

/** "ana@laptop"; a machine without a name for its user gives the number. */
export const osUser = (): string => {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}@${hostname()}`;
  }
};

export const addByOption = (command: Command): Command =>
  command.option("--by <who>", "who does this (default: this machine's user and name)");
