// What every sub-command is made of: a function that adds itself to the program.
import type { Command } from "commander";
import type { Io } from "./io.ts";

/** 0 done · 1 failed · 2 found something, with --exit-code · 64 wrong usage. */
export type ExitCode = 0 | 1 | 2 | 64;

/** `finish` tells the exit code of a command that ran to its end with another one than 0. */
export type AddCommand = (program: Command, io: Io, finish: (code: ExitCode) => void) => void;
