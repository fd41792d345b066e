import type { FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';

/** The ids by which a record names its token (contracts 7). */
export type TokenIds = {
  readonly tokenId: string;
  readonly sessionId: string | undefined;
  readonly issuedMs: number;
};

type LinkedSignIn = {
  readonly atMs: number;
  readonly sessionId: string | undefined;
  readonly code: unknown;
};

/** The sign-in of a record, or the problem. */
export type Link =
  | { readonly kind: 'sign-in' }
  /** The record itself reports a sign-in. */
  | { readonly kind: 'is-sign-in' }
  | { readonly kind: 'names-none' }
  | { readonly kind: 'no-sign-in'; readonly issuedMs: number }
  | { readonly kind: 'wrong'; readonly what: string };

/** Matches every action with its sign-in, using only the feeds. */
export class SignInLinks {
  readonly #signedIn = new Map<string, LinkedSignIn>();

  /** MUST see records in the order of their events. */
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

  #agree(named: TokenIds, signIn: LinkedSignIn, atMs: number): Link {
    const wrong = (what: string): Link => ({ kind: 'wrong', what });
    if (signIn.code !== 0) return wrong(`the sign-in was refused with ${signIn.code}`);
    if (signIn.atMs > atMs) return wrong(`the sign-in came ${signIn.atMs - atMs} ms later`);
    if (signIn.sessionId !== named.sessionId) return wrong('another session');
    if (Math.abs(named.issuedMs - signIn.atMs) >= 1000) return wrong('issued at another time');
    return { kind: 'sign-in' };
  }
}

/** The name of this kind of record in tests and README. */
export function kindOf({ feed, body }: FeedRecord): string {
  return feed.startsWith('activity/') ? `RecordType ${String(body['RecordType'])}` : feed;
}

/** The sign-in row in Graph, or in the export if Graph has none. */
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
