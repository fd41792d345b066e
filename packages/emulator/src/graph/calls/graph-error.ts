import { DirectoryChangeError } from '../../directory/model/directory-change.ts';
import type { Reply } from '../../http/http-message.ts';
import { FilterError } from '../odata/filter-syntax.ts';

/** An error with Graph's code and text. It becomes the error body of contracts 8.1. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function badRequest(message: string, code = 'Request_BadRequest'): GraphError {
  return new GraphError(400, code, message);
}

export function notFound(id: string): GraphError {
  const message =
    `Resource '${id}' does not exist or one of its queried reference-property objects ` +
    'are not present.';
  return new GraphError(404, 'Request_ResourceNotFound', message);
}

export function accessDenied(
  message = 'Insufficient privileges to complete the operation.',
  code = 'Authorization_RequestDenied',
): GraphError {
  return new GraphError(403, code, message);
}

export type Trace = {
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly nowMs: number;
};

/** The error reply of Graph. */
export function errorReply(error: GraphError, { requestId, clientRequestId, nowMs }: Trace): Reply {
  const innerError = {
    date: new Date(nowMs).toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': clientRequestId,
  };
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', ...error.headers },
    body: JSON.stringify({ error: { code: error.code, message: error.message, innerError } }),
  };
}

/** The reply to an error that the client caused; undefined for an internal error. */
export function refusalReply(error: unknown): GraphError | undefined {
  if (error instanceof GraphError) return error;
  if (error instanceof FilterError) return badRequest(error.message, 'BadRequest');
  if (!(error instanceof DirectoryChangeError)) return undefined;
  switch (error.code) {
    case 'not-found': {
      const named = /'([^']*)'/.exec(error.message)?.[1] ?? '';
      return notFound(named);
    }
    case 'bad-request':
      return badRequest(error.message);
    case 'conflict':
      return new GraphError(409, 'Request_MultipleObjectsWithSameKeyValue', error.message);
  }
}
