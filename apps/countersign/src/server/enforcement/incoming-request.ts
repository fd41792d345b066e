import { TLSSocket } from 'node:tls';
import type { EndpointRequest } from '../../enforcement/http/http-exchange.ts';
import type { BodyRead, Exchange } from '../listener/exchange.ts';

const NOTHING = new Uint8Array(0);

/** A request at an enforcement point. Rarely used members are computed on demand. */
export class IncomingRequest implements EndpointRequest {
  readonly method: string;
  /** Path and query. */
  readonly uri: string;
  readonly path: string;
  readonly #exchange: Exchange;
  readonly #closing: AbortSignal;
  #body: Uint8Array = NOTHING;

  constructor(exchange: Exchange, closing: AbortSignal) {
    const { method = 'GET', url = '/' } = exchange.request;
    this.#exchange = exchange;
    this.#closing = closing;
    const at = url.indexOf('?');
    this.method = method;
    this.uri = url;
    this.path = at < 0 ? url : url.slice(0, at);
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.uri.slice(this.path.length + 1));
  }

  /** Empty before the body was read. */
  get body(): Uint8Array {
    return this.#body;
  }

  get signal(): AbortSignal {
    const gone = new AbortController();
    this.#exchange.response.once('close', () => gone.abort());
    return AbortSignal.any([gone.signal, this.#closing]);
  }

  /** Address of the TCP peer: a browser, or the load balancer in front. */
  get address(): string | null {
    return this.#exchange.request.socket.remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/i, '') ?? null;
  }

  /** The client certificate that TLS verified, in DER. */
  get certificate(): Uint8Array | undefined {
    const { socket } = this.#exchange.request;
    if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
    const { raw } = socket.getPeerCertificate();
    return raw === undefined || raw.length === 0 ? undefined : raw;
  }

  readonly header = (name: string): string | undefined => {
    const value = this.#exchange.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };

  async read(bytesMax: number, caller: string | undefined): Promise<BodyRead> {
    const read = await this.#exchange.read(bytesMax, caller);
    if (read.kind === 'whole') this.#body = read.bytes;
    return read;
  }

  ignoreBody(): void {
    this.#exchange.ignoreBody();
  }

  /** Releases the request after the reply. A keep-alive connection would otherwise retain it. */
  forget(): void {
    this.#body = NOTHING;
  }
}
