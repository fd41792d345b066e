import { createHash } from 'node:crypto';
import { type Clock, subtract, type TenantId } from '@countersign/core';
import type { Secret } from '../../auth/secret.ts';
import { HttpError } from '../../http/errors.ts';
import type { HttpClient, RequestAuthorizer } from '../../http/http-client.ts';
import type { Reply } from '../../http/http-exchange.ts';
import type { RequestPace } from '../../http/request-pace.ts';
import { JsonScanner } from '../../importers/files/json/json-scanner.ts';
import type {
  CollectionSession,
  CollectionSink,
  Collector,
  ContentFact,
  PollReport,
  WindowEnd,
} from '../collector.ts';
import { emptyWindowEnd, PollTally, serviceErrorOf } from '../poll-tally.ts';
import { type ListedBlob, parseBlobList } from './blob-list.ts';
import {
  LIST_BACK_MS,
  LIST_BYTES_MAX,
  LIST_PAGES_MAX,
  RANGE_BYTES,
  STORAGE_BACKFILL_MS,
  STORAGE_POLL_EVERY_MS,
  STORAGE_POLL_MS_MAX,
  WHOLE_BYTES_MAX,
} from './limits.ts';

export type StorageOptions = {
  readonly http: HttpClient;
  /** A token for storage, or a shared access signature with read and list rights. */
  readonly access:
    | { readonly kind: 'token'; readonly authorization: RequestAuthorizer }
    | { readonly kind: 'sas'; readonly signature: Secret };
  readonly pace: RequestPace;
  /** For example `https://account.blob.core.windows.net`. */
  readonly account: string;
  readonly tenant: TenantId;
  /** Exported categories such as `SignInLogs`: each has a container. */
  readonly categories: readonly string[];
  readonly clock: Clock;
  readonly everyMs?: number | undefined;
};

/**
 * Collects the diagnostic export from a storage account: hourly blobs that grow by appended lines.
 * Each blob is read from the end of the last poll up to the last whole line.
 */
