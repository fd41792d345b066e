import type { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { DoorRequest } from '../../access/index.ts';

const NOTHING = new Uint8Array(0);

/** A request at a door. What most requests do not need is made when somebody asks for it. */
export class Arrived implements DoorRequest {
  readonly method: string;
  /** With the query. */
  readonly uri: string;
  readonly path: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #closing: AbortSignal;
  #body: Uint8Array = NOTHING;

  constructor(request: IncomingMessage, response: ServerResponse, closing: AbortSignal) {
    const { method = 'GET', url = '/' } = request;
    this.#request = request;
    this.#response = response;
    this.#closing = closing;
    const at = url.indexOf('?');
    this.method = method;
    this.uri = url;
    this.path = at < 0 ? url : url.slice(0, at);
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.uri.slice(this.path.length + 1));
  }

  /** Empty before it was read. */
  get body(): Uint8Array {
    return this.#body;
  }

  get signal(): AbortSignal {
    const gone = new AbortController();
    this.#response.once('close', () => gone.abort());
    return AbortSignal.any([gone.signal, this.#closing]);
  }

  /** Of whoever is at the other end of the connection: a browser, or the balancer before it. */
  get address(): string | null {
    return this.#request.socket.remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/i, '') ?? null;
  }

  /** The client certificate that TLS verified, in DER. */
  get certificate(): Uint8Array | undefined {
    const { socket } = this.#request;
    if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
    const { raw } = socket.getPeerCertificate();
    return raw === undefined || raw.length === 0 ? undefined : raw;
  }

  readonly header = (name: string): string | undefined => {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };

  /** False when there is more of it than there may be; then the rest is not read. */
  async read(bytesMax: number): Promise<boolean> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax) return false;
      chunks.push(chunk);
    }
    this.#body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    return true;
  }
}
