import type { Clock, Random } from '@countersign/core';
import {
  type Decision,
  type DecisionRequest,
  type OpenedPass,
  PolicyError,
  type Properties,
} from '@countersign/policy';
import type { People } from '../approvals/signed-statement.ts';
import type { DecisionQueue } from '../decisions/decision-queue.ts';
import { referenceOf } from '../decisions/decision-reference.ts';
import { EndpointError } from '../http/endpoint-error.ts';
import { type EndpointReply, type EndpointRequest, jsonReply } from '../http/http-exchange.ts';
import { authorizationOf, type RegisteredClient } from './authorization-request.ts';
import {
  type EamRequest,
  holdCookie,
  isOwnPost,
  isWholePage,
  NO_COOKIE,
  sessionOf,
  shownTo,
} from './browser-session.ts';
import { EAM_DISCOVERY, EAM_PATHS, eamMetadata } from './eam-metadata.ts';
import {
  answerPage,
  confirmPage,
  type FormTarget,
  refusalPage,
  registerPage,
} from './eam-pages.ts';
import { EnrollmentEndpoint } from './enrollment-endpoint.ts';
import { type Form, parseForm } from './form-body.ts';
import type { IdTokenHintVerifier } from './id-token-hint.ts';
import type { KeyRing } from './key-ring.ts';
import { ATTEMPT_MS, FAILURES_MAX } from './limits.ts';
import type { Notice, Refusal } from './page-text.ts';
import type { Passkey, PasskeyFault, PasskeyRecord } from './passkeys/passkey-record.ts';
import type { PasskeyStore } from './passkeys/passkey-store.ts';
import type { AuthenticationResult, WebAuthnCeremony } from './passkeys/webauthn-ceremony.ts';
import {
  type BoundSignIn,
  type PendingSignIn,
  PendingSignIns,
  type RegisterAttempt,
  type UseAttempt,
} from './pending-sign-ins.ts';
import { ReplayCache, type ReplayStore } from './replay-cache.ts';

export type EamOptions = {
  /** The issuer, and the base of our pages: an https URL without a trailing slash. */
  readonly issuer: string;
  readonly registered: RegisteredClient;
  readonly hints: IdTokenHintVerifier;
  /** The current ring, because keys roll. */
  readonly ring: () => KeyRing;
  readonly ceremony: WebAuthnCeremony;
  readonly passkeys: PasskeyStore;
  readonly people: People;
  readonly used: ReplayStore;
  readonly deciding: DecisionQueue;
  readonly passMs: number;
  /** Called for each opened pass, with the object id of the person. */
  readonly onPass: (
    pass: OpenedPass & { readonly tenant: string; readonly person: string },
  ) => void;
  readonly clock: Clock;
  readonly random: Random;
};

type Step = (request: EamRequest, form: Form) => Promise<EndpointReply>;

/** All people here share one queue, beside those of tools and proxies. */
const CALLER = { name: 'external method' };

/**
 * Entra's external authentication method (contracts 9), without the server.
 *
 * It receives a person from Entra, requests a passkey, evaluates the policies, and sends the person
 * back.
 */
export class EamEndpoint {
  readonly #options: EamOptions;
  readonly #attempts: PendingSignIns;
  readonly #taken: ReplayCache;
  readonly #enrollment: EnrollmentEndpoint;
  readonly #origin: string;
  readonly #steps: ReadonlyMap<string, Step>;

