import { randomBytes } from 'node:crypto';
import type { EndpointReply, EndpointRequest } from '../http/http-exchange.ts';
import { languageOf } from '../http/page-language.ts';
import type { Frame } from './eam-pages.ts';
import { ATTEMPT_MS } from './limits.ts';
import type { Hold } from './pending-sign-ins.ts';

/** What the enforcement point needs to know of a request beside what all enforcement points do. */
export type EamRequest = EndpointRequest & {
  /** Of the browser, as far as it can be told. */
  readonly address: string | null;
};

/**
 * Only this host sets it and only over TLS (`__Host-`). Our pages post to ourselves, so that it is
 * never needed in what another site sends: `Strict`. What Entra posts begins an attempt, and looks
 * at no cookie.
 */
const COOKIE = '__Host-countersign-eam';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** A page that posts to ourselves, or one that a person leaves for Entra. */
type Posts = 'here' | 'away';

export type PageReply = {
  readonly status: number;
  readonly posts: Posts;
  readonly page: (frame: Frame) => string;
  readonly cookie: string;
  /** For whoever looks for a fault: a word of ours. */
  readonly cause?: string | undefined;
};

export function holdCookie({ session }: Hold): string {
  return `${COOKIE}=${session}; ${ATTRIBUTES}; Max-Age=${ATTEMPT_MS / 1000}`;
}

export const NO_COOKIE: string = `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;

/** Undefined where the browser brings none, or several: somebody put one beside ours. */
export function sessionOf({ header }: EndpointRequest): string | undefined {
  const pairs = (header('cookie') ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.filter((pair) => pair.startsWith(`${COOKIE}=`));
  return found.length === 1 ? found[0]?.slice(COOKIE.length + 1) : undefined;
}

/** Whether one of our own pages posted this. Every browser that has passkeys says so. */
export function isOwnPost({ header }: EndpointRequest, origin: string): boolean {
  const site = header('sec-fetch-site');
  return header('origin') === origin && (site === undefined || site === 'same-origin');
}

/** Whether it fills a window: in a frame of another page nobody sees whom they confirm what. */
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
      // Not `no-referrer`: with it our own pages would post without saying where they are from.
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
 * Where a page leaves for Entra, browsers hold `form-action` against every address that Entra sends
 * them on to as well, and the last of these is the application's. No opener policy: applications
 * that sign people in in a window of its own would never hear of the end.
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