export class StorageCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: StorageOptions;

  constructor(options: StorageOptions) {
    this.#options = options;
    this.name = `storage ${options.tenant}`;
    this.everyMs = options.everyMs ?? STORAGE_POLL_EVERY_MS;
  }

  async poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport> {
    const tally = new PollTally();
    const startedMs = this.#options.clock.monotonic();
    for (const category of this.#options.categories) {
      await this.#pollCategory(category, { sink, tally, signal, startedMs });
    }
    return tally.report();
  }

  async #pollCategory(category: string, poll: Poll): Promise<void> {
    const { clock, tenant } = this.#options;
    const source = `azure-monitor/${category}`;
    const nowMs = clock.now();
    const horizonMs = nowMs - STORAGE_BACKFILL_MS;
    const settled = poll.sink.settled(source, tenant, null);
    // As far as is known, nothing was exported before the first read blob.
    const fromMs = Math.max(horizonMs, settled[0]?.from ?? horizonMs);
    const [gap] = subtract([{ from: fromMs, to: nowMs }], settled);
    if (gap === undefined) return;
    const container = `insights-logs-${category.toLowerCase()}`;
    const begin = (from: number): CollectionSession =>
      poll.sink.begin({
        collector: 'azure-monitor',
        source,
        tenant,
        workload: null,
        subject: null,
        interval: { from, to: nowMs },
        axis: 'availability',
        family: 'azure-monitor',
      });
    let session: CollectionSession | undefined;
    let end: WindowEnd;
    try {
      const blobs = await this.#list(container, gap.from - LIST_BACK_MS, nowMs, poll.signal);
      const beganMs = settled.length > 0 ? gap.from : firstHourOf(blobs, nowMs - 1);
      session = begin(Math.max(gap.from, beganMs));
      end = await this.#readAll({ source, container, session }, blobs, poll);
    } catch (error) {
      const { code, serviceCode, message } = serviceErrorOf(error);
      // No container: the vendor was not configured to export this category.
      const isOff = serviceCode === 'ContainerNotFound';
      end = emptyWindowEnd(isOff ? 'off' : 'failed', serviceCode ?? code, message);
    }
    session ??= begin(gap.from);
    poll.tally.addWindow(await session.end(end), end, source);
  }

  /** The blobs of each day in `[fromMs, toMs]`. */
  async #list(
    container: string,
    fromMs: number,
    toMs: number,
    signal: AbortSignal | undefined,
  ): Promise<ListedBlob[]> {
    const found: ListedBlob[] = [];
    for (let dayMs = fromMs - (fromMs % DAY_MS); dayMs <= toMs; dayMs += DAY_MS) {
      const [year, month, day] = new Date(dayMs).toISOString().slice(0, 10).split('-');
      const prefix = `tenantId=${this.#options.tenant}/y=${year}/m=${month}/d=${day}/`;
      let marker: string | undefined;
      for (let pages = 1; pages <= LIST_PAGES_MAX; pages++) {
        const query = { restype: 'container', comp: 'list', prefix, ...(marker && { marker }) };
        const reply = await this.#get(`/${container}`, query, LIST_BYTES_MAX, signal);
        const page = parseBlobList(reply.body.toString('utf8'));
        if (page === undefined) throw damaged('its list of blobs is malformed');
        found.push(...page.blobs);
        if (page.nextMarker === undefined) break;
        if (page.nextMarker === marker) throw damaged('its list of blobs repeats a page');
        marker = page.nextMarker;
      }
    }
    return found;
  }

  async #readAll(place: Place, blobs: readonly ListedBlob[], poll: Poll): Promise<WindowEnd> {
    const { clock, tenant } = this.#options;
    const contents: ContentFact[] = [];
    let fetched = 0;
    let short: { code: string; because: string } | undefined;
    for (const blob of blobs) {
      const id = `${place.container}/${blob.name}`;
      const known = poll.sink.content(place.source, tenant, id);
      if (known !== undefined && known.etag === blob.etag && blob.etag !== '') {
        fetched += 1;
        continue;
      }
      if (clock.monotonic() - poll.startedMs >= STORAGE_POLL_MS_MAX) {
        poll.tally.hasMore = true;
        short ??= {
          code: 'behind',
          because: 'there is more to read: it is read with the next poll',
        };
        break;
      }
      try {
        contents.push(await this.#readBlob({ ...place, id }, blob, known, poll.signal));
        fetched += 1;
      } catch (error) {
        const { code, serviceCode, message } = serviceErrorOf(error);
        short ??= { code: serviceCode ?? code, because: message };
      }
    }
    const counts = { listed: blobs.length, fetched, contents };
    if (short !== undefined) return { outcome: 'partial', ...short, ...counts };
    return { outcome: 'complete', code: null, because: null, ...counts };
  }

  /** Continues an append blob where the last read ended. Reads other blobs from the start. */
  async #readBlob(
    place: BlobPlace,
    blob: ListedBlob,
    known: ContentFact | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ContentFact> {
    const grows = blob.isAppend;
    const start = grows && known !== undefined && known.bytes <= blob.bytes ? known.bytes : 0;
    if (!grows && blob.bytes > WHOLE_BYTES_MAX) throw damaged(`the blob ${blob.name} is too large`);
    const digest = createHash('sha256');
    let count = start === 0 ? 0 : (known?.count ?? 0);
    let at = start;
    while (at < blob.bytes) {
      const size = grows ? RANGE_BYTES : blob.bytes;
      const range = await this.#range(place, blob, at, Math.min(blob.bytes, at + size), signal);
      const isLast = at + range.length >= blob.bytes;
      const whole = grows ? wholeLines(range, isLast) : range.length;
      if (whole === 0 && isLast) break;
      if (whole === 0) {
        place.session.quarantineItem(
          `${place.id} at ${at}`,
          'a line that is longer than the limit for a record',
          null,
        );
        at += range.length;
        continue;
      }
      const bytes = range.subarray(0, whole);
      digest.update(bytes);
      const name = start === 0 && at === 0 ? place.id : `${place.id} at ${at}`;
      count += (await place.session.add({ name, bytes, availableMs: blob.changedMs })).items;
      at += whole;
    }
    return {
      id: place.id,
      createdMs: blob.changedMs,
      // The digest of the bytes read now: for a growing blob, its new end.
      sha256: digest.digest('hex'),
      count,
      bytes: at,
      state: 'read',
      // Without an etag, the next poll looks for the rest of an incomplete line.
      ...(at >= blob.bytes && { etag: blob.etag }),
    };
  }

  async #range(
    { container }: BlobPlace,
    { name }: ListedBlob,
    from: number,
    to: number,
    signal: AbortSignal | undefined,
  ): Promise<Buffer> {
    const path = `/${container}/${name.split('/').map(encodeURIComponent).join('/')}`;
    const headers = { 'x-ms-range': `bytes=${from}-${to - 1}` };
    const { body, status } = await this.#get(path, {}, to - from, signal, headers);
    if (body.length !== to - from || (status !== 206 && from > 0)) {
      throw damaged(`a range of ${name} has a length other than the requested one`);
    }
    return body;
  }

  async #get(
    path: string,
    query: Readonly<Record<string, string>>,
    bodyBytesMax: number,
    signal: AbortSignal | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const { http, pace, account, access } = this.#options;
    const search = new URLSearchParams(query).toString();
    const parts = [
      search,
      access.kind === 'sas' ? access.signature.reveal().replace(/^\?/, '') : '',
    ];
    const tail = parts.filter((part) => part !== '').join('&');
    const url = `${account.replace(/\/+$/, '')}${path}${tail === '' ? '' : `?${tail}`}`;
    const authorization = access.kind === 'token' ? access.authorization : undefined;
    // Ranges of a compressed body would not be ranges of the blob.
    const sent = { 'x-ms-version': '2021-12-02', 'accept-encoding': 'identity', ...headers };
    const accept = { accept: 'application/xml, application/octet-stream' };
    return http.send({
      url,
      headers: { ...accept, ...sent },
      pace,
      authorization,
      bodyBytesMax,
      signal,
    });
  }
}

