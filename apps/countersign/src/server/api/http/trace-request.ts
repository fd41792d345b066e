import { parseTraceparent } from '../../../tracing/trace-context.ts';
import type { Tracer } from '../../../tracing/tracer.ts';
import type { RequestNotes } from '../api-parts.ts';

/**
 * Answers a request within a span, which continues the trace of its caller. Attributes have the
 * names of the HTTP semantic conventions. The path is no attribute, because it can name people.
 */
export async function traceRequest(
  tracer: Tracer,
  { method, headers, url }: Request,
  { notes, answer }: { readonly notes: RequestNotes; readonly answer: () => Promise<Response> },
): Promise<Response> {
  const parent = parseTraceparent(headers.get('traceparent'));
  const attributes = { 'http.request.method': method, 'url.scheme': url.split(':', 1)[0] ?? '' };
  const span = tracer.begin(method, { kind: 'server', parent, attributes });
  const response = await tracer.within(span.context, answer);
  const { status } = response;
  span.rename(`${method} ${notes.operation}`);
  span.end(
    { 'http.response.status_code': status, 'countersign.operation': notes.operation },
    status >= 500 ? 'error' : 'unset',
  );
  return response;
}
