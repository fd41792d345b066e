import type { Post } from './ssf-ports.ts';

/** What a receiver says of an event that it will not have: a sentence. */
const PUSH_ANSWER_BYTES_MAX: number = 16 * 1024;

/**
 * Calls receivers of events. To which origins is decided before, so no redirect is followed: it
 * would lead elsewhere.
 */
export const post: Post = async ({ url, headers, body, timeoutMs, signal }) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers },
    body,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  });
  return { status: response.status, body: await startOf(response) };
};

async function startOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > PUSH_ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).subarray(0, PUSH_ANSWER_BYTES_MAX).toString('utf8');
}
