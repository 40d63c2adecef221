// Stands in the bundles for the AWS clients' search for credentials: Lambda hands a function its role's in the environment.
// Profiles, SSO, metadata servers and processes, where the clients would look else, are 130 KB of each bundle.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html (AWS_ACCESS_KEY_ID and its neighbours)
import { fromEnv } from "@aws-sdk/credential-provider-env";

/** What `@aws-sdk/credential-provider-node` gives its clients; it rejects where the environment holds no credentials. */
export const defaultProvider: typeof fromEnv = fromEnv;
