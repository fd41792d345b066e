import { gzipSync } from 'node:zlib';
import { type Answer, json, TestServer } from '../../../tools/testing/server.ts';

export type Blob = {
  readonly id: string;
  readonly contentType: string;
  readonly createdMs: number;
  readonly body: string | Buffer;
  /** The address in the list, in place of the blob's own. */
  readonly uri?: string;
  /** Answers in place of the blob. */
  readonly answer?: Answer;
};

/** A small scripted Management Activity API, for behavior that the emulator should not have. */
export class ActivityService {
  readonly blobs: Blob[] = [];
  readonly enabled: Set<string> = new Set();
  readonly started: string[] = [];
  /** Called first; returns true if it has answered. */
  intercept: (...args: Parameters<Answer>) => boolean = () => false;
  /** Items per page of a list. */
  pageItems: number = 2;
  readonly tenant: string;
  #server: TestServer | undefined;

  constructor(tenant: string) {
    this.tenant = tenant;
  }

  async start(tls?: { readonly key: string; readonly cert: string }): Promise<TestServer> {
    this.#server = await TestServer.start((...args) => this.#answer(...args), tls);
    return this.#server;
  }

  get origin(): string {
    return this.#server?.origin ?? '';
  }

  put(blob: Partial<Blob> & Pick<Blob, 'id' | 'createdMs' | 'body'>): void {
    this.blobs.push({ contentType: 'Audit.SharePoint', ...blob });
  }

  #answer(...[asked, response]: Parameters<Answer>): void | Promise<void> {
    if (this.intercept(asked, response)) return;
    const { url, method } = asked;
    if (url.pathname.endsWith('/oauth2/v2.0/token')) {
      return json(response, { access_token: 'token', expires_in: 3599 });
    }
    const feed = `/api/v1.0/${this.tenant}/activity/feed/`;
    const type = url.searchParams.get('contentType') ?? '';
    switch (url.pathname.replace(feed, '')) {
      case 'subscriptions/list': {
        const list = [...this.enabled].map((contentType) => ({ contentType, status: 'enabled' }));
        return json(response, list);
      }
      case 'subscriptions/start':
        if (method !== 'POST') return json(response, {}, 405);
        this.started.push(type);
        this.enabled.add(type);
        return json(response, { contentType: type, status: 'enabled', webhook: null });
      case 'subscriptions/content':
        return this.#list(asked, response);
      default:
        return this.#blob(asked, response);
    }
  }

  #list({ url }: Parameters<Answer>[0], response: Parameters<Answer>[1]): void {
    const type = url.searchParams.get('contentType');
    const [from, to] = ['startTime', 'endTime'].map((name) =>
      Date.parse(`${url.searchParams.get(name)}Z`),
    ) as [number, number];
    const page = Number(url.searchParams.get('nextPage') ?? 0);
    const items = this.blobs
      .filter((blob) => blob.contentType === type)
      .filter(({ createdMs }) => from <= createdMs && createdMs < to)
      .map(({ id, uri, createdMs, contentType }) => ({
        contentType,
        contentId: id,
        contentUri: uri ?? `${this.origin}/api/v1.0/${this.tenant}/activity/feed/audit/${id}`,
        contentCreated: new Date(createdMs).toISOString(),
        contentExpiration: new Date(createdMs + 7 * 24 * 3_600_000).toISOString(),
      }));
    const end = (page + 1) * this.pageItems;
    if (end < items.length) {
      const next = new URL(url.pathname + url.search, this.origin);
      next.searchParams.set('nextPage', String(page + 1));
      next.searchParams.delete('PublisherIdentifier');
      response.setHeader('NextPageURI', next.href);
    }
    json(response, items.slice(page * this.pageItems, end));
  }

  #blob(...[asked, response]: Parameters<Answer>): void | Promise<void> {
    const id = decodeURIComponent(asked.url.pathname.split('/').at(-1) ?? '');
    const blob = this.blobs.find((each) => each.id === id);
    if (blob === undefined) return json(response, { error: { code: 'AF20050' } }, 404);
    if (blob.answer !== undefined) return blob.answer(asked, response);
    const gzip = asked.headers['accept-encoding'] === 'gzip' && blob.body.length > 1000;
    if (gzip) response.setHeader('content-encoding', 'gzip');
    response.end(gzip ? gzipSync(blob.body) : blob.body);
  }
}
