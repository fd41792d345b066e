import { createHash } from 'node:crypto';
import type { Decision, DecisionRequest, Properties } from '@countersign/policy';
import type { Caller } from '../callers/caller.ts';
import { bearerOf } from '../callers/caller-registry.ts';
import type { DecisionQueue } from '../decisions/decision-queue.ts';
import { EndpointError } from '../http/endpoint-error.ts';
import type { EndpointReply, EndpointRequest } from '../http/http-exchange.ts';
import { type Refusal, refusalPage } from './denial-page.ts';
import { type Original, type ProxyKind, readOriginalRequest } from './original-request.ts';
import type { Identity, TokenVerifier } from './token-verifier.ts';

/** One of the company's web applications, as a proxy and the policies know it. */
export type Site = {
  /** In lower case, without the port. */
  readonly host: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly action: string;
};

/** A reverse proxy that asks before it forwards a request. */
export type ProxyCaller = Caller & {
  readonly proxy: ProxyKind;
  readonly sites: readonly Site[];
  /** Where browsers without a token are redirected. Undefined: they get 401. */
  readonly signIn: string | undefined;
  readonly passMs: number | undefined;
};

export type ForwardAuthOptions = {
  readonly deciding: DecisionQueue;
  readonly identities: TokenVerifier;
  /**
   * Whether a known pass is over. False for a pass of another node, because an unknown state ends
   * no session.
   */
  readonly isOver: (pass: string) => boolean;
  /** The cookie in which the company's applications store the token. */
  readonly cookie: string;
};

const FORWARD_AUTH = '/forward-auth';
const REFUSED = '/forward-auth/refused';

/** Applications may trust this header, because the proxy accepts it only from us. */
const SUBJECT = 'x-countersign-subject';
const DECISION = 'x-countersign-decision';
const PASS = 'x-countersign-pass';
/** The status that the proxy expects if no decision is possible. */
const UNAVAILABLE = 'x-countersign-unavailable';
/** For the proxy's own refusal page. */
const CAUSE = 'x-countersign-cause';

/** Answers nginx, Envoy and Traefik (contracts 18), without the server. */
export class ForwardAuthEndpoint {
  readonly #options: ForwardAuthOptions;

  constructor(options: ForwardAuthOptions) {
    this.#options = options;
  }

  has(path: string): boolean {
    return path === FORWARD_AUTH || path.startsWith(`${FORWARD_AUTH}/`);
  }

