import { json, type Reply } from '../../http/http-message.ts';
import { type CodeGrant, isOfOneTenant, nobody } from '../authorize.ts';

import type { Person, RegisteredApp } from '../login-directory.ts';
import { errorPage, saidPage } from '../login-pages.ts';
import { clientIdOf, isShared, type Session, type Visit } from '../session.ts';

/** The value in the vendor's documentation and RFC 8628 section 3.2. */
const DEVICE_CODE_SECONDS = 900;
/** Devices that wait at once. Above it, the oldest are dropped. */
const DEVICE_CODES_MAX = 10_000;

/** RFC 8628 section 3.4. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** A device that waits until a person types its code elsewhere. */
type PendingDevice = {
  /** Undefined until then, if the device named no tenant. */
  readonly tenantId: string | undefined;
  readonly clientId: string;
  readonly userCode: string;
  readonly scope: string;
  readonly untilMs: number;
  /** The person who typed the code; `declined` if they refused. */
  readonly answer: Person | 'declined' | undefined;
};

/**
 * The device authorization grant (RFC 8628): a device shows a code, a person types it in a browser,
 * and the device is signed in as that person.
 *
 * Attackers abuse it by persuading a person to type their code.
 */
export class DeviceCodes {
  /** By device code, oldest first. */
  readonly #waiting = new Map<string, PendingDevice>();

  /** RFC 8628 section 3.2. */
  begin(visit: Visit): Reply {
    const { form, named, nowMs, options, writer } = visit;
    const { directory } = options;
    const clientId = clientIdOf(form);
    if (clientId === undefined) throw visit.refuse(90014, 'client_id');
    const tenantId = directory.tenantId(named);
    if (tenantId === undefined && !isShared(named)) throw visit.refuse(90002, named);
    const isKnown =
      tenantId === undefined
        ? directory.tenantsOf(clientId).length > 0
        : directory.app(tenantId, clientId) !== undefined;
    if (!isKnown) throw visit.refuse(700016, clientId);
    const userCode = writer.guid().replaceAll('-', '').slice(0, 9).toUpperCase();
    const deviceCode = `${writer.guid()}${writer.guid()}`;
    const scope = form.get('scope') ?? '';
    const untilMs = nowMs + DEVICE_CODE_SECONDS * 1_000;
    const waiting = { tenantId, clientId, userCode, scope, untilMs, answer: undefined };
    this.#waiting.set(deviceCode, waiting);
    for (const oldest of this.#waiting.keys()) {
      if (this.#waiting.size <= DEVICE_CODES_MAX) break;
      this.#waiting.delete(oldest);
    }
    const uri = `${options.origin()}/${named}/oauth2/deviceauth`;
    return json(200, {
      user_code: userCode,
      device_code: deviceCode,
      verification_uri: uri,
      expires_in: DEVICE_CODE_SECONDS,
      interval: options.devicePollSeconds ?? 5,
      message: `To sign in, open ${uri} and enter the code ${userCode} to authenticate.`,
    });
  }

  /** Accepts a typed code (`otc`) and the person. Without both, a form asks for them. */
  type(session: Session): Reply {
    const { form, nowMs, tenantId, options } = session;
    const userCode = form.get('otc')?.trim().toUpperCase();
    const name = form.get('login_hint') ?? '';
    const found = [...this.#waiting].find(
      ([, one]) =>
        (one.tenantId ?? tenantId) === tenantId && one.userCode === userCode && nowMs < one.untilMs,
    );
    if (found === undefined || found[1].answer !== undefined) {
      return errorPage(70018, 'The code is not one that a device shows.');
    }
    const [deviceCode, waiting] = found;
    if (form.has('cancel')) {
      this.#waiting.set(deviceCode, { ...waiting, tenantId, answer: 'declined' });
      return saidPage('You have declined.');
    }
    const app = options.directory.app(tenantId, waiting.clientId);
    if (app === undefined) return errorPage(700016, 'The application is not known here.');
    const person = options.directory.person(tenantId, name);
    const number = refusalOf(session, app, person);
    if (person === undefined || number !== undefined) {
      const who = person ?? nobody(name);
      const noted = { app, person: who, grant: DEVICE_GRANT, proof: 'none' } as const;
      session.note({ ...noted, audience: undefined, error: number ?? 50034 });
      return errorPage(number ?? 50034, 'The device was not let in.');
    }
    this.#waiting.set(deviceCode, { ...waiting, tenantId, answer: person });
    return saidPage('You have signed in on your device. You may close this window.');
  }

  /**
   * The tenant of the person who typed a device's code.
   * @throws LoginRefusal before that
   */
  tenantOf(visit: Visit): string {
    const waiting = this.#waiting.get(visit.form.get('device_code') ?? '');
    if (waiting === undefined) throw visit.refuse(70018);
    if (waiting.tenantId !== undefined) return waiting.tenantId;
    throw visit.refuse(visit.nowMs >= waiting.untilMs ? 70019 : 70016);
  }

  /** RFC 8628 section 3.5. A code works once. */
  redeem(session: Session, app: RegisteredApp): CodeGrant {
    const { form, nowMs, tenantId, options, writer } = session;
    const deviceCode = form.get('device_code');
    if (deviceCode === null) throw session.refuse(90014, 'device_code');
    const waiting = this.#waiting.get(deviceCode);
    const isItsOwn =
      (waiting?.tenantId ?? tenantId) === tenantId && waiting?.clientId === app.clientId;
    if (waiting === undefined || !isItsOwn) throw session.refuse(70018);
    const { answer, scope, untilMs } = waiting;
    if (nowMs >= untilMs) throw session.refuse(70019);
    if (answer === undefined) throw session.refuse(70016);
    this.#waiting.delete(deviceCode);
    if (answer === 'declined') throw session.refuse(65004);
    // The account may have been disabled since the code was typed.
    const person = options.directory.person(tenantId, answer.objectId) ?? answer;
    if (!person.isEnabled) throw session.refuse(50057, undefined, person);
    return {
      person,
      ...{ sid: writer.guid(), nonce: undefined, scope: new URLSearchParams({ scope }) },
    };
  }
}

/** Whether both were given: the code and the person. */
export function isTyped(form: URLSearchParams): boolean {
  return form.has('otc') && form.has('login_hint');
}

/** Why a person cannot sign a device in, if so. */
function refusalOf(
  session: Session,
  app: RegisteredApp,
  person: Person | undefined,
): number | undefined {
  if (person === undefined) return 50034;
  if (isOfOneTenant(session, app)) return 50194;
  if (!person.isEnabled) return 50057;
  // This page redirects to no provider, so people who need one are refused.
  const { options, tenantId } = session;
  const method = options.directory.externalMethod(tenantId, person.objectId, app.clientId);
  return method === undefined ? undefined : 50158;
}
