import { msOfInstant, normalizeInstant, quoted, type TenantId } from '@countersign/core';
import { HttpError } from '../../http/errors.ts';
import type { HttpClient, RequestAuthorizer } from '../../http/http-client.ts';
import type { RequestPace } from '../../http/request-pace.ts';
import { BLOB_BYTES_MAX, CONTENT_ID_CHARACTERS_MAX, LIST_BYTES_MAX, PAGES_MAX } from './limits.ts';

/** The content types of the API. */
export const CONTENT_TYPES = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const;
export type ContentType = (typeof CONTENT_TYPES)[number];

/** An item of the content list: a blob of records. */
export type ListedContent = {
  readonly id: string;
  readonly uri: string;
  readonly createdMs: number;
};

export type Listing = {
  readonly items: readonly ListedContent[];
  readonly pages: number;
  /** Why the list is incomplete: the page links form a loop, or an item is malformed. */
  readonly shortBecause: { readonly code: string; readonly text: string } | undefined;
};

/** An enabled subscription. */
export type Subscription = {
  /**
   * The address that the vendor notifies of new content; undefined if none, or if the vendor has
   * disabled it.
   */
  readonly webhook: string | undefined;
};

type StartOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly webhook?: { readonly address: string; readonly authId: string } | undefined;
};

export type ActivityApiOptions = {
  readonly http: HttpClient;
  readonly authorization: RequestAuthorizer;
  readonly pace: RequestPace;
  /** For example `https://manage.office.com`. */
  readonly root: string;
  readonly tenant: TenantId;
  /** A GUID of our own, so that no other client uses up our quota. */
  readonly publisher: string;
};

/** The read requests of the Office 365 Management Activity API. */
export class ActivityApi {
  readonly #options: ActivityApiOptions;

  constructor(options: ActivityApiOptions) {
    this.#options = options;
  }

  /** Content types with an enabled subscription, and their webhooks. */
  async subscriptions(signal?: AbortSignal): Promise<ReadonlyMap<string, Subscription>> {
    const url = this.#url('subscriptions/list');
    const { body } = await this.#get(url, LIST_BYTES_MAX, signal);
    const enabled = listOf(body, 'subscriptions')
      .filter(({ status }) => String(status).toLowerCase() === 'enabled')
      .map(({ contentType, webhook }) => [String(contentType), subscribedOf(webhook)] as const);
    return new Map(enabled);
  }

  /**
   * Starts a subscription, which makes the service keep content from now on. No call here stops it.
   * The same call adds or changes a webhook, or removes it if none is given.
   */
  async startSubscription(
    contentType: ContentType,
    { signal, webhook }: StartOptions = {},
  ): Promise<void> {
    const { http, authorization, pace } = this.#options;
    const url = this.#url('subscriptions/start', { contentType });
    const asked = { method: 'POST', url, authorization, pace, signal } as const;
    if (webhook === undefined) {
      await http.send(asked);
      return;
    }
    const body = JSON.stringify({ webhook: { ...webhook, expiration: '' } });
    await http.send({ ...asked, headers: { 'content-type': 'application/json' }, body });
  }

  /** Lists all content that became available in `[fromMs, toMs)`, page by page. */
  async list(
    contentType: ContentType,
    window: { readonly fromMs: number; readonly toMs: number },
    signal?: AbortSignal,
  ): Promise<Listing> {
    const times = { startTime: seconds(window.fromMs), endTime: seconds(window.toMs) };
    let url = this.#url('subscriptions/content', { contentType, ...times });
    const seen = new Set<string>();
    const items = new Map<string, ListedContent>();
    let shortBecause: Listing['shortBecause'];
    for (let pages = 1; ; pages++) {
      seen.add(url);
      const { body, headers } = await this.#get(url, LIST_BYTES_MAX, signal);
      for (const entry of listOf(body, 'content')) {
        const item = contentOf(entry);
        if (item === undefined) shortBecause = { code: 'malformed', text: MALFORMED };
        else items.set(item.id, item);
      }
      const next = headers.get('nextpageuri') ?? headers.get('nextpageurl');
      const list = { items: [...items.values()], pages };
      if (next === undefined || next.trim() === '') return { ...list, shortBecause };
      // A list with a link loop never ends. Its items are used, and the problem is reported.
      url = withPublisher(next.trim(), this.#options.publisher);
      if (seen.has(url) || pages >= PAGES_MAX) {
        return { ...list, shortBecause: { code: 'loop', text: LOOP } };
      }
    }
  }

  /** The bytes of one blob. */
  async fetch(uri: string, signal?: AbortSignal): Promise<Buffer> {
    const url = withPublisher(uri, this.#options.publisher);
    return (await this.#get(url, BLOB_BYTES_MAX, signal)).body;
  }

  #get(
    url: string,
    bodyBytesMax: number,
    signal: AbortSignal | undefined,
  ): ReturnType<HttpClient['send']> {
    const { http, authorization, pace } = this.#options;
    return http.send({ url, bodyBytesMax, authorization, pace, signal });
  }

  #url(operation: string, query: Readonly<Record<string, string>> = {}): string {
    const { root, tenant, publisher } = this.#options;
    const base = `${root.replace(/\/+$/, '')}/api/v1.0/${tenant}/activity/feed/${operation}`;
    return `${base}?${new URLSearchParams({ ...query, PublisherIdentifier: publisher })}`;
  }
}

const MALFORMED = 'the list held an entry that is not content: it was skipped';
const LOOP = 'the page links lead back to a page that was already read';

/**
 * Every request needs the publisher, including links from the service. A `$` in the path stays
 * unchanged.
 */
function withPublisher(link: string, publisher: string): string {
  if (/[?&]PublisherIdentifier=/i.test(link)) return link;
  return `${link}${link.includes('?') ? '&' : '?'}PublisherIdentifier=${publisher}`;
}

/** Whole seconds, UTC, no zone: the form that the service requires. */
function seconds(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

type Entry = { readonly [member: string]: unknown };

function listOf(body: Buffer, what: string): readonly Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    value = undefined;
  }
  if (Array.isArray(value)) {
    return value.map((each): Entry => (typeof each === 'object' && each !== null ? each : {}));
  }
  throw new HttpError('DAMAGED', `the list of ${what} is not a JSON list: ${beginning(body)}`);
}

export function beginning(body: Uint8Array): string {
  return `it begins with ${quoted(Buffer.from(body.subarray(0, 40)).toString('latin1'))}`;
}

function subscribedOf(webhook: unknown): Subscription {
  const stated = (webhook ?? {}) as { address?: unknown; status?: unknown };
  const isOn = String(stated.status).toLowerCase() === 'enabled';
  const { address } = stated;
  return { webhook: isOn && typeof address === 'string' ? address : undefined };
}

function contentOf({ contentId, contentUri, contentCreated }: Entry): ListedContent | undefined {
  if (typeof contentId !== 'string' || contentId === '') return undefined;
  if (contentId.length > CONTENT_ID_CHARACTERS_MAX || typeof contentUri !== 'string') {
    return undefined;
  }
  const created = typeof contentCreated === 'string' ? normalizeInstant(contentCreated) : undefined;
  if (created === undefined) return undefined;
  return { id: contentId, uri: contentUri, createdMs: msOfInstant(created) };
}