  /** Answers a proxy. Its headers describe the waiting request. Throws only for defects. */
  async answer(
    caller: ProxyCaller,
    request: EndpointRequest & { readonly uri: string },
  ): Promise<EndpointReply> {
    if (caller.proxy === 'nginx' && request.path === REFUSED) return shownTo(request);
    const original = readOriginalRequest(caller.proxy, request, FORWARD_AUTH);
    if (typeof original === 'string') return refused('denied', undefined, request);
    const site = caller.sites.find(({ host }) => host === original.host);
    if (site === undefined) return refused('denied', undefined, request);
    const token = tokenOf(request, this.#options.cookie);
    const identity = token === undefined ? undefined : await this.#options.identities.of(token);
    // A token is bound to its pass: the end of the pass ends the token.
    const isSessionOver = identity?.pass !== undefined && this.#options.isOver(identity.pass);
    if (token === undefined || identity === undefined || isSessionOver)
      return unknownPerson(caller, original, request);
    try {
      const asked = decisionRequest(caller, site, original, identity, token);
      const { passMs } = caller;
      const [decided] = await this.#options.deciding.decide(caller, [asked], { passMs });
      if (decided === undefined) return refused('unavailable', undefined, request);
      return replyTo(decided.decision, identity, request);
    } catch (error) {
      if (error instanceof EndpointError) return unavailable(caller, request);
      throw error;
    }
  }

  /** The reply when the server itself fails, in a form that lets no request in. */
  failed(caller: ProxyCaller, request: EndpointRequest): EndpointReply {
    return unavailable(caller, request);
  }
}

function decisionRequest(
  { tenant }: ProxyCaller,
  { resource, action }: Site,
  { method, host, path, uri, address }: Original,
  { id, factor, device, pass }: Identity,
  token: string,
): DecisionRequest {
  const stated: Properties = {
    method,
    ...(address === null ? {} : { address }),
    ...(factor === undefined ? {} : { factor }),
    ...(device === undefined ? {} : { device }),
    // For readers of the entry: the decision is about this exact request.
    request: {
      ...{ host, path, binding: bindingOf([token, method, uri, address ?? '']) },
      ...(pass === undefined ? {} : { pass }),
    },
  };
  return {
    enforcementPoint: 'forward-auth',
    tenant,
    subject: { type: 'user', id },
    action: { name: action },
    resource,
    context: stated,
  };
}

/** A query may be confidential, and a token is. So only their digest is stored. */
function bindingOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function replyTo(decision: Decision, { id }: Identity, request: EndpointRequest): EndpointReply {
  if (decision.effect === 'deny') {
    const isKnown = decision.cause === 'policy' || decision.cause === 'no-policy';
    return refused(isKnown ? 'denied' : 'unknown', decision.id, request);
  }
  const headers = {
    [SUBJECT]: encodeURIComponent(id),
    [DECISION]: decision.id,
    // Empty without a pass, because some proxies must have a header to copy.
    [PASS]: decision.pass?.id ?? '',
  };
  return { status: 200, headers, body: '' };
}

function refused(
  refusal: Refusal,
  reference: string | undefined,
  request: Pick<EndpointRequest, 'header'>,
  status = 403,
): EndpointReply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    'referrer-policy': 'no-referrer',
    [CAUSE]: refusal,
    [DECISION]: reference ?? '',
    [SUBJECT]: '',
    [PASS]: '',
  };
  return {
    status,
    headers,
    body: refusalPage(refusal, reference, request.header('accept-language')),
  };
}

/**
 * The reply if no decision is possible.
 *
 * Traefik passes it on. nginx treats every status but 401 and 403 as its own error, unless it is
 * configured to ask another node at 503; such a proxy says so. Envoy can be configured to admit
 * requests after a failed check.
 */
function unavailable({ proxy }: ProxyCaller, request: EndpointRequest): EndpointReply {
  const isPassedOver = proxy === 'nginx' && request.header(UNAVAILABLE) === '503';
  const status = proxy === 'traefik' || isPassedOver ? 503 : 403;
  return refused('unavailable', undefined, request, status);
}

function unknownPerson(
  { proxy, signIn }: ProxyCaller,
  { method, host, uri }: Original,
  request: EndpointRequest,
): EndpointReply {
  const isPage = method === 'GET' && (request.header('accept') ?? '').includes('text/html');
  if (signIn !== undefined && isPage && proxy !== 'nginx') {
    // The host is a configured site, so this is no open redirect.
    const back = `https://${host}${uri}`;
    const location = `${signIn}?return_to=${encodeURIComponent(back)}`;
    return { status: 302, headers: { location, [SUBJECT]: '', [PASS]: '' }, body: '' };
  }
  const headers = { 'www-authenticate': 'Bearer realm="countersign"', [SUBJECT]: '', [PASS]: '' };
  return { status: 401, headers, body: '' };
}

/** nginx drops the body of the reply, and requests the page separately with the values from it. */
function shownTo(request: EndpointRequest): EndpointReply {
  const stated = request.header(CAUSE);
  const causes: readonly Refusal[] = ['denied', 'unknown', 'unavailable'];
  const refusal = causes.find((cause) => cause === stated) ?? 'unavailable';
  const reference = request.header(DECISION);
  const isReference = /^[0-9a-f-]{36}$/.test(reference ?? '');
  return refused(refusal, isReference ? reference : undefined, request);
}

/** A header that an application's client sent, or the cookie of a browser. */
function tokenOf({ header }: EndpointRequest, cookie: string): string | undefined {
  const bearer = bearerOf(header('authorization'));
  if (bearer !== undefined) return bearer;
  const pairs = (header('cookie') ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.filter((pair) => pair.startsWith(`${cookie}=`));
  // With two cookies of one name, an attacker added one (RFC 6265, 8.6).
  return found.length === 1 ? found[0]?.slice(cookie.length + 1) : undefined;
}
