import { OWN_TENANT } from '@countersign/core';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { WebAuthnCeremony } from '../../../enforcement/eam/passkeys/webauthn-ceremony.ts';
import type { Challenge } from '../../../enforcement/eam/pending-sign-ins.ts';
import { localIdentity, operatorName } from '../../../operators/identity.ts';
import {
  BREAK_GLASS_MAX,
  REFUSAL_EVERY_MS,
  SIGN_IN_MS_MAX,
  SIGN_INS_MAX,
} from '../../../operators/limits.ts';
import type { OperatorPasskey, PasskeyRefusal } from '../../../operators/operator-record.ts';
import type { KnownPasskey, PasskeyTable } from '../../../operators/passkeys/passkey-table.ts';
import { originOf, type ServiceOrigin } from '../../../operators/sessions/request-origin.ts';
import { hashOf } from '../../../operators/sessions/secret.ts';
import type { Session, SessionTable } from '../../../operators/sessions/session-table.ts';
import type { Sessions } from '../../../operators/sessions/sessions.ts';
import type { ValidityClock } from '../../../operators/validity-clock.ts';
import { refuse } from '../http/problem.ts';
import type { BrowserSessions } from './browser-sessions.ts';
import { PASSKEY_API_PATH } from './paths.ts';

export type PasskeyDeps = {
  readonly passkeys: PasskeyTable;
  readonly table: SessionTable;
  readonly sessions: Sessions;
  readonly browser: BrowserSessions;
  readonly clock: ValidityClock;
  readonly origin: ServiceOrigin;
  /** Makes an entry and a finding. @throws CountersignError TOO_MANY_PASSKEYS */
  readonly recordPasskey: (passkey: OperatorPasskey, by: string) => Promise<void>;
  /** Makes an entry and a finding. */
  readonly recordRefusal: (refusal: PasskeyRefusal) => Promise<void>;
};

/** What a browser must answer to: kept on the server, by the hash of its cookie. */
type Ceremony = { readonly kind: 'use' | 'register'; readonly challenge: string };

const BODY = z.strictObject({ credential: z.record(z.string(), z.unknown()) });

/** The sign-in of break-glass operators by passkey (WebAuthn Level 3), and its registration. */
export function passkeyRoutes(deps: PasskeyDeps): Hono {
  const routes = new PasskeyRoutes(deps);
  const app = new Hono();
  const root = PASSKEY_API_PATH;
  app.post(`${root}/options`, (context) => routes.useOptions(context));
  app.post(root, (context) => routes.use(context));
  app.post(`${root}/registration/options`, (context) => routes.registerOptions(context));
  app.post(`${root}/registration`, (context) => routes.register(context));
  return app;
}

class PasskeyRoutes {
  readonly #deps: PasskeyDeps;
  /** When each passkey and reason was recorded last: two passkeys, and few reasons. */
  readonly #refusedMs: Map<string, number> = new Map();

  constructor(deps: PasskeyDeps) {
    this.#deps = deps;
  }

