import { malformedRequest } from '../http/endpoint-error.ts';
import { given, isObject, type Json } from '../http/i-json.ts';
import { RECEIVER_TEXT_CHARACTERS_MAX, VERIFICATION_EVERY_MS } from './limits.ts';
import { SUPPORTED_EVENTS } from './security-event.ts';
import type { SubjectId } from './subject-identifier.ts';

export const PUSH = 'urn:ietf:rfc:8935';
export const POLL = 'urn:ietf:rfc:8936';

export type DeliveryMethod =
  | { readonly method: typeof PUSH; readonly endpointUrl: string }
  | { readonly method: typeof POLL };

export const STATUSES = ['enabled', 'paused', 'disabled'] as const;
export type Status = (typeof STATUSES)[number];

/** One stream. The receiver's secret (the push header) is stored separately. */
export type Stream = {
  readonly id: string;
  /** The receiver's name in the configuration. */
  readonly receiver: string;
  readonly audience: string;
  /** The requested event types. Undefined: all. */
  readonly requested: readonly string[] | undefined;
  readonly delivery: DeliveryMethod;
  readonly description: string | undefined;
  readonly status: Status;
  readonly reason: string | undefined;
  /** Subjects that the receiver excluded. All others are included. */
  readonly excluded: readonly SubjectId[];
};

/** Members that a receiver may supply (SSF 1.0, 8.1.1). */
export type StreamRequest = {
  readonly requested: readonly string[] | undefined;
  readonly delivery: DeliveryMethod;
  /** Push only: sent with each event, stored separately, and never returned. */
  readonly authorization: string | undefined;
  readonly description: string | undefined;
};

/** The origins to which a receiver accepts pushes. Nothing else is ever called. */
export type PushScope = { readonly pushTo: readonly string[] };

/** The transmitter's own values. */
export type Transmits = { readonly issuer: string; readonly pollEndpoint: string };

/** @throws EndpointError MALFORMED */
export function wantedOf(message: Json, scope: PushScope): StreamRequest {
  const { delivery, authorization } = deliveryOf(given(message, 'delivery'), scope);
  return {
    requested: requestedOf(given(message, 'events_requested')),
    delivery,
    authorization,
    description: textOf(given(message, 'description'), 'description'),
  };
}

/**
 * Applies a partial update. Members that the transmitter supplies may be present, and must then be
 * unchanged.
 * @throws EndpointError MALFORMED
 */
export function applyStreamPatch(
  message: Json,
  now: { readonly stream: Stream; readonly authorization: string | undefined },
  scope: PushScope,
): StreamRequest {
  const { stream } = now;
  const has = (member: string): boolean => Object.hasOwn(message, member);
  const wanted = wantedOf(message, scope);
  return {
    requested: has('events_requested') ? wanted.requested : stream.requested,
    delivery: has('delivery') ? wanted.delivery : stream.delivery,
    authorization: has('delivery') ? wanted.authorization : now.authorization,
    description: has('description') ? wanted.description : stream.description,
  };
}

/**
 * @throws EndpointError MALFORMED when the message would change what is not the receiver's to
 * change
 */
export function checkSupplied(message: Json, stream: Stream, transmits: Transmits): void {
  const shown = shownOf(stream, transmits);
  for (const name of ['iss', 'aud', 'events_supported', 'events_delivered'] as const) {
    const stated = given(message, name);
    if (stated !== undefined && JSON.stringify(stated) !== JSON.stringify(shown[name])) {
      throw malformedRequest(`${name} cannot change: omit it, or send it unchanged`);
    }
  }
}

export function deliveredEventTypes({ requested }: Pick<Stream, 'requested'>): readonly string[] {
  if (requested === undefined) return SUPPORTED_EVENTS;
  return SUPPORTED_EVENTS.filter((type) => requested.includes(type));
}

/**
 * Removes event types that are no longer sent from a stream of an earlier version. Their silence
 * would look like good news.
 */
