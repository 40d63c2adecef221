// Says whom a command waits for where AWS, or the way to it, stays silent: people would take it for a hang.
import type { Io } from "./io.ts";
import { printable } from "./output.ts";

/** Between a request and the first word about it. */
const SILENCE_MS = 3_000;

type Around = <A, R>(next: (args: A) => Promise<R>) => (args: A) => Promise<R>;
/** What every client of the AWS SDK has. */
type Client = {
  readonly middlewareStack: {
    add(around: Around, options: { step: "initialize"; name: string }): void;
  };
};

/** The same client: a request that is not answered within three seconds, with all its tries, is told of once a command. */
export const tellingOfSilence = <C extends Client>(io: Pick<Io, "stderr">, place: string, client: C): C => {
  let told = false;
  const say = (): void => {
    if (!told) io.stderr.write(`Still waiting for ${printable(place)}\n`);
    told = true;
  };
  const around: Around = (next) => async (args) => {
    const word = setTimeout(say, SILENCE_MS);
    try {
      return await next(args);
    } finally {
      clearTimeout(word);
    }
  };
  client.middlewareStack.add(around, { step: "initialize", name: "tellingOfSilence" });
  return client;
};
