import type { SeededRandom } from '../core/seeded-random.ts';
import { type Ask, HttpError, type Reply } from '../http/http-message.ts';
import { tokenIdOf } from '../sign-in/user-flows.ts';
import type { AuthorityOptions } from './authority-options.ts';
import { assertedClientId } from './client-proof.ts';
import type { SignIn } from './client-sign-in.ts';
import type { ExternalMethod, Person, RegisteredApp, Resource } from './login-directory.ts';
import { LoginRefusal, type RefusalNumber } from './login-refusal.ts';
import { wantedOf } from './resources.ts';
import { claim } from './token-mint.ts';
import type { TokenWriter } from './token-writer.ts';

/** Details of a sign-in besides those of its request. */
export type SignInDetails = Pick<
  SignIn,
  'app' | 'person' | 'grant' | 'proof' | 'audience' | 'error'
> &
  Partial<Pick<SignIn, 'atMs' | 'requestId' | 'uti' | 'sid' | 'external' | 'listener' | 'row'>>;

/** Redirects a person to the provider of an external method. */
export type ExternalSender = {
  send(session: Session, admission: Admission, method: ExternalMethod): Promise<Reply>;
};

/** Finds the tenant in which a device's code was typed. */
export type TenantOfDevice = { tenantOf(visit: Visit): string };

/** One request, before its tenant is known. */
export type Visit = {
  readonly ask: Ask;
  readonly form: URLSearchParams;
  /** The tenant in the address: an id, a domain, or one of {@link SHARED_TENANTS}. */
  readonly named: string;
  readonly nowMs: number;
  /** "Trace ID" in errors, "Request ID" in the log's row. */
  readonly traceId: string;
  readonly correlationId: string;
  readonly options: AuthorityOptions;
  readonly writer: TokenWriter;
  readonly external: ExternalSender;
  refuse(number: RefusalNumber, detail?: string, person?: LoginRefusal['person']): LoginRefusal;
};

/** One request at one tenant's endpoint, with the context that its steps share. */
export type Session = Visit & {
  readonly tenantId: string;
  /** Writes a row of the log at the session's time. */
  note(this: Session, noted: SignInDetails): void;
  audienceOf(app: RegisteredApp): string | undefined;
};

type SessionParts = {
  readonly options: AuthorityOptions;
  readonly random: SeededRandom;
  readonly writer: TokenWriter;
  readonly external: ExternalSender;
  readonly devices: TenantOfDevice;
};

/** Endpoints that stand for the tenant of the person or client. */
const SHARED_TENANTS: readonly string[] = ['common', 'organizations'];

export function isShared(named: string): boolean {
  return SHARED_TENANTS.includes(named.toLowerCase());
}

/** Creates the context of each request, and finds its tenant. */
export class Sessions {
  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Answers a request. Every reply has the ids for logs and clients. */
  async answer(ask: Ask, answer: (visit: Visit) => Reply | Promise<Reply>): Promise<Reply> {
    const visit = this.#visit(ask);
    const reply = await Promise.resolve(visit)
      .then(answer)
      .catch((error: unknown) => {
        if (error instanceof HttpError) return error.reply;
        throw error;
      });
    const ids = { 'x-ms-request-id': visit.traceId, 'client-request-id': visit.correlationId };
    return { ...reply, headers: { ...reply.headers, ...ids } };
  }

  /** @throws LoginRefusal if the tenant does not exist, or the request does not imply one */
  async open(visit: Visit): Promise<Session> {
    const { options } = this.#parts;
    const { ask, form, named } = visit;
    const tenantId = isShared(named)
      ? await this.#impliedTenant(visit)
      : options.directory.tenantId(named);
    if (tenantId === undefined) throw visit.refuse(isShared(named) ? 50059 : 90002, named);
    return {
      ...visit,
      tenantId,
      audienceOf: (app) => wantedOf(form, resourcesOf(options, app))?.audience,
      // Uses the session it is called on, because a person returns from a provider later.
      note(noted) {
        const { requestId = this.traceId, uti = tokenIdOf(requestId), row = 'first' } = noted;
        options.onSignIn?.({
          ...{ sid: undefined, atMs: this.nowMs, tenantId, correlationId: this.correlationId },
          ...{ ...noted, requestId, uti, row },
          ipAddress: addressOf(ask),
          userAgent: ask.headers['user-agent'] ?? '',
        });
      },
    };
  }

  #visit(ask: Ask): Visit {
    const { options, random, writer, external } = this.#parts;
    const form = formOf(ask);
    const nowMs = options.now();
    const traceId = random.guid();
    const correlationId = clientRequestId(ask, form) ?? random.guid();
    return {
      ...{ ask, form, nowMs, traceId, correlationId, options, writer, external },
      named: ask.params['tenant'] ?? '',
      refuse: (number, detail, person) =>
        new LoginRefusal(number, { nowMs, traceId, correlationId, detail, person }),
    };
  }

  /** The home tenant of the person or client, if the address leaves it open. */
  async #impliedTenant(visit: Visit): Promise<string | undefined> {
    const { form } = visit;
    const { directory, mint } = this.#parts.options;
    const name = form.get('login_hint') ?? form.get('username');
    if (name !== null) return directory.tenantId(domainOf(name));
    // Check first, because libraries send a device's code under both names.
    if (form.has('device_code')) return this.#parts.devices.tenantOf(visit);
    const token = form.get('code') ?? form.get('refresh_token');
    if (token !== null) {
      const opened = await mint.open(token);
      if (opened === undefined) throw visit.refuse(70000);
      return claim(opened, 'tid');
    }
    const clientId = clientIdOf(form);
    if (clientId === undefined) throw visit.refuse(90014, 'client_id');
    const homes = directory.tenantsOf(clientId);
    return homes.length === 1 ? homes[0] : undefined;
  }
}

/** The resources of a company's application, its own API included. */
export function resourcesOf(
  { resources }: AuthorityOptions,
  { clientId }: RegisteredApp,
): readonly Resource[] {
  return [...resources, { appId: clientId, names: [clientId, `api://${clientId}`] }];
}

/** The client id that a request claims. Not trusted before it is verified. */
export function clientIdOf(form: URLSearchParams): string | undefined {
  return (form.get('client_id') ?? assertedClientId(form))?.toLowerCase();
}

/** Test clients are on this machine, so they may state another address. */
export function addressOf({ headers }: Ask): string {
  return headers['x-forwarded-for'] ?? '127.0.0.1';
}

function formOf({ method, query, body }: Ask): URLSearchParams {
  return method === 'GET' ? query : new URLSearchParams(body.toString('utf8'));
}

/** Libraries send it as a header, as a field, or in the URL of a POST. */
function clientRequestId({ headers, query }: Ask, form: URLSearchParams): string | undefined {
  const name = 'client-request-id';
  const sent = headers[name] ?? form.get(name) ?? query.get(name);
  return GUID.test(sent ?? '') ? sent?.toLowerCase() : undefined;
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function domainOf(name: string): string {
  return name.slice(name.lastIndexOf('@') + 1);
}

/** A person who gave their name at an application, with an enabled account. */
export type Admission = {
  readonly app: RegisteredApp;
  readonly person: Person;
  readonly redirectUri: string;
  readonly audience: string | undefined;
};
