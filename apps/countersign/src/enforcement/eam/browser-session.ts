import { randomBytes } from 'node:crypto';
import type { EndpointReply, EndpointRequest } from '../http/http-exchange.ts';
import { languageOf } from '../http/page-language.ts';
import { ATTEMPT_MS } from './limits.ts';
import type { PageContext } from './pages/eam-pages.ts';
import type { Hold } from './pending-sign-ins.ts';

/** The request of a browser, with what this enforcement point needs in addition. */
export type EamRequest = EndpointRequest & {
  /** The browser's address, if known. */
  readonly address: string | null;
};

/**
 * `__Host-`: only this host can set it, and only over TLS. `Strict`: our pages post to ourselves,
 * and requests from other sites never need it. Entra's post begins an attempt and reads no cookie.
 */
const COOKIE = '__Host-countersign-eam';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** Whether the page posts to ourselves or to Entra. */
type Posts = 'here' | 'away';

export type PageReply = {
  readonly status: number;
  readonly posts: Posts;
  readonly page: (frame: PageContext) => string;
  readonly cookie: string;
  /** Our code for the cause, for troubleshooting. */
  readonly cause?: string | undefined;
};

export function holdCookie({ session }: Hold): string {
  return `${COOKIE}=${session}; ${ATTRIBUTES}; Max-Age=${ATTEMPT_MS / 1000}`;
}

export const NO_COOKIE: string = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;

/** Undefined without the cookie, or with several: an attacker may have added one. */
export function sessionOf({ header }: EndpointRequest): string | undefined {
  const pairs = (header('cookie') ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.filter((pair) => pair.startsWith(`${COOKIE}=`));
  return found.length === 1 ? found[0]?.slice(COOKIE.length + 1) : undefined;
}

/** Whether one of our own pages posted this. Every browser with passkeys sends the header. */
export function isOwnPost({ header }: EndpointRequest, origin: string): boolean {
  const site = header('sec-fetch-site');
  return header('origin') === origin && (site === undefined || site === 'same-origin');
}

/**
 * Whether the page is not framed. In a frame of another page, people cannot see what they confirm
 * to whom.
 */
export function isWholePage({ header }: EndpointRequest): boolean {
  return (header('sec-fetch-dest') ?? 'document') === 'document';
}

export function shownTo(request: EndpointRequest, shown: PageReply): EndpointReply {
  const nonce = randomBytes(16).toString('base64');
  const frame = { language: languageOf(request.header('accept-language')), nonce };
  return {
    status: shown.status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': frame.language,
      vary: 'accept-language',
      'content-security-policy': policyOf(nonce, shown.posts),
      'x-frame-options': 'DENY',
      // Not `no-referrer`: our own pages would then post without an origin.
      'referrer-policy': 'strict-origin',
      'permissions-policy': 'publickey-credentials-get=(self), publickey-credentials-create=(self)',
      'strict-transport-security': 'max-age=31536000',
      'set-cookie': shown.cookie,
      ...(shown.cause === undefined ? {} : { 'x-countersign-cause': shown.cause }),
    },
    body: shown.page(frame),
  };
}

/**
 * The content security policy.
 *
 * Pages that post to Entra have no `form-action`: browsers apply it to all redirects, and the last
 * one leads to the application. No opener policy: applications that sign in through a popup would
 * never learn the result.
 */
function policyOf(nonce: string, posts: Posts): string {
  const own = `'nonce-${nonce}'`;
  const parts = [
    "default-src 'none'",
    `script-src ${own}`,
    `style-src ${own}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(posts === 'here' ? ["form-action 'self'"] : []),
  ];
  return parts.join('; ');
}
