import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import type { ConsoleFile, ConsoleFiles } from './console-files.ts';

/** Bundled files carry a hash of their content in their name. */
const HASHED_FOLDER = '/assets/';

/** What no page of the service lets another site do with it. */
const ISOLATION: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'permissions-policy':
    'accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), ' +
    'payment=(), usb=()',
  'x-content-type-options': 'nosniff',
};

/**
 * The web console. Paths that name a view (`/incidents/b2e0`) get the page, and the page shows the
 * view. Paths of the interface and unknown files are not answered here.
 */
export function consoleRoutes(files: ConsoleFiles): Hono {
  const app = new Hono();
  app.get('*', async (context, next) => {
    const { pathname } = new URL(context.req.url);
    const file = files.files.get(pathname);
    if (file !== undefined) {
      const takesGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
      return fileResponse(file, {
        isHashed: pathname.startsWith(HASHED_FOLDER),
        takesGzip,
        known: context.req.header('if-none-match'),
      });
    }
    const isView = !/^\/(?:api|assets|mcp|metrics|\.well-known)(?:\/|$)/.test(pathname);
    const takesPage = /\btext\/html\b/.test(context.req.header('accept') ?? '');
    if (!isView || !takesPage) return next();
    return pageResponse(files.page);
  });
  return app;
}

/** No store: each response has its own nonce. */
function pageResponse(page: string): Response {
  const nonce = randomBytes(18).toString('base64');
  return new Response(page.replaceAll('__NONCE__', nonce), {
    headers: {
      ...ISOLATION,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': contentSecurityPolicy(nonce),
    },
  });
}

/**
 * Fluent UI writes its styles into the page, so styles need a nonce. The console creates no markup
 * from text, so the only Trusted Types policy is the one for the addresses of its own workers.
 */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types countersign-worker',
  ].join('; ');
}

function fileResponse(
  { type, bytes, gzip, etag }: ConsoleFile,
  request: {
    readonly isHashed: boolean;
    readonly takesGzip: boolean;
    readonly known: string | undefined;
  },
): Response {
  const headers = {
    ...ISOLATION,
    etag,
    vary: 'accept-encoding',
    'cache-control': request.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (request.known === etag) return new Response(null, { status: 304, headers });
  const isSmall = request.takesGzip && gzip !== undefined;
  return new Response(isSmall ? gzip : bytes, {
    headers: { ...headers, 'content-type': type, ...(isSmall && { 'content-encoding': 'gzip' }) },
  });
}
