import { isIP } from 'node:net';
import type { AuthzenCaller, AuthzenEndpoint } from '../../enforcement/authzen/authzen-endpoint.ts';
import { BODY_BYTES_MAX as AUTHZEN_BODY_BYTES_MAX } from '../../enforcement/authzen/limits.ts';
import type { CallerRegistry } from '../../enforcement/callers/caller-registry.ts';
import type { EamRequest } from '../../enforcement/eam/browser-session.ts';
import { EAM_PATHS } from '../../enforcement/eam/eam-metadata.ts';
import { FORM_BYTES_MAX as EAM_BODY_BYTES_MAX } from '../../enforcement/eam/limits.ts';
import type { ExternalMethod } from '../../enforcement/eam/open-eam.ts';
import type {
  ForwardAuthEndpoint,
  ProxyCaller,
} from '../../enforcement/forward-auth/forward-auth-endpoint.ts';
import { EndpointError } from '../../enforcement/http/endpoint-error.ts';
import { type EndpointReply, jsonReply } from '../../enforcement/http/http-exchange.ts';
import { POLL_BODY_BYTES_MAX as SSF_BODY_BYTES_MAX } from '../../enforcement/ssf/limits.ts';
import type { Receiver } from '../../enforcement/ssf/receiver.ts';
import type { SsfEndpoint } from '../../enforcement/ssf/ssf-endpoint.ts';
import type { Answer, RequestHandler } from './enforcement-server.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** A caller of any enforcement point. One proof identifies one caller. */
export type EndpointCaller =
  | { readonly kind: 'tool'; readonly caller: AuthzenCaller }
  | { readonly kind: 'proxy'; readonly caller: ProxyCaller }
  | { readonly kind: 'receiver'; readonly caller: Receiver };

export type EndpointsParts = {
  readonly callers: CallerRegistry<EndpointCaller>;
  readonly authzen: AuthzenEndpoint;
  readonly forwardAuth: ForwardAuthEndpoint | undefined;
  readonly ssf: SsfEndpoint | undefined;
  readonly external: ExternalMethod | undefined;
  /** Undefined: decisions are possible. Otherwise the reason why they are stopped. */
  readonly stopped: () => string | undefined;
  readonly onFailure: (error: unknown) => void;
};

/** Authenticates callers and routes their requests to the enforcement points of this process. */
export class EnforcementRouter {
  readonly #parts: EndpointsParts;

  constructor(parts: EndpointsParts) {
    this.#parts = parts;
  }

  readonly answering: RequestHandler = (request) => {
    const { authzen, ssf, forwardAuth } = this.#parts;
    const shown = authzen.metadata(request) ?? ssf?.publicPage(request);
    if (shown !== undefined) return shown;
    const { path } = request;
    const people = this.#external(request);
    if (people !== undefined) return people;
    const isForward = forwardAuth?.has(path) === true;
    const isSsf = ssf?.has(path) === true;
    if (!isForward && !isSsf && !authzen.has(path)) return jsonReply(404, 'not found');
    const who = this.#who(request, isForward ? 'x-countersign-proxy' : 'authorization');
    if (who === undefined) return stranger(request);
    if (isForward) return this.#forward(who, request);
    return isSsf ? this.#ssf(who, request) : this.#authzen(who, request);
  };

