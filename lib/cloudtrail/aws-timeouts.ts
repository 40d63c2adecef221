// How long the clients of AWS wait for an answer: the same for the functions and for the command line.

/**
 * For S3, in ms and for every try. Without it a host that is silent is waited for as long as the system does: minutes.
 * Only the time until an answer begins is bounded here: a large file may be read as slowly as what it holds can be stored,
 * and the connection is idle meanwhile. That its body goes on: body-chunks.ts.
 */
export const s3Timeouts = {
  connectionTimeout: 5_000,
  requestTimeout: 30_000,
  throwOnRequestTimeout: true,
} as const;

/** For all others, whose answers are short and read at once: nor may an answer stop in the middle. */
export const awsTimeouts = { ...s3Timeouts, socketTimeout: 30_000 } as const;

/** In ms, for one page of a listing of S3 with all its tries. */
export const LIST_TIMEOUT = 120_000;
