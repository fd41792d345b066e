import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A smaller reply fits into one packet either way. */
const COMPRESSED_BYTES_MIN = 1024;

const compress = promisify(gzip);

/**
 * Compresses a document for a client that takes gzip. Streams stay as they are, because a record
 * must not wait for the next one.
 */
export async function compressed(request: Request, reply: Response): Promise<Response> {
  const type = reply.headers.get('content-type') ?? '';
  const isDocument = /^application\/(?:json|vnd\.oai\.openapi\+json)\b/.test(type);
  const accepts = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/;
  // A reply that states its encoding must stay as it is.
  if (!isDocument || reply.body === null || reply.headers.has('content-encoding')) return reply;
  if (!accepts.test(request.headers.get('accept-encoding') ?? '')) return reply;
  const bytes = new Uint8Array(await reply.arrayBuffer());
  const { status } = reply;
  const headers = new Headers(reply.headers);
  headers.append('vary', 'accept-encoding');
  if (bytes.length < COMPRESSED_BYTES_MIN) return new Response(bytes, { status, headers });
  headers.set('content-encoding', 'gzip');
  return new Response(await compress(bytes), { status, headers });
}
