import { assert } from '@countersign/core';
import { urlWithoutQuery } from '../../http/allowed-origins.ts';
import { HttpError } from '../../http/errors.ts';
import type { HttpClient, HttpRequest, RequestAuthorizer } from '../../http/http-client.ts';
import type { RequestPace } from '../../http/request-pace.ts';
import { skipSpace } from '../../importers/files/chunks/ascii.ts';
import { JsonScanner } from '../../importers/files/json/json-scanner.ts';
import { JsonSlices, type Slice } from '../../importers/files/json/json-slices.ts';
import { PAGE_BYTES_MAX, PAGES_MAX } from './limits.ts';

/** One page of an OData answer, as the delivered bytes. */
export type GraphPage = {
  readonly bytes: Buffer;
  /** The position of each item of its list. */
  readonly items: readonly Slice[];
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
};

export type GraphOptions = {
  readonly http: HttpClient;
  readonly authorization: RequestAuthorizer;
  readonly pace: RequestPace;
  /** For example `https://graph.microsoft.com`. */
  readonly root: string;
};

export type GraphReadOptions = {
  readonly signal?: AbortSignal | undefined;
  /** For delta queries, which do not support `$top`. */
  readonly pageItems?: number | undefined;
};

/** Without it, Graph reports every new kind of sign-in as `unknownFutureValue`. */
const UNKNOWN_MEMBERS = 'include-unknown-enum-members';

/** Reads Graph page by page, by the links it gives, only on the configured host. */
export class GraphReader {
  readonly #options: GraphOptions;

  constructor(options: GraphOptions) {
    this.#options = options;
  }

  /** The address of a path such as `/v1.0/users`. */
  url(path: string, query: Readonly<Record<string, string>> = {}): string {
    const { root } = this.#options;
    const search = Object.entries(query).map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    );
    const tail = search.length === 0 ? '' : `?${search.join('&')}`;
    return `${root.replace(/\/+$/, '')}${path}${tail}`;
  }

  /**
   * Yields every page from `first` on. The last may hold a delta link.
   * @throws HttpError, with DAMAGED for a malformed page and for a link loop
   */
  async *pages(
    first: string,
    asking: GraphReadOptions = {},
  ): AsyncGenerator<GraphPage, void, void> {
    const seen = new Set<string>();
    for (let link: string | undefined = first; link !== undefined; ) {
      seen.add(link);
      const page: GraphPage = await this.page(link, asking);
      yield page;
      link = page.nextLink;
      if (link !== undefined && (seen.has(link) || seen.size >= PAGES_MAX)) {
        throw new HttpError('DAMAGED', `the links of ${hostOf(first)} go round: gave up`, {
          data: { service: 'loop' },
        });
      }
    }
  }

  async page(link: string, { signal, pageItems }: GraphReadOptions = {}): Promise<GraphPage> {
    const prefer = pageItems === undefined ? undefined : `odata.maxpagesize=${pageItems}`;
    const headers = { prefer: [UNKNOWN_MEMBERS, prefer].filter(Boolean).join(', ') };
    const { body } = await this.send({ url: link, headers, bodyBytesMax: PAGE_BYTES_MAX, signal });
    const page = pageOf(body);
    if (page !== undefined) return page;
    throw new HttpError('DAMAGED', `the answer of ${hostOf(link)} is no page of a list`, {
      data: { service: 'not-a-page' },
    });
  }

  async send(request: HttpRequest): ReturnType<HttpClient['send']> {
    const { http, authorization, pace } = this.#options;
    const headers = { prefer: UNKNOWN_MEMBERS, ...request.headers };
    return http.send({ ...request, headers, authorization, pace });
  }
}

function hostOf(link: string): string {
  const url = URL.parse(link);
  assert(url !== null, 'a link that was followed is one');
  return urlWithoutQuery(url);
}

/** Finds list and links without rewriting the page: bodies stay as delivered. */
function pageOf(bytes: Buffer): GraphPage | undefined {
  const end = bytes.length;
  const scanner = new JsonScanner();
  const start = skipSpace(bytes, 0, end);
  if (bytes[start] !== 0x7b) return undefined;
  scanner.begin(start);
  if (scanner.run(bytes, end) !== 'done') return undefined;
  const slices = new JsonSlices();
  const value = slices.member(bytes, start, scanner.position, 'value');
  if (value === undefined || bytes[value.start] !== 0x5b) return undefined;
  const link = (name: string): string | undefined => {
    const slice = slices.member(bytes, start, scanner.position, name);
    return slice === undefined ? undefined : textOf(bytes, slice);
  };
  return {
    bytes,
    items: slices.items(bytes, value.start, value.end),
    nextLink: link('@odata.nextLink'),
    deltaLink: link('@odata.deltaLink'),
  };
}

function textOf(bytes: Buffer, { start, end }: Slice): string | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8', start, end));
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}
