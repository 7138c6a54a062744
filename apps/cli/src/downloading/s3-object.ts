import { AwsV4Signer } from 'aws4fetch';
import { UsageFailure } from '../command-failure.js';
import type { Env } from '../env.js';

/** Where `s3://` addresses lead to, and who asks. */
export interface S3Settings {
  readonly region: string;
  /** Of a server that speaks S3, such as MinIO; `null`: Amazon's own. */
  readonly endpoint: URL | null;
  /** `null`: requests are not signed, for buckets that everybody may read. */
  readonly keys: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | undefined;
  } | null;
}

/** The region that Amazon takes for granted. */
const DEFAULT_REGION = 'us-east-1';
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;
/** Names that can be part of a host's; with dots in them, no certificate fits. */
const HOST_LIKE = /^[a-z0-9-]{3,63}$/;

export function s3Settings(env: Env): S3Settings {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new UsageFailure('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together: set both, or none');
  }
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL;
  return {
    region: env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? DEFAULT_REGION,
    endpoint: endpoint === undefined ? null : new URL(endpoint),
    keys:
      accessKeyId === undefined || secretAccessKey === undefined
        ? null
        : { accessKeyId, secretAccessKey, sessionToken: env.AWS_SESSION_TOKEN },
  };
}

/**
 * @param text `s3://bucket/key`, the key as it is, not percent-encoded
 * @returns where the object is requested
 * @throws UsageFailure
 */
export function readS3Address(text: string, { region, endpoint }: S3Settings): URL {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(text) ?? [];
  if (!BUCKET.test(bucket) || key === '') {
    throw new UsageFailure(`expected s3://bucket/key, such as s3://models/yolox.onnx, got ${text}`);
  }
  const path = key.split('/').map(encodeSegment).join('/');
  // A URL would take these away, and another object would be asked for.
  if (/(^|\/)\.{1,2}(\/|$)/.test(path))
    throw new UsageFailure(`expected a key without . and .., got ${text}`);
  if (endpoint) return new URL(`${endpoint.href.replace(/\/$/, '')}/${bucket}/${path}`);
  if (HOST_LIKE.test(bucket)) return new URL(`https://${bucket}.s3.${region}.amazonaws.com/${path}`);
  return new URL(`https://s3.${region}.amazonaws.com/${bucket}/${path}`);
}

/** What `encodeURIComponent` leaves and Signature Version 4 doesn't. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The headers of a request for an object, with those of AWS Signature Version 4 where there are keys. */
export async function signedHeaders(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { region, keys }: S3Settings,
): Promise<Record<string, string>> {
  if (keys === null) return { ...headers };
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const signer = new AwsV4Signer({
    url: url.href,
    service: 's3',
    region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
  });
  const signed = await signer.sign();
  // Headers that are left out of the signature may be added to it.
  return { ...headers, ...Object.fromEntries(signed.headers) };
}
