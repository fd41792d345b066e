import type { Emulator } from '../emulator-options.ts';

export type ListedItem = {
  readonly contentType: string;
  readonly contentId: string;
  readonly contentUri: string;
  readonly contentCreated: string;
  readonly contentExpiration: string;
};

export type HttpReply = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** Of `{error: {code}}`. */
  readonly code: string | undefined;
};

const PUBLISHER = '0e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b';
const DAY_MS = 86_400_000;

/** A minimal client of the Activity API: one request per call, without retries. */
export class Reader {
  readonly #emulator: Emulator;
  readonly tenantId: string;
  #token = '';

  constructor(emulator: Emulator, tenantId: string = emulator.tenants[0]?.tenantId ?? '') {
    this.#emulator = emulator;
    this.tenantId = tenantId;
  }

  get root(): string {
    return `${this.#emulator.origins['manage']}/api/v1.0/${this.tenantId}/activity/feed`;
  }

  get headers(): { readonly authorization: string } {
    return { authorization: `Bearer ${this.#token}` };
  }

  async signIn(): Promise<this> {
    const { origins, credentials } = this.#emulator;
    const response = await fetch(`${origins['login']}/${this.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        scope: 'https://manage.office.com/.default',
      }),
    });
    this.#token = String(((await response.json()) as Record<string, unknown>)['access_token']);
    return this;
  }

  async ask(url: string, init: { method?: string; body?: unknown } = {}): Promise<HttpReply> {
    const address = url.startsWith('http') ? url : `${this.root}/${url}`;
    const withPublisher = new URL(address);
    if (!withPublisher.searchParams.has('PublisherIdentifier')) {
      withPublisher.searchParams.set('PublisherIdentifier', PUBLISHER);
    }
    const response = await fetch(withPublisher, {
      method: init.method ?? 'GET',
      headers: this.headers,
      redirect: 'manual',
      ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
    });
    const text = await response.text();
    let body: unknown = text;
    if (response.headers.get('content-type')?.includes('json') === true && text !== '') {
      body = JSON.parse(text);
    }
    const code = (body as { error?: { code?: string } } | undefined)?.error?.code;
    return { status: response.status, headers: response.headers, body, code };
  }

  start(contentType: string, webhook?: object): Promise<HttpReply> {
    const path = `subscriptions/start?contentType=${contentType}`;
    return this.ask(path, { method: 'POST', ...(webhook && { body: { webhook } }) });
  }

  stop(contentType: string): Promise<HttpReply> {
    return this.ask(`subscriptions/stop?contentType=${contentType}`, { method: 'POST' });
  }

  list(contentType: string, fromMs: number, toMs: number): Promise<HttpReply> {
    const window = `startTime=${timeText(fromMs)}&endTime=${timeText(toMs)}`;
    return this.ask(`subscriptions/content?contentType=${contentType}&${window}`);
  }

  /** All items of one-day windows over `[fromMs, toMs)`, page by page. */
  async items(contentType: string, fromMs: number, toMs: number): Promise<ListedItem[]> {
    const items: ListedItem[] = [];
    for (let atMs = fromMs; atMs < toMs; atMs += DAY_MS) {
      let page = await this.list(contentType, atMs, Math.min(toMs, atMs + DAY_MS));
      for (;;) {
        if (page.status !== 200) throw new Error(`listing ended with ${page.code}`);
        items.push(...(page.body as ListedItem[]));
        const next = page.headers.get('NextPageUri');
        if (next === null) break;
        page = await this.ask(next);
      }
    }
    return items;
  }

  /** The ids of the records in these blobs, in order, with repetitions. */
  async ids(items: readonly ListedItem[]): Promise<string[]> {
    const ids: string[] = [];
    for (const { contentUri } of items) {
      const { status, body, code } = await this.ask(contentUri);
      if (status !== 200) throw new Error(`a blob ended with ${code}`);
      ids.push(...(body as { Id: string }[]).map(({ Id }) => Id));
    }
    return ids;
  }
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