  useOptions(context: Context): Response {
    this.#admit(context);
    const challenge = this.#begin(context, 'use') as Challenge<'use'>;
    return context.json({ publicKey: this.#ceremony(context).useOptions(challenge) });
  }

  /** Begins a session, or proves the operator of the current one again. */
  async use(context: Context): Promise<Response> {
    this.#admit(context);
    const { browser, clock, passkeys } = this.#deps;
    const challenge = this.#take(context, 'use') as Challenge<'use'>;
    const text = await credentialOf(context);
    const ceremony = this.#ceremony(context);
    const passkey = passkeys.get(ceremony.idOf(text) ?? '');
    if (passkey === undefined) return refuse(403, 'passkey', REFUSED);
    const identity = localIdentity(passkey.name, passkey.roles);
    const account = { tenant: OWN_TENANT, person: identity.person };
    const result = await ceremony.verifyUse(text, challenge, account, registered(passkey));
    if (result.kind === 'refused') return this.#refuse(passkey, result.why);
    const session = browser.current(context);
    if (session !== undefined && session.identity.person !== identity.person) {
      refuse(403, 'step-up', 'another person signed in: sign out first');
    }
    const what = session === undefined ? 'operator-signed-in' : 'operator-stepped-up';
    const proof = { identity, provedMs: clock.now(), idToken: null };
    const use = { id: passkey.id, counter: result.counter };
    await browser.begin(context, proof, { what, passkey: use });
    browser.setCookie(context, 'sign-in', '', 0);
    return context.json({ returnTo: '/' });
  }

  /** A passkey of ours that is refused is recorded, because someone copied it or tries it. */
  async #refuse({ id, name }: KnownPasskey, why: string): Promise<never> {
    const { clock, recordRefusal } = this.#deps;
    const [key, nowMs] = [`${id} ${why}`, clock.now()];
    if (nowMs - (this.#refusedMs.get(key) ?? Number.NEGATIVE_INFINITY) >= REFUSAL_EVERY_MS) {
      this.#refusedMs.set(key, nowMs);
      try {
        await recordRefusal({ what: 'operator-passkey-refused', name, passkey: id, why });
      } catch {
        this.#refusedMs.delete(key);
        refuse(
          503,
          'not-recorded',
          'the refusal could not be recorded: see the log of the service',
        );
      }
    }
    return refuse(403, 'passkey', REFUSED);
  }

  registerOptions(context: Context): Response {
    this.#admit(context);
    const { name, session } = this.#invited(context);
    const challenge = this.#begin(context, 'register') as Challenge<'register'>;
    const account = { tenant: OWN_TENANT, person: session.identity.person, username: name };
    const publicKey = this.#ceremony(context).registerOptions(challenge, account, []);
    return context.json({ publicKey });
  }

  async register(context: Context): Promise<Response> {
    this.#admit(context);
    const { clock, recordPasskey } = this.#deps;
    const { name, link, session } = this.#invited(context);
    const challenge = this.#take(context, 'register') as Challenge<'register'>;
    const text = await credentialOf(context);
    const ceremony = this.#ceremony(context);
    const result = await ceremony.verifyRegistration(text, challenge, clock.now());
    if (result.kind === 'refused') {
      return refuse(403, 'passkey', 'the passkey was not accepted: use another authenticator');
    }
    const { identity } = session;
    const roles = identity.localRoles ?? [];
    await recordPasskey({ ...result.made, name, roles, link }, operatorName(identity));
    this.#deps.browser.setCookie(context, 'sign-in', '', 0);
    return context.json({ id: result.made.id, bound: result.made.bound });
  }

  #admit(context: Context): void {
    const { browser } = this.#deps;
    browser.needOwnSite(context);
    browser.needSecureTransport(context);
  }

  /** The session of a link that permits one passkey. */
  #invited(context: Context): { name: string; link: string; session: Session } {
    const { browser, passkeys } = this.#deps;
    const session = browser.current(context);
    const link = session?.identity.passkeyLink;
    const name = session?.identity.label;
    if (session === undefined || link === undefined || typeof name !== 'string') {
      const cure = 'create one with "countersign operators link --passkey"';
      return refuse(403, 'no-invitation', `a passkey needs a link that permits it: ${cure}`);
    }
    const known = passkeys.all();
    if (known.length >= BREAK_GLASS_MAX || known.some((each) => each.name === name)) {
      refuse(409, 'too-many-passkeys', 'both break-glass operators, or you, have a passkey');
    }
    return { name, link, session };
  }

  /** The site is the name that the browser shows: a passkey works nowhere else. */
  #ceremony({ req }: Context): WebAuthnCeremony {
    const origin = originOf(req.raw.headers, this.#deps.origin);
    // Anyone may attest: an administrator gave the link, and the model does not matter.
    const attestation = { formats: ['none'], authenticators: undefined, makers: [] } as const;
    return new WebAuthnCeremony({ origin, name: 'Countersign', attestation });
  }

  #begin(context: Context, kind: Ceremony['kind']): string {
    const { table, sessions, browser, clock } = this.#deps;
    const nowMs = clock.now();
    table.prune(nowMs);
    if (table.signInCount() >= SIGN_INS_MAX) {
      refuse(503, 'busy', 'too many people are signing in: try again', { 'retry-after': '60' });
    }
    const [value, challenge] = [sessions.secret(), sessions.secret()];
    const attempt = JSON.stringify({ kind, challenge } satisfies Ceremony);
    const untilMs = nowMs + SIGN_IN_MS_MAX;
    table.addSignIn(keyOf(value), { browser: hashOf(value), attempt, untilMs });
    browser.setCookie(context, 'sign-in', value, SIGN_IN_MS_MAX / 1000);
    return challenge;
  }

  /** Taken out before anything else, so that a challenge is used once. */
  #take(context: Context, kind: Ceremony['kind']): string {
    const { table, browser, clock } = this.#deps;
    const value = browser.cookie(context, 'sign-in');
    const kept = value === undefined ? undefined : table.takeSignIn(keyOf(value));
    if (kept !== undefined && clock.now() < kept.untilMs) {
      const attempt = JSON.parse(kept.attempt) as Ceremony;
      if (attempt.kind === kind) return attempt.challenge;
    }
    return refuse(400, 'sign-in', 'this attempt is unknown, too old or was used: begin again');
  }
}

/** It does not tell an unknown passkey from a copied or a wrong one. */
const REFUSED = 'this passkey was not accepted';

function keyOf(value: string): string {
  return hashOf(`passkey ${value}`);
}

async function credentialOf(context: Context): Promise<string> {
  const body = BODY.safeParse(await context.req.json().catch(() => undefined));
  if (!body.success) refuse(400, 'invalid-input', 'the request has no credential');
  return JSON.stringify(body.data.credential);
}

function registered(passkey: KnownPasskey) {
  const { name, roles: _, link: invitation, registeredMs, usedMs, counter, ...made } = passkey;
  const { person } = localIdentity(name, []);
  const account = { tenant: OWN_TENANT, person, device: null, invitation, counter };
  return { passkey: { ...made, ...account }, registeredMs, usedMs, counter, revoked: null };
}
