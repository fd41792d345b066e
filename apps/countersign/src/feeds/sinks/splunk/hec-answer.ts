import { quoted } from '@countersign/core';

/** What an answer of HEC means for its request. */
export type HecOutcome =
  | { readonly kind: 'taken'; readonly ackId: number | undefined }
  | { readonly kind: 'retry' | 'misconfigured'; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string; readonly suspects: readonly number[] };

/**
 * Classifies an answer by its `code`, also with status 200: a proxy or a version of Splunk may
 * answer 200 with a code that is not 0.
 */
export function hecOutcomeOf(status: number, body: string): HecOutcome {
  const { code, text, ackId, invalidEvent } = parseHecAnswer(body);
  if (status === 413) {
    return { kind: 'refused', because: 'Splunk answered 413: it is too large', suspects: [] };
  }
  if (code === undefined) return withoutCode(status, body);
  if (code === SUCCESS && isSuccess(status)) return { kind: 'taken', ackId };
  const because = `Splunk answered ${status}, code ${code}: ${quoted(text ?? 'no text')}`;
  const cure = CURES.get(code);
  if (cure !== undefined) return { kind: 'misconfigured', because: `${because}; ${cure}` };
  if (RETRY.has(code) || status === 429 || status >= 500 || code === SUCCESS) {
    return { kind: 'retry', because };
  }
  // A code that this version does not know, with 400, is about the content: it never gets better.
  if (REFUSED.has(code) || status === 400) {
    return { kind: 'refused', because, suspects: suspectsOf(invalidEvent) };
  }
  return { kind: 'retry', because };
}

/** `GET /services/collector/health`. Undefined: healthy. */
export function healthProblemOf(status: number, body: string): string | undefined {
  const { code, text } = parseHecAnswer(body);
  if (status === 200 && (code === undefined || code === HEALTHY)) return undefined;
  return `Splunk's health check answered ${status}, ${quoted(text ?? 'no text')}`;
}

/** The ids that an answer to `/services/collector/ack` reports as indexed. */
export function indexedAcksOf(body: string): number[] {
  const acks = parseObject(body)?.['acks'];
  if (typeof acks !== 'object' || acks === null) return [];
  return Object.entries(acks).flatMap(([id, isIndexed]) =>
    isIndexed === true ? [Number(id)] : [],
  );
}

const SUCCESS = 0;
const HEALTHY = 17;

/** Codes 15 to 25 are not documented for all versions. */
const RETRY: ReadonlySet<number> = new Set([8, 9, 18, 19, 20, 23, 24, 25]);
const REFUSED: ReadonlySet<number> = new Set([5, 6, 12, 13, 15]);
const CURES: ReadonlyMap<number, string> = new Map([
  [1, 'enable the token in Splunk'],
  [2, 'check the token of the feed, and proxies that remove the Authorization header'],
  [3, 'check the token of the feed, and proxies that change the Authorization header'],
  [4, 'check the token of the feed'],
  [7, 'check "index" of the feed, and the indexes that the token allows'],
  [10, 'the token has indexer acknowledgment: add "acknowledgment: true" to the feed'],
  [11, 'check proxies that change the X-Splunk-Request-Channel header'],
  [14, 'the token has no indexer acknowledgment: enable it, or remove "acknowledgment: true"'],
  [16, 'check proxies that remove the Authorization header'],
]);

type HecAnswer = {
  readonly code: number | undefined;
  readonly text: string | undefined;
  readonly ackId: number | undefined;
  readonly invalidEvent: number | undefined;
};

function parseHecAnswer(body: string): HecAnswer {
  const { code, text, ackId, 'invalid-event-number': invalidEvent } = parseObject(body) ?? {};
  return {
    code: numberOf(code),
    text: typeof text === 'string' ? text : undefined,
    ackId: numberOf(ackId),
    invalidEvent: numberOf(invalidEvent),
  };
}

/** The answer of something between us and Splunk. */
function withoutCode(status: number, body: string): HecOutcome {
  const because = `the answer ${status} is not one of HEC: ${quoted(body.trim())}`;
  if (status >= 500 || status === 429 || status === 408) return { kind: 'retry', because };
  if (isSuccess(status)) return { kind: 'retry', because: `${because}; check "url"` };
  return { kind: 'misconfigured', because: `${because}; check "url" and proxies` };
}

/** Versions of Splunk count from 0 or from 1, so both events are in question. */
function suspectsOf(invalidEvent: number | undefined): readonly number[] {
  return invalidEvent === undefined ? [] : [invalidEvent - 1, invalidEvent];
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
