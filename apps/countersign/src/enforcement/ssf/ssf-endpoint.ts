import { EndpointError, malformedRequest } from '../http/endpoint-error.ts';
import {
  type EndpointReply,
  type EndpointRequest,
  emptyReply,
  isJson,
  jsonReply,
} from '../http/http-exchange.ts';
import { type Json, parseObject } from '../http/i-json.ts';
import { PollDelivery, pollRequestOf } from './poll-delivery.ts';
import type { Receiver } from './receiver.ts';
import { SSF_PATHS, ssfMetadata, ssfMetadataPath } from './ssf-metadata.ts';
import { StreamManagement } from './stream-management.ts';
import type { Transmitter } from './transmitter.ts';

type Route = (receiver: Receiver, request: EndpointRequest) => Promise<EndpointReply>;

/** SSF 1.0 over HTTP. The server authenticates receivers before. */
export class SsfEndpoint {
  readonly #transmitter: Transmitter;
  readonly #management: StreamManagement;
  readonly #polls: PollDelivery;
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(transmitter: Transmitter) {
    this.#transmitter = transmitter;
    this.#management = new StreamManagement(transmitter);
    this.#polls = new PollDelivery(transmitter);
    this.#routes = this.#table();
  }

  has(path: string): boolean {
    return path.startsWith(`${SSF_PATHS.poll}/`) || this.#methods(path).length > 0;
  }

  /** Undefined unless the request is for a public document. */
  publicPage({
    method,
    path,
  }: Pick<EndpointRequest, 'method' | 'path'>): EndpointReply | undefined {
    const { transmits, keys } = this.#transmitter;
    const isMetadata = path === ssfMetadataPath(transmits.issuer);
    if (!isMetadata && path !== SSF_PATHS.jwks) return undefined;
    if (method !== 'GET' && method !== 'HEAD') {
      return jsonReply(405, 'read this with GET', { allow: 'GET, HEAD' });
    }
    return jsonReply(200, isMetadata ? ssfMetadata(transmits.issuer) : keys.jwks);
  }

  /** @throws EndpointError */
  async answer(receiver: Receiver, request: EndpointRequest): Promise<EndpointReply> {
    const { method, path } = request;
    if (path.startsWith(`${SSF_PATHS.poll}/`)) return this.#poll(receiver, request);
    const route = this.#routes.get(`${method} ${path}`);
    if (route !== undefined) return route(receiver, request);
    const methods = this.#methods(path);
    if (methods.length === 0) throw new EndpointError('UNKNOWN', 'not found');
    return jsonReply(405, `ask with ${methods.join(', ')}`, { allow: methods.join(', ') });
  }

  #methods(path: string): string[] {
    const keys = [...this.#routes.keys()].map((key) => key.split(' '));
    return keys.flatMap(([method = '', at]) => (at === path ? [method] : []));
  }

  async #poll(receiver: Receiver, request: EndpointRequest): Promise<EndpointReply> {
    if (request.method !== 'POST') return jsonReply(405, 'ask with POST', { allow: 'POST' });
    const streamId = request.path.slice(SSF_PATHS.poll.length + 1);
    const asked = pollRequestOf(messageOf(request));
    return jsonReply(200, await this.#polls.poll(receiver, streamId, asked, request.signal));
  }

  #table(): ReadonlyMap<string, Route> {
    const { streams, status, addSubject, removeSubject, verify } = SSF_PATHS;
    const m = this.#management;
    const manages =
      (route: (receiver: Receiver, message: Json) => Promise<EndpointReply>): Route =>
      async (receiver, request) => {
        if (receiver.may !== 'ssf.manage') {
          throw new EndpointError('NOT_YOURS', `${receiver.name} may only read its streams`);
        }
        return route(receiver, messageOf(request));
      };
    return new Map<string, Route>([
      [`POST ${streams}`, manages(async (r, body) => jsonReply(201, await m.create(r, body)))],
      [`GET ${streams}`, async (r, request) => jsonReply(200, this.#read(r, request))],
      [`PATCH ${streams}`, manages(async (r, body) => jsonReply(200, await m.patch(r, body)))],
      [`PUT ${streams}`, manages(async (r, body) => jsonReply(200, await m.replace(r, body)))],
      [`DELETE ${streams}`, (r, request) => this.#remove(r, request)],
      [`GET ${status}`, async (r, request) => jsonReply(200, m.status(r, streamIdIn(request)))],
      [`POST ${status}`, manages(async (r, body) => jsonReply(200, await m.setStatus(r, body)))],
      [`POST ${addSubject}`, manages(async (r, body) => done(200, m.addSubject(r, body)))],
      [`POST ${removeSubject}`, manages(async (r, body) => done(204, m.removeSubject(r, body)))],
      [`POST ${verify}`, manages(async (r, body) => done(204, m.verify(r, body)))],
    ]);
  }

  #read(receiver: Receiver, request: EndpointRequest): unknown {
    const streamId = request.query.get('stream_id');
    if (streamId === null) return this.#management.list(receiver);
    return this.#management.read(receiver, streamId);
  }

  async #remove(receiver: Receiver, request: EndpointRequest): Promise<EndpointReply> {
    if (receiver.may !== 'ssf.manage') {
      throw new EndpointError('NOT_YOURS', `${receiver.name} may only read its streams`);
    }
    return done(204, this.#management.remove(receiver, streamIdIn(request)));
  }
}

async function done(status: number, work: Promise<void>): Promise<EndpointReply> {
  await work;
  return emptyReply(status);
}

function streamIdIn(request: EndpointRequest): string {
  const streamId = request.query.get('stream_id');
  if (streamId === null) throw malformedRequest('stream_id is missing: ask with ?stream_id=…');
  return streamId;
}

function messageOf(request: EndpointRequest): Json {
  if (!isJson(request.header('content-type'))) {
    throw malformedRequest('the Content-Type is not application/json');
  }
  return parseObject(request.body);
}
