import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '@countersign/core';
import {
  HttpClient,
  HttpError,
  type RequestAuthorizer,
  type Sleep,
  systemWait,
  TokenSource,
} from '@countersign/m365';
import type { AzureCloud, SentinelFeedConfig } from '../../../config/feeds/sentinel.ts';
import { HttpPoster } from '../../delivery/http-post.ts';
import {
  type Delivery,
  type RefusedRecord,
  type SendResult,
  type Sink,
  SinkError,
} from '../../delivery/sink.ts';
import { type BatchOutcome, deliverWithoutRefused } from '../refusal-search.ts';
import type { SinkEnvironment } from '../sink-environment.ts';
import { type EncodedRecord, splitBatch } from '../split-batch.ts';
import { ingestionOutcomeOf, misconfigured } from './ingestion-answer.ts';
import {
  INGESTION_BYTES_MAX,
  INGESTION_CALLS_MAX,
  INGESTION_GZIP_LEVEL,
  INGESTION_RECORDS_MAX,
} from './limits.ts';
import { sentinelRow } from './sentinel-row.ts';

const API_VERSION = '2023-01-01';

/** @throws SinkError MISCONFIGURED if the credential or a certificate cannot be read */
export function openSentinelSink(
  feed: SentinelFeedConfig,
  environment: SinkEnvironment,
  wait: Sleep = systemWait,
): Sink {
  const { clock, random, egressTo, readCredential, readTls } = environment;
  const { authority: cloudAuthority, scope } = CLOUDS[feed.cloud];
  const authority = feed.authority ?? cloudAuthority;
  const tls = readTls(feed);
  const path = `/dataCollectionRules/${feed.rule}/streams/${feed.stream}`;
  const url = new URL(`${feed.url}${path}?api-version=${API_VERSION}`);
  const egress = egressTo([url.hostname, new URL(authority).hostname]);
  const { clientId, credential } = feed.credentials;
  egress.check(new URL(authority).hostname);
  const { lookup } = egress;
  const http = new HttpClient({ origins: [authority], clock, random, wait, ca: tls.ca, lookup });
  const token = new TokenSource({
    http,
    clock,
    random,
    authority,
    tenant: feed.tenant,
    clientId,
    credential: readCredential(credential),
    scope,
  });
  const poster = new HttpPoster({ egress, tls, clock, connectionsMax: INGESTION_CALLS_MAX });
  return new SentinelSink({ url, token, poster, http, clock, service: feed.link });
}

type SentinelSinkOptions = {
  readonly url: URL;
  readonly token: RequestAuthorizer;
  readonly poster: HttpPoster;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly service: string | undefined;
};

/**
 * The Logs Ingestion API of Azure Monitor, which fills a table of Microsoft Sentinel. It accepts
 * rows and indexes them minutes later. It neither orders them nor drops repeated ones.
 */
class SentinelSink implements Sink {
  readonly proof = 'accepted';
  readonly batchMax: Sink['batchMax'] = {
    records: INGESTION_RECORDS_MAX,
    bytes: INGESTION_BYTES_MAX,
  };
  readonly batchesInFlightMax: number = INGESTION_CALLS_MAX;
  readonly #options: SentinelSinkOptions;

  constructor(options: SentinelSinkOptions) {
    this.#options = options;
  }

  async send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult> {
    const { clock, service } = this.#options;
    const options = { service, nowMs: clock.now() };
    const rows = records.map(
      (record): EncodedRecord => ({ index: record.index, text: sentinelRow(record, options) }),
    );
    const refused: RefusedRecord[] = [];
    for (const batch of splitBatch(rows, LIMIT)) {
      refused.push(...(await deliverWithoutRefused(batch, (part) => this.#call(part, signal))));
    }
    return { refused };
  }

  async close(): Promise<void> {
    this.#options.poster.close();
    this.#options.http.close();
  }

  async #call(rows: readonly EncodedRecord[], signal: AbortSignal): Promise<BatchOutcome> {
    const { url, token, poster } = this.#options;
    const text = `[${rows.map((row) => row.text).join(',')}]`;
    const body = await compress(text, { level: INGESTION_GZIP_LEVEL });
    for (let attempt = 1; ; attempt++) {
      const headers = {
        authorization: await authorizationOf(token, signal),
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      };
      const answer = await poster.post({ url, headers, body, signal });
      const outcome = ingestionOutcomeOf(url, answer);
      if (outcome.kind !== 'unauthorized') return outcome;
      // A new token is the cure for a revoked one. A second refusal has another cause.
      if (attempt > 1) throw misconfigured(outcome.because, 'check "tenant" and "cloud"');
      const challenge = answer.headers['www-authenticate'];
      token.refused(challenge);
    }
  }
}

const LIMIT = {
  records: INGESTION_RECORDS_MAX,
  bytes: INGESTION_BYTES_MAX,
  frameBytes: 2,
  separatorBytes: 1,
} as const;

const CLOUDS: Readonly<Record<AzureCloud, { readonly authority: string; readonly scope: string }>> =
  {
    public: {
      authority: 'https://login.microsoftonline.com',
      scope: 'https://monitor.azure.com/.default',
    },
    china: {
      authority: 'https://login.partner.microsoftonline.cn',
      scope: 'https://monitor.azure.cn/.default',
    },
    usGovernment: {
      authority: 'https://login.microsoftonline.us',
      scope: 'https://monitor.azure.us/.default',
    },
  };

const compress = promisify<string, { readonly level: number }, Buffer>(gzip);

/** Errors of the authority for which a person has to change something. */
const FINAL: ReadonlySet<string> = new Set([
  'UNAUTHORIZED',
  'REFUSED',
  'CREDENTIAL',
  'HOST_NOT_CONFIGURED',
]);

async function authorizationOf(token: RequestAuthorizer, signal: AbortSignal): Promise<string> {
  try {
    return await token.header(signal);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const code = FINAL.has(error.code) ? 'MISCONFIGURED' : 'UNAVAILABLE';
    throw new SinkError(code, `could not get a token: ${error.message}`, { cause: error });
  }
}
