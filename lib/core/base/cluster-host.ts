// What the host name of a cluster's endpoint tells: `<id>.dsql.<region>.on.aws`, with PrivateLink `<id>.dsql-<service>.<region>.on.aws`.

const REGION_IN_HOST = /\.dsql[^.]*\.([^.]+)\.on\.aws$/;

/** The Region that a cluster's host name tells; undefined for another host. */
export const regionOfEndpoint = (endpoint: string): string | undefined => REGION_IN_HOST.exec(endpoint)?.[1];

/** Whether a `postgres://` address, as a cluster without its ARN is called, is that of an Aurora DSQL cluster. */
export const isDsqlAddress = (address: string): boolean => {
  const [, host] = /^postgres:\/\/([^/:]+)/.exec(address) ?? [];
  return host !== undefined && regionOfEndpoint(host) !== undefined;
};

/** Whether a cluster, by its ARN or its address, is an Aurora DSQL cluster: another PostgreSQL has another address. */
export const isDsqlCluster = (cluster: string): boolean =>
  !cluster.startsWith("postgres://") || isDsqlAddress(cluster);
