// How long the clients of AWS wait for an answer: the same for the functions and for the command line.

/**
 * In ms, for every try. Without it a host that is silent is waited for as long as the system does: minutes. Only the time
 * until an answer begins is bounded: a large file may be read as slowly as what it holds can be stored.
 */
export const awsTimeouts = {
  connectionTimeout: 5_000,
  requestTimeout: 30_000,
  throwOnRequestTimeout: true,
} as const;