export function asSupported(stream: Stream): Stream {
  return stream.requested === undefined
    ? stream
    : { ...stream, requested: deliveredEventTypes(stream) };
}

/** The stream as its receiver sees it. */
export function shownOf(stream: Stream, { issuer, pollEndpoint }: Transmits): Json {
  const { id, audience, requested, delivery, description } = stream;
  const shown =
    delivery.method === PUSH
      ? { method: PUSH, endpoint_url: delivery.endpointUrl }
      : { method: POLL, endpoint_url: `${pollEndpoint}/${id}` };
  return {
    stream_id: id,
    iss: issuer,
    aud: audience,
    events_supported: SUPPORTED_EVENTS,
    ...(requested === undefined ? {} : { events_requested: requested }),
    events_delivered: deliveredEventTypes(stream),
    delivery: shown,
    min_verification_interval: VERIFICATION_EVERY_MS / 1000,
    ...(description === undefined ? {} : { description }),
  };
}

/** @throws EndpointError MALFORMED */
export function statusOf(message: Json): { readonly status: Status; readonly reason?: string } {
  const stated = given(message, 'status');
  const status = STATUSES.find((known) => known === stated);
  if (status === undefined) throw malformedRequest(`status must be one of ${STATUSES.join(', ')}`);
  const reason = textOf(given(message, 'reason'), 'reason');
  return { status, ...(reason === undefined ? {} : { reason }) };
}

/** @throws EndpointError MALFORMED */
export function streamIdOf(message: Json): string {
  const id = textOf(given(message, 'stream_id'), 'stream_id');
  if (id === undefined) throw malformedRequest('stream_id is missing');
  return id;
}

/** @throws EndpointError MALFORMED */
export function textOf(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw malformedRequest(`${name} is not a string`);
  if (value.length <= RECEIVER_TEXT_CHARACTERS_MAX) return value;
  throw malformedRequest(`${name} is longer than ${RECEIVER_TEXT_CHARACTERS_MAX} characters`);
}

function requestedOf(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > 2 * SUPPORTED_EVENTS.length) {
    throw malformedRequest('events_requested is not a list of events, or is too long');
  }
  return value.map((each: unknown) => textOf(each, 'an event of events_requested') ?? '');
}

function deliveryOf(
  value: unknown,
  scope: PushScope,
): { readonly delivery: DeliveryMethod; readonly authorization: string | undefined } {
  // "If delivery is not present, poll is assumed" (8.1.1.1).
  if (value === undefined) return { delivery: { method: POLL }, authorization: undefined };
  if (!isObject(value)) throw malformedRequest('delivery is not an object');
  const method = given(value, 'method');
  if (method === POLL) return { delivery: { method }, authorization: undefined };
  if (method !== PUSH) throw malformedRequest(`delivery.method is neither ${PUSH} nor ${POLL}`);
  const authorization = textOf(given(value, 'authorization_header'), 'the authorization_header');
  // A line break in a header would inject another header.
  if (authorization !== undefined && !/^[\t\x20-\x7e]*$/.test(authorization)) {
    throw malformedRequest('delivery.authorization_header is not the value of a header');
  }
  const endpointUrl = endpointOf(given(value, 'endpoint_url'), scope);
  return { delivery: { method, endpointUrl }, authorization };
}

/**
 * Checks the push address. A receiver that may name any address could make this machine call
 * internal services (SSRF).
 */
function endpointOf(value: unknown, { pushTo }: PushScope): string {
  const text = textOf(value, 'delivery.endpoint_url');
  const url = text === undefined ? null : URL.parse(text);
  if (url === null) throw malformedRequest('delivery.endpoint_url is not a URL');
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw malformedRequest('delivery.endpoint_url holds a name, a password or a fragment');
  }
  if (pushTo.includes(url.origin)) return url.href;
  throw malformedRequest('delivery.endpoint_url is not an allowed address of this receiver');
}
