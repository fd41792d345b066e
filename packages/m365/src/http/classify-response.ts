import { urlWithoutQuery } from './allowed-origins.ts';
import { HttpError } from './errors.ts';
import type { Reply } from './http-exchange.ts';
import { RETRY_AFTER_MAX_MS, SERVICE_TEXT_CHARACTERS_MAX } from './limits.ts';

/** The service's own error code and text. */
type ServiceError = { readonly code: string | undefined; readonly text: string | undefined };

/**
 * Reads the error from a body: `{"error":{"code","message"}}` of Graph and the Activity API,
 * `{"error","error_description"}` of the login authority, `x-ms-error-code` of storage.
 */
function serviceErrorOf(reply: Reply): ServiceError {
  const header = reply.headers.get('x-ms-error-code');
  if (header !== undefined) return { code: cut(header), text: undefined };
  const body = parse(reply.body);
  const { error, error_description: description } = body;
  if (typeof error === 'string')
    return { code: stsCode(description) ?? cut(error), text: undefined };
  if (typeof error !== 'object' || error === null) return { code: undefined, text: undefined };
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code: cut(code), text: cut(message) };
}

type Json = { readonly [name: string]: unknown };

function parse(body: Buffer): Json {
  if (body.length > MOST_LOOKED_AT) return {};
  try {
    // The service sometimes writes its errors with single quotes.
    const text = body.toString('utf8');
    const value: unknown = JSON.parse(text.startsWith("{'") ? text.replaceAll("'", '"') : text);
    return typeof value === 'object' && value !== null ? (value as Json) : {};
  } catch {
    return {};
  }
}

const MOST_LOOKED_AT = 64 * 1024;

/**
 * `AADSTS7000215: Invalid client secret…`: the number states the error. The sentence may contain
 * details that must not be logged.
 */
function stsCode(description: unknown): string | undefined {
  return typeof description === 'string' ? /^AADSTS\d{1,9}/.exec(description)?.[0] : undefined;
}

function cut(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, SERVICE_TEXT_CHARACTERS_MAX) : undefined;
}

type Classification =
  | { readonly kind: 'good' }
  | {
      readonly kind: 'throttled' | 'again' | 'unauthorized' | 'refused';
      readonly error: HttpError;
    };

const AGAIN: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

/**
 * Classifies an answer for the caller. The code, not the status, identifies throttling: `AF429`
 * comes with status 403.
 */
export function classifyResponse(reply: Reply, url: URL): Classification {
  const { status } = reply;
  if (status >= 200 && status < 300) return { kind: 'good' };
  const { code, text } = serviceErrorOf(reply);
  const said = [code, text].filter((part) => part !== undefined).join(': ');
  const detail = said === '' ? '' : `, ${said}`;
  const data = { status, service: code ?? `HTTP ${status}`, text };
  const place = urlWithoutQuery(url);
  if (status === 429 || code === 'AF429' || (status === 503 && reply.headers.has('retry-after'))) {
    const message = `${place} asks to slow down (${status}${detail})`;
    return { kind: 'throttled', error: new HttpError('THROTTLED', message, { data }) };
  }
  if (AGAIN.has(status) || code === 'AF50000') {
    const message = `${place} failed (${status}${detail})`;
    return { kind: 'again', error: new HttpError('SERVER_FAILED', message, { data }) };
  }
  const message = `${place} refused (${status}${detail})`;
  if (status === 401) {
    return { kind: 'unauthorized', error: new HttpError('UNAUTHORIZED', message, { data }) };
  }
  const kind = status === 403 ? 'UNAUTHORIZED' : 'REFUSED';
  return { kind: 'refused', error: new HttpError(kind, message, { data }) };
}

/** RFC 9110 section 10.2.3: seconds, or a date by the server's own clock. */
export function retryAfterMs(reply: Reply, nowMs: number): number | undefined {
  const stated = reply.headers.get('retry-after');
  if (stated === undefined) return undefined;
  if (/^\d{1,9}$/.test(stated)) return Math.min(Number(stated) * 1000, RETRY_AFTER_MAX_MS);
  const untilMs = Date.parse(stated);
  if (Number.isNaN(untilMs)) return undefined;
  const serverMs = Date.parse(reply.headers.get('date') ?? '');
  const waitMs = untilMs - (Number.isNaN(serverMs) ? nowMs : serverMs);
  return Math.min(Math.max(0, waitMs), RETRY_AFTER_MAX_MS);
}
