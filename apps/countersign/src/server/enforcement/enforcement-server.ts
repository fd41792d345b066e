import type { EndpointReply } from '../../enforcement/http/http-exchange.ts';
import { type BodyRead, busyStatus, type Exchange } from '../listener/exchange.ts';
import { HttpListener, type ListenerTls } from '../listener/listener.ts';
import { IncomingRequest } from './incoming-request.ts';
import { endpointLimits } from './limits.ts';

/** Answers at once, or after the body was read. MUST NOT reject, except for an internal error. */
export type RequestHandler = (request: IncomingRequest) => EndpointReply | Answer;

export type Answer = {
  /** `ignored`: the server discards the body. */
  readonly bodyBytesMax: number | 'ignored';
  /** The caller whose budget the body counts against. Undefined: the peer's address. */
  readonly caller?: string;
  readonly answer: () => Promise<EndpointReply>;
};

export type EndpointServerOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: ListenerTls | undefined;
  readonly connectionsPerAddress: number | undefined;
  readonly answering: RequestHandler;
  /** Creates the reply to a request whose body is not read. */
  readonly refused: (status: 413 | 429 | 503, what: string) => EndpointReply;
  /** Reports a bug in Countersign, which the caller does not see. */
  readonly onFailure: (error: unknown) => void;
};

/**
 * The HTTP socket of the enforcement points. It reads requests and writes answers; it decides
 * nothing.
 */
export class EnforcementServer {
  readonly #options: EndpointServerOptions;
  readonly #closing = new AbortController();
  #listener: HttpListener | undefined;

  static async open(options: EndpointServerOptions): Promise<EnforcementServer> {
    const endpoint = new EnforcementServer(options);
    const { listen, tls, connectionsPerAddress } = options;
    endpoint.#listener = await HttpListener.open({
      ...{ listen, tls, limits: endpointLimits(connectionsPerAddress) },
      handle: (exchange) => endpoint.#answer(exchange),
    });
    return endpoint;
  }

  private constructor(options: EndpointServerOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#listener?.url ?? '';
  }

  /** Answers requests that were read, and reads no more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#listener?.close();
  }

  /** Never rejects: each failure becomes a reply, unless the peer is gone. */
  async #answer(exchange: Exchange): Promise<void> {
    const arrived = new IncomingRequest(exchange, this.#closing.signal);
    try {
      exchange.write(await this.#replyTo(arrived));
    } catch (error) {
      // The peer disconnected during its body: no reply is possible, and it is not our defect.
      if (exchange.isCutOff) return;
      this.#options.onFailure(error);
      exchange.write(FAILED);
    } finally {
      arrived.forget();
    }
  }

  async #replyTo(arrived: IncomingRequest): Promise<EndpointReply> {
    const answering = this.#options.answering(arrived);
    if ('status' in answering) {
      arrived.ignoreBody();
      return answering;
    }
    const { bodyBytesMax, caller, answer } = answering;
    if (bodyBytesMax === 'ignored') arrived.ignoreBody();
    else {
      const read = await arrived.read(bodyBytesMax, caller);
      if (read.kind !== 'whole') return this.#refused(read, bodyBytesMax);
    }
    return answer();
  }

  #refused(read: Exclude<BodyRead, { kind: 'whole' }>, bytesMax: number): EndpointReply {
    const { refused } = this.#options;
    if (read.kind === 'too-large') return refused(413, `the body is larger than ${bytesMax} bytes`);
    const { status, text } = busyStatus(read.refusal);
    return refused(status, text);
  }
}

const FAILED: EndpointReply = {
  status: 500,
  headers: { 'content-type': 'application/json' },
  body: '"the server could not answer: see its log"',
};
