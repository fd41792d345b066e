import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

/** The reply of a company service. */
export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly body: Buffer;
    }
  | { readonly kind: 'timeout' | 'unreachable' | 'too-large' };

export type Question = {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Real time until the reply is complete. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
};

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** Calls services of the company, only on loopback, whatever address is configured. */
export class OutboundCalls {
  readonly #ca: string | undefined;

  /** @param ca additional authorities to trust, PEM */
  constructor(ca?: string) {
    this.#ca = ca;
  }

  ask({ method, url, headers = {}, body, timeoutMs, bytesMax }: Question): Promise<Answer> {
    const address = URL.parse(url);
    if (address === null || !LOOPBACK.includes(address.hostname)) {
      return Promise.resolve({ kind: 'unreachable' });
    }
    const send = address.protocol === 'https:' ? requestSecure : requestPlain;
    return new Promise((resolve) => {
      const ca = this.#ca === undefined ? {} : { ca: this.#ca };
      const asked = send(address, { method, headers, ...ca }, (response) => {
        bodyOf(response, bytesMax).then(
          (whole) => resolve(whole === undefined ? { kind: 'too-large' } : answer(response, whole)),
          () => resolve({ kind: 'unreachable' }),
        );
      });
      const timer = setTimeout(() => {
        resolve({ kind: 'timeout' });
        asked.destroy();
      }, timeoutMs);
      asked.on('close', () => clearTimeout(timer));
      asked.on('error', () => resolve({ kind: 'unreachable' }));
      asked.end(body);
    });
  }
}

function answer(response: IncomingMessage, body: Buffer): Answer {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value);
  return { kind: 'answer', status: response.statusCode ?? 0, headers, body };
}

/** Undefined if it exceeds the limit. */
async function bodyOf(response: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > bytesMax) {
      response.destroy();
      return undefined;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
