import assert from 'node:assert/strict';
import { Client } from '@countersign/client';

/** As many as a browser opens to one host over HTTP/1.1. */
const CONNECTIONS = 6;

/**
 * What a console asks, without its browser: the client that the console uses, its stream, and the
 * questions of its pages, over as many connections as a browser opens.
 */
export class ConsoleClient implements Disposable {
  /** Every status that the service replied with, also to requests that the client repeats. */
  readonly statuses: Map<number, number> = new Map<number, number>();
  readonly #client: Client;
  readonly #url: string;
  readonly #cookie: string;
  readonly #stop = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #free = CONNECTIONS;

  /** @param cookie the value of its session */
  constructor(url: string, cookie: string) {
    this.#url = url;
    this.#cookie = cookie;
    this.#client = new Client({
      url,
      attempts: 3,
      fetch: (input, init) => this.#fetch(input, init),
    });
  }

  /** Opens the page Today, and keeps the stream open. */
  async open(): Promise<void> {
    this.#follow();
    const session = await this.#fetch(`${this.#url}/sign-in/session`, {});
    assert.equal(session.status, 200, await session.text());
    await Promise.all([
      this.#client.page('inventory', { limit: 1000 }),
      this.#client.page('inventory', { limit: 1 }),
      this.refresh(),
    ]);
  }

  /** What the page Today asks every ten seconds. */
  async refresh(): Promise<void> {
    await this.#client.call('overview', { wait: false });
  }

  /** Opens five other pages one after the other. */
  async visitPages(): Promise<void> {
    await this.#client.page('findingsIncidents', { minSeverity: 'medium' });
    await this.#client.page('peopleList', { kind: 'user' });
    await this.#client.page('appsList', {});
    await Promise.all([this.#client.call('verified', {}), this.#client.page('decisionsList', {})]);
    await Promise.all([
      this.#client.page('rulesStatus', {}),
      this.#client.page('coverage', {}),
      this.#client.page('canaries', {}),
    ]);
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  #follow(): void {
    const { signal } = this.#stop;
    const records = this.#client.tail(
      { from: 'latest', follow: true },
      { form: 'events', cuts: 2, signal },
    );
    const read = async (): Promise<void> => {
      for await (const _ of records);
    };
    read().catch(() => undefined);
  }

  async #fetch(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      const headers = new Headers(init?.headers);
      headers.set('cookie', `cs=${this.#cookie}`);
      const response = await fetch(input, { ...init, headers });
      this.statuses.set(response.status, (this.statuses.get(response.status) ?? 0) + 1);
      return response;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
