// One page of an answer: so many rows, and never more bytes than a function can give back.
import { type Question, writeCursor } from "./cursor.ts";

/** Lambda gives back 6 MB, with the body as a JSON text inside JSON: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAGE_BYTES = 4_000_000;

/** A row and where it stands: what the cursor after it holds. */
export type Placed<T> = readonly [row: T, place: unknown];

export type Page<T> = { readonly items: T[]; readonly next: string | null };

/** The size of a value in a response: as JSON, and that once more as a text in JSON. */
const responseBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(value)));

/**
 * Takes rows until the page is full; `next` is null where they end. `limit` comes from the question's parameters. A first
 * row is always taken: a page with none would never get on.
 */
export const takePage = async <T>(
  rows: AsyncIterable<Placed<T>> | Iterable<Placed<T>>,
  question: Question & { readonly params: { readonly limit: number } },
): Promise<Page<T>> => {
  const items: T[] = [];
  let bytes = 0;
  let last: unknown;
  for await (const [row, place] of rows) {
    bytes += responseBytes(row);
    if (items.length > 0 && (items.length >= question.params.limit || bytes > MAX_PAGE_BYTES)) {
      return { items, next: writeCursor(question, last) };
    }
    items.push(row);
    last = place;
  }
  return { items, next: null };
};
