import type { EndpointReply } from '../../enforcement/http/http-exchange.ts';
import { type BodyRead, busyStatus, type Exchange } from '../listener/exchange.ts';
import { HttpListener, type ListenerTls } from '../listener/listener.ts';
import { IncomingRequest } from './incoming-request.ts';
import { endpointLimits } from './limits.ts';

/**
 * What answers: at once, or after the body was read. MUST NOT reject, except for a defect of ours.
 */
export type RequestHandler = (request: IncomingRequest) => EndpointReply | Answer;

export type Answer = {
  /** `ignored`: nobody looks at it. */
  readonly bodyBytesMax: number | 'ignored';
  /** On whose account the bytes of a body go; undefined: on that of the address. */
  readonly caller?: string;
  readonly answer: () => Promise<EndpointReply>;
};

export type EndpointServerOptions = {
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: ListenerTls | undefined;
  readonly connectionsPerAddress: number | undefined;
  readonly answering: RequestHandler;
  /** For a body that is not read, and why. */
  readonly refused: (status: 413 | 429 | 503, what: string) => EndpointReply;
  /** A defect of ours: told here, not to the caller. */
  readonly onFailure: (error: unknown) => void;
};

/** The socket of the doors: reads requests, writes answers, and decides nothing. */
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

  /** What was read is answered; nothing more is read. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#listener?.close();
  }

  /** Never rejects: whatever goes wrong is an answer, or nobody is there to hear it. */
  async #answer(exchange: Exchange): Promise<void> {
    const arrived = new IncomingRequest(exchange, this.#closing.signal);
    try {
      exchange.write(await this.#replyTo(arrived));
    } catch (error) {
      // Whoever hung up in the middle of a body hears nothing, and nothing of ours is wrong.
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
  body: '"the answer could not be made: the log of the server says why"',
};
