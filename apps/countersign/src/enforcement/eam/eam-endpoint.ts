import type { Clock, Random } from '@countersign/core';
import { type OpenedPass, PolicyError } from '@countersign/policy';
import type { People } from '../approvals/signed-statement.ts';
import type { DecisionQueue } from '../decisions/decision-queue.ts';
import { EndpointError } from '../http/endpoint-error.ts';
import { type EndpointReply, type EndpointRequest, jsonReply } from '../http/http-exchange.ts';
import { authorizationOf, type RegisteredClient } from './authorization-request.ts';
import { type EamRequest, isOwnPost, isWholePage, sessionOf } from './browser-session.ts';
import { EAM_DISCOVERY, EAM_PATHS, eamMetadata } from './eam-metadata.ts';
import { EnrollmentEndpoint } from './enrollment-endpoint.ts';
import { type Form, parseForm } from './form-body.ts';
import type { IdTokenHintVerifier } from './id-token-hint.ts';
import type { KeyRing } from './key-ring.ts';
import { ATTEMPT_MS, FAILURES_MAX } from './limits.ts';
import { EamReplies } from './pages/eam-replies.ts';
import type { Notice } from './pages/page-text.ts';
import type { PasskeyFault, PasskeyRecord } from './passkeys/passkey-record.ts';
import type { PasskeyStore } from './passkeys/passkey-store.ts';
import type { WebAuthnCeremony } from './passkeys/webauthn-ceremony.ts';
import { type PendingSignIn, PendingSignIns } from './pending-sign-ins.ts';
import { ReplayCache, type ReplayStore } from './replay-cache.ts';
import { type PasskeyUse, refusalOf, signInRequest } from './sign-in-request.ts';

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
  readonly #replies: EamReplies;
  readonly #origin: string;
  readonly #steps: ReadonlyMap<string, Step>;

  constructor(options: EamOptions) {
    const { clock, random, issuer } = options;
    this.#options = options;
    this.#attempts = new PendingSignIns(clock, random);
    this.#taken = new ReplayCache(clock, options.used);
    this.#enrollment = new EnrollmentEndpoint(options);
    this.#replies = new EamReplies(options);
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
      return this.#replies.rejectRequest(request, 'form');
    }
    return step(request, form);
  }

  /** The reply when the server itself fails: it lets no person in. */
  failed(request: EndpointRequest): EndpointReply {
    return this.#replies.refuse(request, { refusal: 'unavailable', status: 503 });
  }

  async #authorize(request: EamRequest, form: Form): Promise<EndpointReply> {
    const { registered, hints } = this.#options;
    const asked = authorizationOf(form, registered);
    if (typeof asked === 'string') return this.#replies.rejectRequest(request, asked);
    const hint = await hints.verify(form.get('id_token_hint') ?? '');
    if (hint === 'keys') return this.failed(request);
    if (typeof hint === 'string') return this.#replies.rejectRequest(request, hint);
    const names = [`hint ${hint.digest}`, `nonce ${asked.nonce}`];
    const taken = await this.#taken.take(names, hint.issuedMs);
    if (taken === 'again') return this.#replies.rejectRequest(request, 'again');
    const { address } = request;
    return this.#replies.askForPasskey(
      request,
      this.#attempts.begin({ hint, asked, address }),
      undefined,
    );
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
      return this.#replies.refuse(request, { refusal: 'over', status: 400 });
    }
    try {
      return await step(request, attempt, form);
    } catch (error) {
      const isKnown = error instanceof EndpointError || error instanceof PolicyError;
      if (!isKnown) throw error;
      return this.#replies.refuse(request, { refusal: 'unavailable', status: 503, attempt });
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
    shown: PasskeyUse | undefined,
  ): Promise<EndpointReply> {
    const { deciding, passMs } = this.#options;
    const asked = signInRequest(attempt, shown, deciding.point.directory);
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
    return this.#replies.refuse(request, { refusal, status: 403, attempt, decision });
  }

  async #vouch(request: EamRequest, attempt: PendingSignIn): Promise<EndpointReply> {
    const { hint, asked } = attempt;
    const { ring, issuer, clock } = this.#options;
    const nowMs = clock.now();
    const iat = Math.floor(nowMs / 1000);
    const { acr, amr } = asked.strength;
    const claims = {
      ...{ iss: issuer, aud: asked.clientId, sub: hint.subject, nonce: asked.nonce },
      ...{ iat, nbf: iat, exp: iat + ATTEMPT_MS / 1000, acr, amr: [amr] },
    };
    return this.#replies.returnToEntra(request, attempt, await ring().sign(claims, nowMs));
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
    return this.#replies.askToRegister(request, this.#attempts.toRegister(attempt, found));
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
    return this.#replies.askForPasskey(request, this.#attempts.toUse(attempt), 'now-use-it');
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
    return this.#replies.askForPasskey(
      request,
      this.#attempts.toUse({ ...attempt, failures }),
      notice,
    );
  }
}
