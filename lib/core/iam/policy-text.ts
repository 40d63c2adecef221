// A policy document as AWS hands it out: text, URL-encoded text or an object, made into one JSON text.

/**
 * IAM answers documents URL-encoded (RFC 3986), SDKs and `aws iam` decode them to text or an object: all are taken.
 * Never throws; what is none of them becomes a text that no policy is, and so an unknown one.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
export const policyText = (document: unknown): string => {
  if (typeof document !== "string") {
    try {
      return JSON.stringify(document) ?? "";
    } catch {
      return "";
    }
  }
  const text = document.trim();
  if (!text.startsWith("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
