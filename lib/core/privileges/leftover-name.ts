// Whether a role's name sounds like something that was never meant to stay.
import { wordsOf } from "./archetype.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** Anywhere in a name they say so. */
const anywhere =
  set(`test tests testing tester tmp temp temporary old legacy deprecated obsolete unused bak demo sample
  example sandbox poc dummy trial scratch playground throwaway todelete deleteme removeme foo foobar xxx asdf qwerty`);
/** Only at the end of a name: "orders_backup", not "backup_agent", which makes backups. */
const atEnd = set("backup backups copy orig original");
/** Before "backup" they say what makes it: "db_backup" is a job. */
const makers = set(
  "db database pg postgres nightly daily hourly weekly full s svc service app cluster dsql aws",
);
/** The whole name, numbers left out: nobody thought about it. */
const whole =
  set(`user users role roles myuser myrole newuser newrole dbuser dbrole username rolename user role guest
  default changeme someone anybody name new untitled`);

/** The word or words that say it; undefined: nothing does. "latest", "contest" and "template" are other words. */
export const leftoverWord = (name: string): string | undefined => {
  const words = wordsOf(name);
  const found = words.find((word) => anywhere.has(word));
  if (found !== undefined) return found;
  const last = words.at(-1);
  if (
    last !== undefined &&
    atEnd.has(last) &&
    words.length > 1 &&
    !words.slice(0, -1).every((word) => makers.has(word))
  ) {
    return last;
  }
  const all = words.join("");
  return whole.has(all) ? all : undefined;
};
