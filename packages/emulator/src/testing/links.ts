import type { FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';

/** The ids by which a record names the token behind it (contracts 7). */
export type TokenIds = {
  readonly tokenId: string;
  readonly sessionId: string | undefined;
  readonly issuedMs: number;
};

type SignedIn = {
  readonly atMs: number;
  readonly sessionId: string | undefined;
  readonly code: unknown;
};

/** What stands behind a record: a sign-in, as it should, or what is wrong. */
export type Link =
  | { readonly kind: 'sign-in' }
  /** The record tells of a sign-in itself. */
  | { readonly kind: 'is-sign-in' }
  | { readonly kind: 'names-none' }
  | { readonly kind: 'no-sign-in'; readonly issuedMs: number }
  | { readonly kind: 'wrong'; readonly what: string };

/** Follows every action back to its sign-in, as one does who has all feeds and nothing else. */
export class LinkBook {
  readonly #signedIn = new Map<string, SignedIn>();

  /** MUST be told of records in the order in which they happened. */
  follow(record: FeedRecord): Link {
    const { feed, body, atMs } = record;
    if (feed === 'activity/Audit.AzureActiveDirectory' && body['RecordType'] === 15)
      return { kind: 'is-sign-in' };
    const row = rowOf(record);
    if (row !== undefined) {
      const { uniqueTokenIdentifier, sessionId, status } = row;
      this.#signedIn.set(String(uniqueTokenIdentifier), {
        atMs,
        sessionId: textOf(sessionId),
        code: (status as JsonObject)['errorCode'],
      });
      return { kind: 'is-sign-in' };
    }
    const named = namedBy(record);
    if (named === undefined) return { kind: 'names-none' };
    const signIn = this.#signedIn.get(named.tokenId);
    if (signIn === undefined) return { kind: 'no-sign-in', issuedMs: named.issuedMs };
    return this.#agree(named, signIn, atMs);
  }

  #agree(named: TokenIds, signIn: SignedIn, atMs: number): Link {
    const wrong = (what: string): Link => ({ kind: 'wrong', what });
    if (signIn.code !== 0) return wrong(`the sign-in was refused with ${signIn.code}`);
    if (signIn.atMs > atMs) return wrong(`the sign-in came ${signIn.atMs - atMs} ms later`);
    if (signIn.sessionId !== named.sessionId) return wrong('another session');
    if (Math.abs(named.issuedMs - signIn.atMs) >= 1000) return wrong('issued at another time');
    return { kind: 'sign-in' };
  }
}

/** How tests and README call this kind of record. */
export function kindOf({ feed, body }: FeedRecord): string {
  return feed.startsWith('activity/') ? `RecordType ${String(body['RecordType'])}` : feed;
}

/** What a row of Graph says of a sign-in, or the export where Graph has no row. */
function rowOf({ feed, body }: FeedRecord): JsonObject | undefined {
  if (feed === 'graph/signIns') return body;
  return /^azure\/.*SignInLogs$/.test(feed) ? (body['properties'] as JsonObject) : undefined;
}

function namedBy({ body }: FeedRecord): TokenIds | undefined {
  const context = body['AppAccessContext'] as JsonObject | undefined;
  const properties = (body['properties'] ?? {}) as JsonObject;
  const tokenId = textOf(context?.['UniqueTokenId']) ?? textOf(properties['signInActivityId']);
  if (tokenId === undefined) return undefined;
  const issued = String(context?.['IssuedAtTime'] ?? properties['tokenIssuedAt']);
  return {
    tokenId,
    sessionId: textOf(context === undefined ? properties['sessionId'] : context['AADSessionId']),
    issuedMs: Date.parse(issued.endsWith('Z') ? issued : `${issued}Z`),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
