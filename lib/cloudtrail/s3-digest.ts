// Fetches a digest file with the signature that stands beside it, in the object's metadata.
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { wholeBody } from "./body-chunks.ts";
import type { DigestObject } from "./prove-by-digest.ts";
import { explainS3Error, type S3Object } from "./s3-objects.ts";

/** AuditError("not-found" | "denied") when it cannot be read. */
export const fetchDigest = async (client: S3Client, { bucket, key }: S3Object): Promise<DigestObject> => {
  try {
    const { Body, Metadata } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const bytes = await wholeBody(`s3://${bucket}/${key}`, Body);
    const signature = Metadata?.signature;
    return { bucket, key, bytes, ...(signature !== undefined && { signature }) };
  } catch (error) {
    throw explainS3Error(`s3://${bucket}/${key}`, error);
  }
};
