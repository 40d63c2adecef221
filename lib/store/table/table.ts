// The one table as the store uses it: conditional puts, paged queries, batches that finish. No transactions. Two adapters
// keep this contract, test/store/table/contract.ts holds both to it: dynamodb/ and sqlite/.

export type Key = { readonly pk: string; readonly sk: string };
export type Item = Key & { readonly [attribute: string]: unknown };

/** `prefix` or `from`..`to` (inclusive) on the sort key, or on takenAt with `byTime`. */
export type Range = {
  readonly pk: string;
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly backward?: boolean;
  readonly limit?: number;
  readonly consistent?: boolean;
  readonly byTime?: boolean;
};

/** Capacity units that DynamoDB reported or would have billed, and calls made, since the table was opened. */
export type Consumed = { readonly readUnits: number; readonly writeUnits: number; readonly calls: number };

export type Table = {
  readonly get: (key: Key, options?: { consistent?: boolean }) => Promise<Item | undefined>;
  /** In no order; what is not there is left out. */
  readonly getMany: (keys: readonly Key[]) => Promise<Item[]>;
  readonly put: (item: Item) => Promise<void>;
  /** false: something was there already, nothing was written. */
  readonly putIfAbsent: (item: Item) => Promise<boolean>;
  /** Writes only while the stored `attribute` still has the `expected` value (undefined: absent). false: it has not. */
  readonly putIf: (item: Item, attribute: string, expected: string | number | undefined) => Promise<boolean>;
  /** Unconditional: only for what is content-addressed or derived. */
  readonly putMany: (items: readonly Item[]) => Promise<void>;
  readonly remove: (key: Key) => Promise<void>;
  /** Removes only while the stored `attribute` has the `expected` value. false: it has not. */
  readonly removeIf: (key: Key, attribute: string, expected: string | number) => Promise<boolean>;
  readonly query: (range: Range) => AsyncIterable<Item>;
  readonly consumed: () => Consumed;
};
