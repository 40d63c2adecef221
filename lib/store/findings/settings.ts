// The settings that verdicts in this table rest on: one item, written by the deployment, read by everybody who judges.
import { isDeepStrictEqual } from "node:util";
import * as z from "../../core/base/zod.ts";
import { KeptSettings } from "../../core/findings/settings.ts";
import * as keys from "../table/keys.ts";
import { parseItem } from "../table/stored.ts";
import type { Table } from "../table/table.ts";

const FORMAT = 1;
const SettingsItem = z.object({ v: z.literal(FORMAT), settings: KeptSettings });

export type SettingsStore = {
  /** undefined: nobody wrote any. */
  readonly read: () => Promise<KeptSettings | undefined>;
  /** Writes where values or source differ from what is there; twice is once, and late is never. Whether it wrote. */
  readonly write: (settings: KeptSettings) => Promise<boolean>;
};

export const settingsStore = (table: Table): SettingsStore => {
  const read = async (): Promise<KeptSettings | undefined> => {
    const item = await table.get(keys.settings(), { consistent: true });
    return item && parseItem(SettingsItem, item).settings;
  };
  return {
    read,
    write: async (settings) => {
      const known = await read();
      // Who was held up since before the newest were written has old ones.
      if (known && settings.at < known.at) return false;
      if (known && known.source === settings.source && isDeepStrictEqual(known.values, settings.values))
        return false;
      await table.put({ ...keys.settings(), v: FORMAT, settings });
      return true;
    },
  };
};
