import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** A problem document (RFC 9457) with a stable `code`, which scripts may rely on. */
export type Problem = {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
};

const PROBLEM_TYPE = 'application/problem+json';

/** The reason phrases of RFC 9110 and RFC 6585 for the statuses that we use. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export function problemOf(status: ContentfulStatusCode, code: string, detail: string): Problem {
  return { status, code, title: TITLES[status] ?? 'Error', detail };
}

/** Ends a request from any depth. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.detail);
    this.problem = problem;
    this.headers = headers;
  }
}

export function refuse(
  status: ContentfulStatusCode,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): never {
  throw new ProblemError(problemOf(status, code, detail), headers);
}

export function problemResponse(
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const { status, ...members } = problem;
  const body = JSON.stringify({ type: 'about:blank', status, ...members });
  return new Response(`${body}\n`, {
    status,
    headers: { ...headers, 'content-type': PROBLEM_TYPE },
  });
}
