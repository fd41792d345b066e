import { quoted } from '@countersign/core';
import { answerError, type ReceiverAnswer } from '../../delivery/http-post.ts';
import { SinkError } from '../../delivery/sink.ts';
import type { BatchOutcome } from '../refusal-search.ts';

/** As {@link BatchOutcome}, or the token is not accepted. */
export type IngestionOutcome =
  | BatchOutcome
  | { readonly kind: 'unauthorized'; readonly because: string };

/**
 * Classifies an answer of the Logs Ingestion API. Success is 204 without a body.
 * @throws SinkError for a retry, or if a person has to change something
 */
export function ingestionOutcomeOf(url: URL, answer: ReceiverAnswer): IngestionOutcome {
  const { status, retryAfterMs } = answer;
  if (status === 204) return { kind: 'taken' };
  const { code, message } = ingestionError(answer);
  const because = `${url.host} answered ${status}: ${message}`;
  switch (status) {
    case 400:
      if (NAMES_STREAM.test(code)) throw misconfigured(because, 'check "stream" of the feed');
      return { kind: 'refused', because, suspects: [] };
    case 413:
      return { kind: 'refused', because, suspects: [] };
    case 401:
      return { kind: 'unauthorized', because };
    case 403:
      // The feed goes on by itself when the role takes effect.
      throw new SinkError('UNAVAILABLE', `${because}; ${NO_ROLE}`, { retryAfterMs });
    case 404:
      throw misconfigured(because, 'check "url", "rule" and "stream" of the feed');
    case 429:
      throw new SinkError('UNAVAILABLE', because, { retryAfterMs });
    default:
      // 200 of a proxy is no success either.
      if (status >= 300) throw answerError(url, answer);
      throw new SinkError('UNAVAILABLE', `${because}; it is no answer of Azure Monitor`);
  }
}

export function misconfigured(because: string, cure: string): SinkError {
  return new SinkError('MISCONFIGURED', `${because}; ${cure}`);
}

/** Codes of a stream or a rule that does not exist. The documentation lists none. */
const NAMES_STREAM = /stream|rule|dcr/i;

const NO_ROLE =
  'give the app the role "Monitoring Metrics Publisher" on the rule; it takes effect after up to ' +
  '30 minutes';

function ingestionError({ headers, body }: ReceiverAnswer): { code: string; message: string } {
  const header = headers['x-ms-error-code'];
  const { code, message } = parseError(body);
  const stated = typeof header === 'string' ? header : (code ?? '');
  const said = [stated, message ?? ''].filter((part) => part !== '').join(': ');
  return { code: stated, message: quoted(said === '' ? body.trim() : said) };
}

function parseError(body: string): { code?: string; message?: string } {
  try {
    const { error } = JSON.parse(body) as { error?: { code?: unknown; message?: unknown } };
    return {
      ...(typeof error?.code === 'string' && { code: error.code }),
      ...(typeof error?.message === 'string' && { message: error.message }),
    };
  } catch {
    return {};
  }
}
