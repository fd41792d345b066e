import type { Decision } from '@countersign/policy';
import { referenceOf } from '../../decisions/decision-reference.ts';
import type { EndpointReply, EndpointRequest } from '../../http/http-exchange.ts';
import { type EamRequest, holdCookie, NO_COOKIE, shownTo } from '../browser-session.ts';
import { EAM_PATHS } from '../eam-metadata.ts';
import type { PasskeyStore } from '../passkeys/passkey-store.ts';
import type { WebAuthnCeremony } from '../passkeys/webauthn-ceremony.ts';
import type {
  BoundSignIn,
  PendingSignIn,
  RegisterAttempt,
  UseAttempt,
} from '../pending-sign-ins.ts';
import {
  answerPage,
  confirmPage,
  type FormTarget,
  refusalPage,
  registerPage,
} from './eam-pages.ts';
import type { Notice, Refusal } from './page-text.ts';

/** Builds the pages that the external method returns to a browser. */
export class EamReplies {
  readonly #issuer: string;
  readonly #ceremony: WebAuthnCeremony;
  readonly #passkeys: PasskeyStore;

  constructor({
    issuer,
    ceremony,
    passkeys,
  }: {
    /** The base of our pages: an https URL without a trailing slash. */
    readonly issuer: string;
    readonly ceremony: WebAuthnCeremony;
    readonly passkeys: PasskeyStore;
  }) {
    this.#issuer = issuer;
    this.#ceremony = ceremony;
    this.#passkeys = passkeys;
  }

  /** Asks for a passkey of this person. */
  askForPasskey(
    request: EamRequest,
    { attempt, hold }: BoundSignIn<UseAttempt>,
    notice: Notice | undefined,
  ): EndpointReply {
    const options = this.#ceremony.useOptions(attempt.challenge);
    const personName = nameOf(attempt);
    const page = { ...this.#targets(hold.token), options, personName, notice };
    return shownTo(request, {
      ...{ status: 200, posts: 'here', cookie: holdCookie(hold) },
      page: (frame) => confirmPage(frame, page),
    });
  }

  /** Asks a person with an invitation to register a passkey. */
  askToRegister(
    request: EamRequest,
    { attempt, hold }: BoundSignIn<RegisterAttempt>,
  ): EndpointReply {
    const { hint, challenge } = attempt;
    const personName = nameOf(attempt);
    const known = this.#passkeys.registry.of(hint.tenant, hint.person);
    const options = this.#ceremony.registerOptions(
      challenge,
      { ...hint, username: personName },
      known,
    );
    const { register: post, refuse } = this.#targets(hold.token);
    const page = { post, refuse, options, personName, notice: undefined };
    return shownTo(request, {
      ...{ status: 200, posts: 'here', cookie: holdCookie(hold) },
      page: (frame) => registerPage(frame, page),
    });
  }

  /** Sends the person back to Entra with the signed answer. */
  returnToEntra(request: EamRequest, { asked }: PendingSignIn, idToken: string): EndpointReply {
    return shownTo(request, {
      ...{ status: 200, posts: 'away', cookie: NO_COOKIE },
      page: (frame) => answerPage(frame, backTo(asked, { id_token: idToken })),
    });
  }

  /** Refuses a request that did not come from Entra or from one of our pages. */
  rejectRequest(request: EndpointRequest, cause: string): EndpointReply {
    return this.refuse(request, { refusal: 'no-request', status: 400, cause });
  }

  /** Redirects only people whom Entra sent here. */
  refuse(
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

  #targets(token: string): Readonly<Record<'post' | 'enroll' | 'register' | 'refuse', FormTarget>> {
    const to = (path: string): FormTarget => ({
      action: this.#issuer + path,
      fields: { token },
    });
    const { passkey, enroll, register, refuse } = EAM_PATHS;
    return { post: to(passkey), enroll: to(enroll), register: to(register), refuse: to(refuse) };
  }
}

function nameOf({ hint }: PendingSignIn): string {
  return hint.username ?? hint.person;
}

/** OAuth 2.0 Form Post Response Mode. `state` is repeated if present. */
function backTo(
  { redirectUri, state }: PendingSignIn['asked'],
  answer: Readonly<Record<string, string>>,
): FormTarget {
  const fields = state === undefined ? answer : { ...answer, state };
  return { action: redirectUri, fields };
}
