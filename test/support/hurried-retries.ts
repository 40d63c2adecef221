// How clients of the AWS SDK try again in tests: as often as they would, and at once.

type Token = { readonly getRetryCount: () => number; readonly getRetryDelay: () => number };

const token = (count: number): Token => ({ getRetryCount: () => count, getRetryDelay: () => 0 });

/** A client's `retryStrategy`: `most` attempts altogether, as with `maxAttempts`. */
export const retriesAtOnce = (most: number) => ({
  acquireInitialRetryToken: async () => token(0),
  refreshRetryTokenForRetry: async (last: Token, { errorType }: { readonly errorType: string }) => {
    const count = last.getRetryCount() + 1;
    if (errorType === "CLIENT_ERROR" || count >= most) throw new Error("not tried again");
    return token(count);
  },
  recordSuccess: () => undefined,
});
