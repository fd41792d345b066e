import { createHash } from 'node:crypto';
import { HttpError } from '../../http/errors.ts';
import { allOf, type CollectionSession, type ContentFact } from '../collector.ts';
import { type ActivityApi, beginning, type ListedContent } from './activity-api.ts';
import { FETCHES_MAX, UNREADABLE_TRIES_MAX } from './limits.ts';

/** Why a window is incomplete. A temporary reason comes first. */
export type Shortfall = {
  readonly kind: 'passing' | 'final';
  readonly code: string;
  readonly text: string;
};

export type FetchResult = {
  /** Blobs that are completely in the ledger. */
  readonly fetched: number;
  readonly contents: readonly ContentFact[];
  readonly shortfalls: readonly Shortfall[];
};

/** After this many failed blobs in a row, the service has a problem and is left alone for now. */
const FAILURES_IN_A_ROW_MAX = 3;

/** Fetches the blobs of one window, several at a time, and adds their records. */
export class BlobFetcher {
  readonly #api: ActivityApi;
  /** By id, how often a blob was fetched and could not be read. */
  readonly #tries: Map<string, number>;
  /** Blobs that were given up before. If they fail again, their state does not change. */
  readonly #again: ReadonlySet<string>;

  constructor(api: ActivityApi, tries: Map<string, number>, again: ReadonlySet<string>) {
    this.#api = api;
    this.#tries = tries;
    this.#again = again;
  }

  async fetchAll(
    blobs: readonly ListedContent[],
    session: CollectionSession,
    signal?: AbortSignal,
  ): Promise<FetchResult> {
    const contents: ContentFact[] = [];
    const shortfalls: Shortfall[] = [];
    let next = 0;
    let fetched = 0;
    let failures = 0;
    const worker = async (): Promise<void> => {
      while (next < blobs.length && failures < FAILURES_IN_A_ROW_MAX) {
        const blob = blobs[next++] as ListedContent;
        const { content, shortfall } = await this.#one(blob, session, signal);
        if (content !== undefined) contents.push(content);
        if (content?.state === 'read') fetched++;
        failures = shortfall !== undefined && isOfTheService(shortfall) ? failures + 1 : 0;
        if (shortfall !== undefined) shortfalls.push(shortfall);
      }
    };
    await allOf(Array.from({ length: Math.min(FETCHES_MAX, blobs.length) }, worker));
    return { fetched, contents, shortfalls };
  }

  async #one(blob: ListedContent, session: CollectionSession, signal?: AbortSignal): Promise<One> {
    let bytes: Buffer;
    try {
      bytes = await this.#api.fetch(blob.uri, signal);
    } catch (error) {
      if (!(error instanceof HttpError) || error.code === 'ABORTED') throw error;
      return this.#failed(blob, session, error);
    }
    const problem = problemOf(bytes);
    if (problem !== undefined && !this.#isLastTry(blob)) {
      return { shortfall: { kind: 'passing', code: 'not-json', text: problem } };
    }
    this.#tries.delete(blob.id);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (problem !== undefined && firstByte(bytes) !== LIST_OPENS) {
      session.quarantineItem(blob.id, problem, bytes);
      const shortfall = { kind: 'final', code: 'unreadable', text: problem } as const;
      return { content: factOf(blob, 'quarantined', { sha256, bytes: bytes.length }), shortfall };
    }
    const { items } = await session.add({ name: blob.id, bytes, availableMs: blob.createdMs });
    const content = factOf(blob, 'read', { sha256, count: items, bytes: bytes.length });
    if (problem === undefined) return { content };
    return { content, shortfall: { kind: 'final', code: 'unreadable', text: problem } };
  }

  #failed(blob: ListedContent, session: CollectionSession, error: HttpError): One {
    const { code, serviceCode, message } = error;
    if (serviceCode !== undefined && GONE.has(serviceCode)) {
      const text = `content was listed and is no longer available (${serviceCode})`;
      return { content: factOf(blob, 'gone'), shortfall: { kind: 'final', code: 'gone', text } };
    }
    if (OF_THE_BLOB.has(code) && this.#isLastTry(blob)) {
      this.#tries.delete(blob.id);
      session.quarantineItem(blob.id, message, null);
      const shortfall = { kind: 'final', code: 'unreadable', text: message } as const;
      return { content: factOf(blob, 'quarantined'), shortfall };
    }
    return { shortfall: { kind: 'passing', code: serviceCode ?? code, text: message } };
  }

  #isLastTry({ id }: ListedContent): boolean {
    if (this.#again.has(id)) return true;
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    return tries >= UNREADABLE_TRIES_MAX;
  }
}

/** The error concerns the service, not one blob, so the next blob would fail too. */
function isOfTheService({ kind, code }: Shortfall): boolean {
  return kind === 'passing' && code !== 'not-json' && !OF_THE_BLOB.has(code);
}

type One = { readonly content?: ContentFact; readonly shortfall?: Shortfall };

/** The blob is listed but no longer exists. */
const GONE: ReadonlySet<string> = new Set(['AF20050', 'AF20051', 'HTTP 404', 'HTTP 410']);

/** The error may concern the blob or a proxy. A retry shows which. */
const OF_THE_BLOB: ReadonlySet<string> = new Set(['HOST_NOT_CONFIGURED', 'TOO_LARGE']);

function factOf(
  { id, createdMs }: ListedContent,
  state: ContentFact['state'],
  rest: { sha256?: string; count?: number; bytes?: number } = {},
): ContentFact {
  return { id, createdMs, sha256: null, count: 0, bytes: 0, state, ...rest };
}

const LIST_OPENS = 0x5b;
const LIST_CLOSES = 0x5d;

/** A blob must be a JSON list. Other content is recognized by its first and last bytes. */
function problemOf(bytes: Buffer): string | undefined {
  if (firstByte(bytes) !== LIST_OPENS) return `not a JSON list: ${beginning(bytes)}`;
  let last = bytes.length - 1;
  while (last >= 0 && isSpace(bytes[last] as number)) last--;
  return bytes[last] === LIST_CLOSES ? undefined : 'the list of records is cut off';
}

function firstByte(bytes: Buffer): number | undefined {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && isSpace(bytes[at] as number)) at++;
  return bytes[at];
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