  constructor(options: EamOptions) {
    const { clock, random, issuer } = options;
    this.#options = options;
    this.#attempts = new PendingSignIns(clock, random);
    this.#taken = new ReplayCache(clock, options.used);
    this.#enrollment = new EnrollmentEndpoint(options);
    this.#origin = new URL(issuer).origin;
    this.#steps = new Map<string, Step>([
      [EAM_PATHS.authorize, (request, form) => this.#authorize(request, form)],
      [EAM_PATHS.passkey, (...step) => this.#ofAttempt(...step, this.#prove)],
      [EAM_PATHS.enroll, (...step) => this.#ofAttempt(...step, this.#enroll)],
      [EAM_PATHS.register, (...step) => this.#ofAttempt(...step, this.#register)],
      [EAM_PATHS.refuse, (...step) => this.#ofAttempt(...step, this.#giveUp)],
    ]);
  }

  has(path: string): boolean {
    return this.#steps.has(path);
  }

  /** The public documents. */
  async publicPage({
    method,
    path,
  }: Pick<EndpointRequest, 'method' | 'path'>): Promise<EndpointReply> {
    if (method !== 'GET' && method !== 'HEAD') {
      return jsonReply(405, 'read this with GET', { allow: 'GET, HEAD' });
    }
    const { issuer, ring } = this.#options;
    return jsonReply(200, path === EAM_DISCOVERY ? eamMetadata(issuer) : await ring().jwks());
  }

  isPublic(path: string): boolean {
    return path === EAM_DISCOVERY || path === EAM_PATHS.keys;
  }

  async answer(request: EamRequest): Promise<EndpointReply> {
    const step = this.#steps.get(request.path);
    const form = parseForm(request.header('content-type'), request.body);
    const isPlain = request.method === 'POST' && request.query.size === 0;
    if (step === undefined || form === undefined || !isPlain || !isWholePage(request)) {
      return this.#noRequest(request, 'form');
    }
    return step(request, form);
  }

  /** The reply when the server itself fails: it lets no person in. */
  failed(request: EndpointRequest): EndpointReply {
    return this.#refused(request, { refusal: 'unavailable', status: 503 });
  }

  async #authorize(request: EamRequest, form: Form): Promise<EndpointReply> {
    const { registered, hints } = this.#options;
    const asked = authorizationOf(form, registered);
    if (typeof asked === 'string') return this.#noRequest(request, asked);
    const hint = await hints.verify(form.get('id_token_hint') ?? '');
    if (hint === 'keys') return this.failed(request);
    if (typeof hint === 'string') return this.#noRequest(request, hint);
    const names = [`hint ${hint.digest}`, `nonce ${asked.nonce}`];
    const taken = await this.#taken.take(names, hint.issuedMs);
    if (taken === 'again') return this.#noRequest(request, 'again');
    const { address } = request;
    return this.#ask(request, this.#attempts.begin({ hint, asked, address }), undefined);
  }

  /** Runs a step of this browser's attempt, posted by one of our pages. */
  async #ofAttempt(
    request: EamRequest,
    form: Form,
    step: (request: EamRequest, attempt: PendingSignIn, form: Form) => Promise<EndpointReply>,
  ): Promise<EndpointReply> {
    const session = sessionOf(request) ?? '';
    const token = form.get('token') ?? '';
    const attempt = isOwnPost(request, this.#origin)
      ? this.#attempts.take({ session, token })
      : undefined;
    if (attempt === undefined) {
      return this.#refused(request, { refusal: 'over', status: 400 });
    }
    try {
      return await step(request, attempt, form);
    } catch (error) {
      const isKnown = error instanceof EndpointError || error instanceof PolicyError;
      if (!isKnown) throw error;
      return this.#refused(request, { refusal: 'unavailable', status: 503, attempt });
    }
  }

  readonly #prove = async (
    request: EamRequest,
    attempt: PendingSignIn,
    form: Form,
  ): Promise<EndpointReply> => {
    if (attempt.kind !== 'use') return this.#outOfOrder(request, attempt);
    const { ceremony, passkeys, clock } = this.#options;
    const { challenge, hint } = attempt;
    const text = form.get('credential') ?? '';
    const id = ceremony.idOf(text) ?? '';
    // Another node may have registered it a moment ago.
    if (passkeys.registry.get(id) === undefined) await passkeys.refresh();
    const known = passkeys.registry.get(id);
    const proof = await ceremony.verifyUse(text, challenge, hint, known);
    if (proof.kind === 'refused' || known === undefined) {
      const why = proof.kind === 'refused' ? proof.why : 'unknown';
      return this.#again(request, attempt, { why, id: known?.passkey.id, notice: 'try-again' });
    }
    const { counter, bound } = proof;
    const atMs = clock.now();
    await passkeys.append({ v: 1, what: 'passkey-used', id, counter, bound, atMs });
    return this.#decide(request, attempt, { proof, passkey: known.passkey });
  };

  async #decide(
    request: EamRequest,
    attempt: PendingSignIn,
    shown: { readonly proof: AuthenticationResult; readonly passkey: Passkey } | undefined,
  ): Promise<EndpointReply> {
    const { deciding, passMs } = this.#options;
    const asked = this.#requestOf(attempt, shown);
    // Without a proof no pass may open, regardless of the policies.
    const options = shown === undefined ? {} : { passMs };
    const [decided] = await deciding.decide(CALLER, [asked], options);
    if (decided === undefined) throw new EndpointError('UNAVAILABLE', 'no decision was made');
    const { decision } = decided;
    if (shown !== undefined && decision.effect === 'permit') {
      const { tenant, person } = attempt.hint;
      if (decision.pass !== undefined) this.#options.onPass({ ...decision.pass, tenant, person });
      return this.#vouch(request, attempt);
    }
    const refusal = shown === undefined ? 'unproven' : refusalOf(decision);
    return this.#refused(request, { refusal, status: 403, attempt, decision });
  }

