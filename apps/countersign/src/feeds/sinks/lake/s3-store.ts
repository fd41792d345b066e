import { createHash } from 'node:crypto';
import type { Clock } from '@countersign/core';
import type { Secret } from '@countersign/m365';
import { answerError, type HttpPoster, type ReceiverAnswer } from '../../delivery/http-post.ts';
import { SinkError } from '../../delivery/sink.ts';
import { indicesOfName } from './lake-objects.ts';
import type { ErasedRanges, LakeStore } from './lake-store.ts';
import { LIST_PAGES_MAX, PUT_TIMEOUT_MS } from './limits.ts';

export type S3Location = {
  /** `https://s3.eu-west-1.amazonaws.com`, or another S3 server. The bucket is in the path. */
  readonly endpoint: URL;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Of temporary credentials. */
  readonly sessionToken: Secret | undefined;
};

export type S3StoreOptions = {
  readonly location: S3Location;
  readonly poster: HttpPoster;
  /** Signatures state its time. */
  readonly clock: Clock;
};

/** A bucket. It only needs the right to put objects; to name what an erasure left, also to list. */
export class S3Store implements LakeStore {
  readonly #options: S3StoreOptions;

  constructor(options: S3StoreOptions) {
    this.#options = options;
  }

  /** `If-None-Match: *`: an object that exists is never replaced, and has the same records. */
  async put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    const headers = {
      'content-type': 'application/vnd.apache.parquet',
      'if-none-match': '*',
      'x-amz-content-sha256': createHash('sha256').update(bytes).digest('hex'),
    };
    const answer = await this.#ask('PUT', `/${key}`, { headers, body: bytes, signal });
    if (answer.status === PRECONDITION_FAILED) return;
    if (answer.status < 200 || answer.status >= 300) throw this.#error(answer, key);
  }

  /** Rewriting needs rights that the role of a custom source does not have. */
  async erase(ranges: ErasedRanges, signal: AbortSignal): Promise<readonly string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < LIST_PAGES_MAX; page++) {
      const next = token === undefined ? '' : `&continuation-token=${encodeURIComponent(token)}`;
      const path = `?list-type=2&max-keys=${KEYS_PER_PAGE}&prefix=ext%2F${next}`;
      const headers = { 'x-amz-content-sha256': EMPTY_SHA256 };
      const answer = await this.#ask('GET', path, { headers, body: '', signal });
      if (answer.status === FORBIDDEN) return [UNKNOWN_OBJECTS];
      if (answer.status !== 200) throw this.#error(answer, 'the list of objects');
      for (const [, key = ''] of answer.body.matchAll(/<Key>([^<]*)<\/Key>/g)) {
        const own = indicesOfName(key);
        if (own === undefined) continue;
        if (ranges.some(([from, to]) => from < own.to && own.from < to)) keys.push(key);
      }
      const [, more] =
        /<NextContinuationToken>([^<]*)<\/NextContinuationToken>/.exec(answer.body) ?? [];
      if (more === undefined) return keys;
      token = unescapedXml(more);
    }
    return [...keys, UNKNOWN_OBJECTS];
  }

  close(): void {
    this.#options.poster.close();
  }

  async #ask(
    method: 'PUT' | 'GET',
    path: string,
    {
      headers,
      body,
      signal,
    }: {
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array;
      readonly signal: AbortSignal;
    },
  ): Promise<ReceiverAnswer> {
    const { location, poster, clock } = this.#options;
    const { endpoint, bucket, region, accessKeyId, secretAccessKey, sessionToken } = location;
    const { AwsV4Signer } = await import('aws4fetch');
    const signer = new AwsV4Signer({
      ...{ method, headers, accessKeyId, region, service: 's3' },
      url: `${endpoint.origin}/${bucket}${path}`,
      secretAccessKey: secretAccessKey.reveal(),
      datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      ...(sessionToken !== undefined && { sessionToken: sessionToken.reveal() }),
    });
    const signed = await signer.sign();
    return poster.post({
      url: signed.url,
      method,
      headers: Object.fromEntries(signed.headers),
      body,
      signal,
      timeoutMs: PUT_TIMEOUT_MS,
    });
  }

  #error(answer: ReceiverAnswer, what: string): SinkError {
    const { location } = this.#options;
    const [, code = ''] = /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(answer.body) ?? [];
    const cure = CURES.get(code);
    if (cure !== undefined) {
      const message = `S3 refused ${what}: ${code}; ${cure}`;
      return new SinkError('MISCONFIGURED', message);
    }
    return answerError(location.endpoint, answer);
  }
}

/** A page of the longest keys fits into what is read of an answer. */
const KEYS_PER_PAGE = 250;

const PRECONDITION_FAILED = 412;
const FORBIDDEN = 403;
const EMPTY_SHA256 = createHash('sha256').update('').digest('hex');

/** In place of keys that the role may not list. */
const UNKNOWN_OBJECTS = 'objects that this role may not list (grant s3:ListBucket)';

/** Error codes of S3 that a retry does not change, with what does. */
const CURES: ReadonlyMap<string, string> = new Map([
  ['AccessDenied', 'grant s3:PutObject below ext/'],
  ['InvalidAccessKeyId', 'check accessKeyId'],
  ['SignatureDoesNotMatch', 'check secretAccessKey and region'],
  ['NoSuchBucket', 'check bucket and endpoint'],
  ['PermanentRedirect', 'the bucket is in another region: check region and endpoint'],
  ['AuthorizationHeaderMalformed', 'check region'],
  ['ExpiredToken', 'renew the temporary credentials'],
  ['InvalidToken', 'renew the temporary credentials'],
  ['EntityTooLarge', 'the server takes no objects of this size'],
]);

function unescapedXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
