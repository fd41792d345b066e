/**
 * A question that got no answer. "Unknown" is an answer, and no error.
 *
 * `code` is the code of the service's problem document (RFC 9457), or
 * - `unreachable`    the service did not answer, also not after retries
 * - `invalid-reply`  the reply is not what the service's document describes
 * - `insecure-url`   the address is neither HTTPS nor this machine
 * - `changed`        what the caller has seen has changed: `current` shows it as it is now
 */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: string;
  /** The HTTP status; undefined without a reply. */
  readonly status: number | undefined;
  /** When the service asks to try again; undefined: it does not say. */
  readonly retryAfterMs: number | undefined;
  readonly current: unknown;

  constructor(
    code: string,
    message: string,
    more: {
      readonly status?: number;
      readonly retryAfterMs?: number | undefined;
      readonly current?: unknown;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
    this.current = more.current;
  }
}

/** The error of a reply that is not 2xx. Reads its body. */
export async function errorOf(response: Response): Promise<ClientError> {
  const { status } = response;
  const retryAfterMs = retryAfterMsOf(response.headers);
  const body = await jsonOf(response);
  if (status === 412) {
    const text = 'it has changed since it was read: read it again, then decide';
    return new ClientError('changed', text, { status, current: body });
  }
  const { code, detail, title } = (body ?? {}) as Readonly<Record<string, unknown>>;
  const known = typeof code === 'string' ? code : `http-${status}`;
  const text = [detail, title].find((each) => typeof each === 'string');
  const message = typeof text === 'string' ? text : `the service replied with status ${status}`;
  return new ClientError(known, message, { status, retryAfterMs });
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    // A proxy in between replies with a page. The status is what is left.
    return undefined;
  }
}

/**
 * RFC 9110, section 10.2.3: seconds, or a date. A date counts from the date of the reply, because
 * the clocks of the two machines may differ.
 */
export function retryAfterMsOf(headers: Headers): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const ms = Date.parse(value) - Date.parse(headers.get('date') ?? '');
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
