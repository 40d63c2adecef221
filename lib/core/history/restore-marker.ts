// The signed note that a restore from backup leaves: it lets verify tell "restored" from "rewritten".
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { AuditError } from "../../errors.ts";
import { Cluster, Sha256 } from "../base/ids.ts";
import * as z from "../base/zod.ts";

/** What the operator declares: from `kept` on the history was lost up to `lost`, the head that was known before. */
export const RestoreNote = z.object({
  v: z.literal(1),
  cluster: Cluster,
  restoredAt: z.int(),
  kept: z.object({ seq: z.int().check(z.nonnegative()), hash: z.nullable(Sha256) }),
  lost: z.object({ seq: z.int().check(z.positive()), hash: Sha256 }),
  reason: z.string().check(z.maxLength(500)),
});
export type RestoreNote = z.infer<typeof RestoreNote>;

/** `text` is the very text that was signed (Ed25519); `signature` is base64. */
export const RestoreMarker = z.object({ text: z.string(), signature: z.string() });
export type RestoreMarker = z.infer<typeof RestoreMarker>;

const wrongKey = (cause: unknown): AuditError =>
  new AuditError("usage", "the key is not an Ed25519 key in PEM form", {
    cause,
    hint: "Make one with: openssl genpkey -algorithm ed25519",
  });

const ed25519 = (make: () => KeyObject): KeyObject => {
  let key: KeyObject;
  try {
    key = make();
  } catch (cause) {
    throw wrongKey(cause);
  }
  if (key.asymmetricKeyType !== "ed25519") throw wrongKey(undefined);
  return key;
};

/** Signs the note with the operator's private key (PEM). AuditError("usage") where it is none. */
export const signRestore = (note: RestoreNote, privateKeyPem: string): RestoreMarker => {
  const text = JSON.stringify(RestoreNote.parse(note));
  const signature = sign(
    null,
    Buffer.from(text),
    ed25519(() => createPrivateKey(privateKeyPem)),
  );
  return { text, signature: signature.toString("base64") };
};

/** The note behind a marker; undefined where the signature is not of this key (public, PEM) or the text is none. */
export const readRestore = (
  { text, signature }: RestoreMarker,
  publicKeyPem: string,
): RestoreNote | undefined => {
  const key = ed25519(() => createPublicKey(publicKeyPem));
  if (!verify(null, Buffer.from(text), key, Buffer.from(signature, "base64"))) return undefined;
  try {
    return RestoreNote.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};
