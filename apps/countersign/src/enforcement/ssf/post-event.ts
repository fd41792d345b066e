import type { Post } from './ssf-ports.ts';

/** A receiver's error about an event is one sentence. */
const PUSH_ANSWER_BYTES_MAX: number = 16 * 1024;

/**
 * Posts to receivers of events. It follows no redirect, because the allowed origins were checked
 * before.
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