const DAY_MS = 24 * 3_600_000;

const HOUR = /\/y=(\d{4})\/m=(\d{2})\/d=(\d{2})\/h=(\d{2})\//;

/**
 * The hour of the oldest blob, by its name. It is unknown whether anything was exported before, so
 * an empty container proves nothing.
 */
function firstHourOf(blobs: readonly ListedBlob[], otherwiseMs: number): number {
  const hours = blobs.flatMap(({ name }) => {
    const [, year, month, day, hour] = HOUR.exec(name) ?? [];
    const ms = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
    return Number.isNaN(ms) ? [] : ms;
  });
  return hours.reduce((a, b) => Math.min(a, b), otherwiseMs);
}

type Poll = {
  readonly sink: CollectionSink;
  readonly tally: PollTally;
  readonly signal: AbortSignal | undefined;
  readonly startedMs: number;
};

type Place = {
  readonly source: string;
  readonly container: string;
  readonly session: CollectionSession;
};

type BlobPlace = Place & { readonly id: string };

const LINE_FEED = 0x0a;

/**
 * The length up to the last whole line. A last line without a line end counts if it is whole JSON.
 */
function wholeLines(bytes: Buffer, isLast: boolean): number {
  const end = bytes.lastIndexOf(LINE_FEED) + 1;
  if (!isLast || end === bytes.length) return end;
  const scanner = new JsonScanner();
  scanner.begin(end);
  const isWhole = bytes[end] === 0x7b && scanner.run(bytes, bytes.length) === 'done';
  return isWhole && scanner.position === bytes.length ? bytes.length : end;
}

function damaged(how: string): HttpError {
  return new HttpError('DAMAGED', `could not read the storage account: ${how}`);
}
