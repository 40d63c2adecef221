// A folder that a deployment is set up in, as a checkout is: with the example of the parameters, and nothing of any stage.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Params, paramsText } from "../../deploy/params.ts";
import { EXAMPLE, fileOf, readFileOf } from "../../deploy/params-file.ts";

const STAGE_FILE = fileOf("prod");

/** `reset` before each test, `remove` after all. */
export const setupFolder = (prefix: string) => {
  const root = mkdtempSync(join(tmpdir(), prefix));
  return {
    root,
    /** Of stage prod. */
    file: join(root, STAGE_FILE),
    /** The parameters in it; throws where they cannot be used. */
    written: (): Params => {
      const read = readFileOf(root, STAGE_FILE);
      if (!read || "problems" in read) throw new Error("there is no file that can be used");
      return read.params;
    },
    reset: (): void => {
      rmSync(join(root, "deploy"), { recursive: true, force: true });
      mkdirSync(join(root, "deploy"));
      writeFileSync(join(root, EXAMPLE), paramsText());
    },
    remove: (): void => rmSync(root, { recursive: true, force: true }),
  };
};