  /** A proxy forwards the user's Authorization header, and sends its own proof in another one. */
  #who(
    request: IncomingRequest,
    header: 'authorization' | 'x-countersign-proxy',
  ): EndpointCaller | undefined {
    const { callers } = this.#parts;
    const stated = request.header(header);
    const isToken = header === 'x-countersign-proxy' && stated !== undefined;
    const authorization = isToken ? `Bearer ${stated}` : stated;
    return callers.find({ authorization, certificate: request.certificate });
  }

  /**
   * Browsers send no caller proof: Entra's signed hint identifies the user. Undefined: not a path
   * of the external method.
   */
  #external(request: IncomingRequest): Answer | undefined {
    const { external, stopped, onFailure } = this.#parts;
    if (external === undefined) return undefined;
    const { endpoint, tokens } = external;
    if (tokens !== undefined && request.path === EAM_PATHS.issuance) {
      return { bodyBytesMax: EAM_BODY_BYTES_MAX, answer: () => tokens.answer(request) };
    }
    if (endpoint.isPublic(request.path)) {
      return { bodyBytesMax: 'ignored', answer: () => endpoint.publicPage(request) };
    }
    if (!endpoint.has(request.path)) return undefined;
    const answer = async (): Promise<EndpointReply> => {
      if (stopped() !== undefined) return endpoint.failed(request);
      try {
        return await endpoint.answer(seen(request, external.address));
      } catch (error) {
        onFailure(error);
        return endpoint.failed(request);
      }
    };
    return { bodyBytesMax: EAM_BODY_BYTES_MAX, answer };
  }

  #authzen(who: EndpointCaller, request: IncomingRequest): EndpointReply | Answer {
    if (who.kind !== 'tool') return wrongEndpoint();
    const answer = async (): Promise<EndpointReply> =>
      this.#guarded(async () => {
        this.#checkOpen();
        return this.#parts.authzen.answer(who.caller, request);
      });
    return { bodyBytesMax: AUTHZEN_BODY_BYTES_MAX, caller: accountOf(who), answer };
  }

  #ssf(who: EndpointCaller, request: IncomingRequest): EndpointReply | Answer {
    const { ssf } = this.#parts;
    if (who.kind !== 'receiver' || ssf === undefined) return wrongEndpoint();
    const answer = async (): Promise<EndpointReply> =>
      this.#guarded(() => ssf.answer(who.caller, request));
    return { bodyBytesMax: SSF_BODY_BYTES_MAX, caller: accountOf(who), answer };
  }

  #forward(who: EndpointCaller, request: IncomingRequest): EndpointReply | Answer {
    const { forwardAuth, onFailure } = this.#parts;
    if (who.kind !== 'proxy' || forwardAuth === undefined) return wrongEndpoint();
    const answer = async (): Promise<EndpointReply> => {
      if (this.#parts.stopped() !== undefined) return forwardAuth.failed(who.caller, request);
      try {
        return await forwardAuth.answer(who.caller, request);
      } catch (error) {
        onFailure(error);
        return forwardAuth.failed(who.caller, request);
      }
    };
    // Envoy forwards the original method and, with some settings, the body.
    return { bodyBytesMax: 'ignored', answer };
  }

  #checkOpen(): void {
    const because = this.#parts.stopped();
    if (because !== undefined) throw new EndpointError('UNAVAILABLE', because);
  }

  async #guarded(work: () => Promise<EndpointReply>): Promise<EndpointReply> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof EndpointError) return errorReply(error);
      throw error;
    }
  }
}

function seen(request: IncomingRequest, address: ExternalMethod['address']): EamRequest {
  const { method, path, query, header, body, signal } = request;
  const forwarded = header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  // The balancer added the last address itself. A client can forge all earlier ones.
  const stated = isIP(forwarded) === 0 ? null : forwarded;
  const from = address === 'forwarded' ? stated : request.address;
  return { method, path, query, header, body, signal, address: from };
}

/** Caller names are unique, and never equal an IP address. */
function accountOf({ caller }: EndpointCaller): string {
  return `caller ${caller.name}`;
}

/** The reply to a request whose body was not read. */
export function refusedBody(status: 413 | 429 | 503, what: string): EndpointReply {
  return jsonReply(status, what, status === 413 ? {} : AGAIN);
}

const AGAIN = { 'retry-after': '1' };

/** AuthZEN 1.0, 10.1.2: "an error message string" as the body. */
function errorReply(error: EndpointError): EndpointReply {
  const { status, message, code } = error;
  const again = code === 'TOO_SOON' || code === 'UNAVAILABLE' ? AGAIN : {};
  return jsonReply(status, message, again);
}

function stranger(request: IncomingRequest): EndpointReply {
  const showed = request.header('authorization') !== undefined;
  const challenge = `Bearer realm="countersign"${showed ? ', error="invalid_token"' : ''}`;
  const what = 'unknown caller: send a valid bearer token or client certificate';
  return jsonReply(401, what, { 'www-authenticate': challenge });
}

function wrongEndpoint(): EndpointReply {
  return jsonReply(403, 'this caller may not use this enforcement point');
}