  #requestOf(
    { hint, asked, address }: PendingSignIn,
    shown: { readonly proof: AuthenticationResult; readonly passkey: Passkey } | undefined,
  ): DecisionRequest {
    const { tenant } = hint;
    const isBound = shown?.proof.bound === 'device' && shown.passkey.bound === 'device';
    const device = isBound ? shown.passkey.device : null;
    const context: Properties = {
      factor: shown === undefined ? 'none' : 'phishing-resistant',
      ...(address === null ? {} : { address }),
      ...(device === null ? {} : { device }),
      // These identify the sign-in in the vendor's log, and the passkey in an investigation.
      ...(asked.requestId === undefined ? {} : { requestId: asked.requestId }),
      ...(shown === undefined ? {} : { passkey: shown.passkey.id }),
    };
    return {
      enforcementPoint: 'eam',
      tenant,
      subject: { type: 'user', id: this.#knownAs(hint) },
      action: { name: 'signIn' },
      resource: { type: 'suite', id: tenant },
      context,
    };
  }

  /** The object id, unless the company's directory identifies people by sign-in name. */
  #knownAs({ tenant, person, username }: PendingSignIn['hint']): string {
    const { directory } = this.#options.deciding.point;
    const isKnown = (id: string): boolean => directory.find(tenant, 'Person', id) !== undefined;
    if (username === undefined || isKnown(person) || !isKnown(username)) return person;
    return username;
  }

  async #vouch(request: EamRequest, { hint, asked }: PendingSignIn): Promise<EndpointReply> {
    const { ring, issuer, clock } = this.#options;
    const nowMs = clock.now();
    const iat = Math.floor(nowMs / 1000);
    const { acr, amr } = asked.strength;
    const claims = {
      ...{ iss: issuer, aud: asked.clientId, sub: hint.subject, nonce: asked.nonce },
      ...{ iat, nbf: iat, exp: iat + ATTEMPT_MS / 1000, acr, amr: [amr] },
    };
    const answer = { id_token: await ring().sign(claims, nowMs) };
    return shownTo(request, {
      ...{ status: 200, posts: 'away', cookie: NO_COOKIE },
      page: (frame) => answerPage(frame, backTo(asked, answer)),
    });
  }

  readonly #enroll = async (
    request: EamRequest,
    attempt: PendingSignIn,
    form: Form,
  ): Promise<EndpointReply> => {
    if (attempt.kind !== 'use') return this.#outOfOrder(request, attempt);
    const { passkeys } = this.#options;
    await passkeys.refresh();
    const found = passkeys.registry.invitationOf(form.get('code') ?? '')?.invitation.id;
    if (found === undefined || !this.#enrollment.isGood(found, attempt.hint)) {
      return this.#again(request, attempt, { why: 'no-code', notice: 'bad-code' });
    }
    return this.#askToRegister(request, this.#attempts.toRegister(attempt, found));
  };

  readonly #register = async (
    request: EamRequest,
    attempt: PendingSignIn,
    form: Form,
  ): Promise<EndpointReply> => {
    if (attempt.kind !== 'register') return this.#outOfOrder(request, attempt);
    const fault = await this.#enrollment.register(attempt, form.get('credential') ?? '');
    if (fault !== undefined) {
      return this.#again(request, attempt, { why: fault, notice: 'not-registered' });
    }
    return this.#ask(request, this.#attempts.toUse(attempt), 'now-use-it');
  };

  readonly #giveUp = (request: EamRequest, attempt: PendingSignIn): Promise<EndpointReply> =>
    this.#decide(request, attempt, undefined);

  /** None of our pages posts this in that state, so an attacker is probing. */
  #outOfOrder(request: EamRequest, attempt: PendingSignIn): Promise<EndpointReply> {
    return this.#again(request, attempt, { why: 'unproven', notice: 'try-again' });
  }

  /** Records the failure and allows another try, up to a limit. */
  async #again(
    request: EamRequest,
    attempt: PendingSignIn,
    {
      why,
      id,
      notice,
    }: { readonly why: PasskeyFault; readonly id?: string | undefined; readonly notice: Notice },
  ): Promise<EndpointReply> {
    const { passkeys, clock } = this.#options;
    const { hint, asked } = attempt;
    const record: PasskeyRecord = {
      ...{ v: 1, what: 'passkey-refused', why, atMs: clock.now() },
      ...{ tenant: hint.tenant, person: hint.person, id: id ?? null },
      requestId: asked.requestId ?? null,
    };
    await passkeys.append(record);
    const failures = attempt.failures + 1;
    if (failures >= FAILURES_MAX) return this.#decide(request, attempt, undefined);
    return this.#ask(request, this.#attempts.toUse({ ...attempt, failures }), notice);
  }

  #ask(
    request: EamRequest,
    { attempt, hold }: BoundSignIn<UseAttempt>,
    notice: Notice | undefined,
  ): EndpointReply {
    const options = this.#options.ceremony.useOptions(attempt.challenge);
    const personName = nameOf(attempt);
    const page = { ...this.#targets(hold.token), options, personName, notice };
    return shownTo(request, {
      ...{ status: 200, posts: 'here', cookie: holdCookie(hold) },
      page: (frame) => confirmPage(frame, page),
    });
  }

  #askToRegister(
    request: EamRequest,
    { attempt, hold }: BoundSignIn<RegisterAttempt>,
  ): EndpointReply {
    const { ceremony, passkeys } = this.#options;
    const { hint, challenge } = attempt;
    const personName = nameOf(attempt);
    const known = passkeys.registry.of(hint.tenant, hint.person);
    const options = ceremony.registerOptions(challenge, { ...hint, username: personName }, known);
    const { register: post, refuse } = this.#targets(hold.token);
    const page = { post, refuse, options, personName, notice: undefined };
    return shownTo(request, {
      ...{ status: 200, posts: 'here', cookie: holdCookie(hold) },
      page: (frame) => registerPage(frame, page),
    });
  }

  #targets(token: string): Readonly<Record<'post' | 'enroll' | 'register' | 'refuse', FormTarget>> {
    const to = (path: string): FormTarget => ({
      action: this.#options.issuer + path,
      fields: { token },
    });
    const { passkey, enroll, register, refuse } = EAM_PATHS;
    return { post: to(passkey), enroll: to(enroll), register: to(register), refuse: to(refuse) };
  }

  #noRequest(request: EndpointRequest, cause: string): EndpointReply {
    return this.#refused(request, { refusal: 'no-request', status: 400, cause });
  }

  /** Redirects only people whom Entra sent here. */
  #refused(
    request: EndpointRequest,
    {
      refusal,
      status,
      attempt,
      decision,
      cause = refusal,
    }: {
      readonly refusal: Refusal;
      readonly status: number;
      readonly attempt?: PendingSignIn;
      readonly decision?: Decision;
      readonly cause?: string;
    },
  ): EndpointReply {
    const reference = decision === undefined ? undefined : referenceOf(decision.id);
    const error = refusal === 'unavailable' ? 'temporarily_unavailable' : 'access_denied';
    const back = attempt === undefined ? undefined : backTo(attempt.asked, { error });
    return shownTo(request, {
      ...{ status, posts: 'away', cookie: NO_COOKIE, cause },
      page: (frame) => refusalPage(frame, { refusal, reference, back }),
    });
  }
}

function nameOf({ hint }: PendingSignIn): string {
  return hint.username ?? hint.person;
}

function refusalOf({ cause }: Decision): Refusal {
  return cause === 'policy' || cause === 'no-policy' ? 'denied' : 'unknown';
}

/** OAuth 2.0 Form Post Response Mode. `state` is repeated if present. */
function backTo(
  { redirectUri, state }: PendingSignIn['asked'],
  answer: Readonly<Record<string, string>>,
): FormTarget {
  const fields = state === undefined ? answer : { ...answer, state };
  return { action: redirectUri, fields };
}
