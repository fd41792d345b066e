import { Agent as PlainAgent, request as requestPlain } from 'node:http';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';

/** A sign-in passes through six pages. More would be a loop. */
const PAGES_MAX = 12;

export type Page = {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
  /** The `Location` of a redirect, which the browser does not follow. */
  readonly location: string | undefined;
  /** The cookies that this page set. */
  readonly cookie: string;
};

/** A form of a page, as a browser posts it. */
type Form = {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
};

/** The browser of one sign-in: no scripts, no history, one machine's network. */
export class PersonBrowser {
  readonly #agents: BrowserAgents;
  /** The person's address, which the proxy in front states. */
  readonly #address: string;

  constructor(agents: BrowserAgents, address: string) {
    this.#agents = agents;
    this.#address = address;
  }

  open(url: string): Promise<Page> {
    return this.#send(new URL(url), 'GET', {}, undefined);
  }

  /** Posts a form that the page `from` shows. */
  post(from: Page, { action, fields }: Form): Promise<Page> {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      origin: from.url.origin,
      ...(from.cookie !== '' && { cookie: from.cookie }),
    };
    const body = new URLSearchParams(fields).toString();
    return this.#send(new URL(action, from.url), 'POST', headers, body);
  }

  /** Posts forms that post themselves, until a page asks the person or leads elsewhere. */
  async follow(page: Page): Promise<Page> {
    let here = page;
    for (let pages = 0; pages < PAGES_MAX; pages++) {
      const form = selfPosting(here.text);
      if (form === undefined) return here;
      here = await this.post(here, form);
    }
    throw new Error(`a sign-in did not end after ${PAGES_MAX} pages`);
  }

  async #send(
    url: URL,
    method: 'GET' | 'POST',
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
  ): Promise<Page> {
    const isTls = url.protocol === 'https:';
    const agent = isTls ? this.#agents.tls : this.#agents.plain;
    const all = { ...headers, 'x-forwarded-for': this.#address };
    const sent = (isTls ? request : requestPlain)(url, { method, agent, headers: all });
    let isAnswered = false;
    const answered = new Promise<Page>((resolve, reject) => {
      sent.once('error', reject);
      sent.once('response', (response) => {
        isAnswered = true;
        const cookies = response.headers['set-cookie'] ?? [];
        const cookie = cookies.map((one) => one.split(';')[0]).join('; ');
        const { location } = response.headers;
        text(response).then(
          (read) =>
            resolve({ url, status: response.statusCode ?? 0, text: read, location, cookie }),
          reject,
        );
      });
    });
    sent.end(body);
    try {
      return await answered;
    } catch (error) {
      // A server closes a connection that was idle. As browsers do, ask on another one.
      if (!sent.reusedSocket || isAnswered) throw error;
      return this.#send(url, method, headers, body);
    }
  }
}

/** Connections that all browsers of the company share. */
export class BrowserAgents {
  readonly tls: Agent;
  readonly plain: PlainAgent = new PlainAgent({ keepAlive: true });

  constructor(authority: string) {
    this.tls = new Agent({ keepAlive: true, ca: authority });
  }

  close(): void {
    this.tls.destroy();
    this.plain.destroy();
  }
}

/** The form of a page that no person has to act on; undefined for any other page. */
function selfPosting(page: string): Form | undefined {
  const { action, fields, options } = readPage(page);
  if (action === undefined || options !== undefined) return undefined;
  return { action, fields };
}

type ReadPage = {
  /** The target of its first form. */
  readonly action: string | undefined;
  readonly fields: Readonly<Record<string, string>>;
  /** The options that the page gives to the authenticator; undefined if it asks for none. */
  readonly options: Readonly<Record<string, unknown>> | undefined;
};

export function readPage(page: string): ReadPage {
  const [, action] = /<form[^>]* method="post" action="([^"]*)"/.exec(page) ?? [];
  const fields = [...page.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [unescaped(name), unescaped(value)] as const,
  );
  const [, data = '{}'] = /id="data">(.*?)<\/script>/s.exec(page) ?? [];
  const { options } = JSON.parse(data) as { options?: Record<string, unknown> };
  return {
    action: action === undefined ? undefined : unescaped(action),
    fields: Object.fromEntries(fields),
    options,
  };
}

const NAMED: Readonly<Record<string, string>> = { quot: '"', lt: '<', gt: '>', amp: '&' };

function unescaped(written: string): string {
  return written.replace(/&(?:#(\d+)|(quot|lt|gt|amp));/g, (_, code?: string, name?: string) =>
    name === undefined ? String.fromCharCode(Number(code)) : (NAMED[name] ?? ''),
  );
}
