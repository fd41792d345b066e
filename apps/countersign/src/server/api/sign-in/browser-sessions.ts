import type { Context } from 'hono';
import { type OperatorIdentity, operatorName } from '../../../operators/identity.ts';
import type { OperatorSignIn } from '../../../operators/operator-record.ts';
import type { OperatorTable } from '../../../operators/operator-table.ts';
import { isOwnRequest, type ServiceOrigin } from '../../../operators/sessions/request-origin.ts';
import {
  type CookieTransport,
  type CookieUse,
  readCookie,
  setCookie,
} from '../../../operators/sessions/session-cookie.ts';
import type { Session } from '../../../operators/sessions/session-table.ts';
import type { Sessions, SignInProof } from '../../../operators/sessions/sessions.ts';
import type { OperatorRights } from '../../../operators/sign-in/operator-rights.ts';
import type { ValidityClock } from '../../../operators/validity-clock.ts';
import type { Peer } from '../http/http-bridge.ts';
import { refuse } from '../http/problem.ts';

export type BrowserSessionsDeps = {
  readonly sessions: Sessions;
  readonly rights: OperatorRights;
  readonly operators: OperatorTable;
  readonly clock: ValidityClock;
  readonly transport: CookieTransport;
  readonly origin: ServiceOrigin;
  /** Makes an entry. Resolves when it is durable; no session begins before. */
  readonly record: RecordSignIn;
};

export type RecordSignIn = (signIn: OperatorSignIn, by: string) => Promise<void>;

/** How a session began, for its entry. */
export type SignInMethod = Pick<OperatorSignIn, 'what' | 'link' | 'passkey'>;

/** Sessions of operators in their browsers, however they signed in. */
export class BrowserSessions {
  readonly #deps: BrowserSessionsDeps;

  constructor(deps: BrowserSessionsDeps) {
    this.#deps = deps;
  }

  /** The session of a request, if it counts now. */
  current(context: Context): Session | undefined {
    const value = this.cookie(context, 'session');
    return value === undefined ? undefined : this.#deps.sessions.find(value);
  }

  /**
   * Begins a session for a person who has a role, and sets its cookie.
   *
   * @throws ProblemError 403 without a role or after a revocation, 503 if its entry cannot be
   * written
   */
  async begin(context: Context, proof: SignInProof, method: SignInMethod): Promise<Session> {
    const { sessions, clock } = this.#deps;
    const { identity } = proof;
    const roles = this.rolesOf(identity);
    const { value, session } = sessions.begin(proof, this.cookie(context, 'session'));
    try {
      const said = { ...method, session: session.id, issuer: identity.issuer, roles };
      await this.#deps.record(said, operatorName(identity));
    } catch {
      sessions.end(session.id, 'its entry could not be written');
      refuse(503, 'not-recorded', 'the sign-in could not be recorded: see the log of the service');
    }
    const maxAgeS = Math.max(1, Math.floor((session.endsMs - clock.now()) / 1000));
    this.setCookie(context, 'session', value, maxAgeS);
    return session;
  }

  /** Ends a session before that is recorded: a full disk must not keep a session open. */
  async end({ id, identity }: Session, reason: string): Promise<void> {
    this.#deps.sessions.end(id, reason);
    const said = { what: 'operator-signed-out', session: id, roles: [] } as const;
    await this.#deps.record({ ...said, issuer: identity.issuer }, operatorName(identity));
  }

  /** @throws ProblemError 403 for a person without a role, or one who was revoked */
  rolesOf(identity: OperatorIdentity): readonly string[] {
    const { rights, operators } = this.#deps;
    if (operators.revocationOf(identity.person) !== undefined) {
      refuse(403, 'revoked', 'your access was revoked: ask your administrator');
    }
    const roles = rights.assignmentsOf(identity).map(({ role }) => role);
    if (roles.length > 0) return [...new Set(roles)];
    const text = rights.mayLackRoles(identity)
      ? 'cannot tell whether you have a role: you are in too many groups for a token. Ask your ' +
        'administrator to assign roles by application role'
      : 'you have no role here: ask your administrator';
    return refuse(403, 'no-role', text);
  }

  /** @throws ProblemError 403 for a request that another site makes */
  needOwnSite(context: Context): void {
    if (isOwnRequest(context.req.raw, this.#deps.origin)) return;
    refuse(403, 'other-site', 'the request comes from another site');
  }

  /** A secret must not travel unencrypted. @throws ProblemError 403 */
  needSecureTransport({ env }: Context): void {
    const { isSecure, address } = env as Peer;
    if (isSecure || isLoopback(address)) return;
    refuse(403, 'insecure-transport', 'a secret would travel unencrypted: use https');
  }

  cookie(context: Context, use: CookieUse): string | undefined {
    return readCookie(context.req.header('cookie') ?? null, use, this.#deps.transport);
  }

  setCookie(context: Context, use: CookieUse, value: string, maxAgeS: number): void {
    const cookie = setCookie(use, this.#deps.transport, { value, maxAgeS });
    context.header('set-cookie', cookie, { append: true });
  }
}

function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address);
}
