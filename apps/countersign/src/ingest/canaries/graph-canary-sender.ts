import type { CanaryAct, CanaryPlan } from '@countersign/coverage';
import {
  type HttpClient,
  HttpError,
  type HttpRequest,
  type RequestAuthorizer,
} from '@countersign/m365';
import type { CanarySender, ReadyCanary } from './canary-sender.ts';

/** Objects set apart for canaries. The sender touches nothing else. */
export type CanaryPlaces = {
  readonly mailbox?: string | undefined;
  readonly site?: string | undefined;
  readonly channel?: { readonly team: string; readonly id: string } | undefined;
  /** The account whose attribute the canary sets. */
  readonly account?: string | undefined;
};

export type GraphCanaryOptions = {
  readonly http: HttpClient;
  /** For example `https://graph.microsoft.com`. */
  readonly root: string;
  readonly places: CanaryPlaces;
  /** Requests a new token each time, because each token is a sign-in of its own. */
  readonly newToken: () => RequestAuthorizer;
};

/** Performs the canary acts over Microsoft Graph. */
export class GraphCanarySender implements CanarySender {
  readonly acts: readonly CanaryAct[];
  readonly #options: GraphCanaryOptions;

  constructor(options: GraphCanaryOptions) {
    this.#options = options;
    const { mailbox, site, channel, account } = options.places;
    this.acts = [
      ...(mailbox === undefined ? [] : (['draft'] as const)),
      ...(site === undefined ? [] : (['file'] as const)),
      ...(channel === undefined ? [] : (['channel'] as const)),
      ...(account === undefined ? [] : (['attribute'] as const)),
      'sign-in',
    ];
  }

  async ready({ act }: CanaryPlan, mark: string, signal?: AbortSignal): Promise<ReadyCanary> {
    const authorization = this.#options.newToken();
    const tokenId = tokenIdOf(await authorization.header(signal));
    const call: Call = async (method, path, body) => {
      const { http, root } = this.#options;
      const url = `${root}/v1.0${path}`;
      const sent = body === undefined ? {} : bodyOf(body);
      const reply = await http.send({ method, url, authorization, signal, ...sent });
      return idIn(reply.body);
    };
    return { tokenId, act: () => this.#act(act, mark, call) };
  }

  async #act(act: CanaryAct, mark: string, call: Call): Promise<{ left: string | null }> {
    const { mailbox = '', site = '', channel, account = '' } = this.#options.places;
    switch (act) {
      case 'draft': {
        const messages = `/users/${encodeURIComponent(mailbox)}/messages`;
        const id = await call('POST', messages, { subject: mark });
        return cleared(() => call('DELETE', `${messages}/${encodeURIComponent(id)}`));
      }
      case 'file': {
        const drive = `/sites/${encodeURIComponent(site)}/drive`;
        const id = await call('PUT', `${drive}/root:/${mark}.txt:/content`, `${mark}\n`);
        return cleared(() => call('DELETE', `${drive}/items/${encodeURIComponent(id)}`));
      }
      case 'channel': {
        const { team = '', id = '' } = channel ?? {};
        const path = `/teams/${encodeURIComponent(team)}/channels/${encodeURIComponent(id)}`;
        await call('PATCH', path, { description: mark });
        return { left: null };
      }
      case 'attribute':
        await call('PATCH', `/users/${encodeURIComponent(account)}`, { officeLocation: mark });
        return { left: null };
      case 'sign-in':
        // Getting the token was the act.
        return { left: null };
    }
  }
}

type Call = (
  method: NonNullable<HttpRequest['method']>,
  path: string,
  body?: object | string,
) => Promise<string>;

function bodyOf(body: object | string): Pick<HttpRequest, 'headers' | 'body'> {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain' : 'application/json';
  return { headers: { 'content-type': type }, body: isText ? body : JSON.stringify(body) };
}

/** A failed cleanup does not fail the act: a leftover draft is harmless. */
async function cleared(clear: () => Promise<unknown>): Promise<{ left: string | null }> {
  try {
    await clear();
    return { left: null };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { left: error.message };
  }
}

function idIn(body: Buffer): string {
  const { id } = objectOf(body.toString('utf8'));
  return typeof id === 'string' ? id : '';
}

/** RFC 7519: the middle part holds the claims. Microsoft documents no format of Graph tokens. */
function tokenIdOf(header: string): string | null {
  const claims = header.split('.')[1];
  if (claims === undefined) return null;
  const { uti } = objectOf(Buffer.from(claims, 'base64url').toString('utf8'));
  return typeof uti === 'string' && uti !== '' ? uti : null;
}

function objectOf(text: string): { readonly [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
