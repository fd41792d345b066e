import type { Occurrence } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { LivingTenant } from '../living-tenant.ts';
import type { SignIn } from '../login/client-sign-in.ts';
import { WIKI, wikiSignIn } from '../login/wiki.ts';

/** A person's browser at the authority's sign-in page. Resolves once it can go no further. */
export type Browser = (visit: BrowserVisit) => Promise<void>;

export type BrowserVisit = {
  readonly url: string;
  readonly tenantId: string;
  /** The person's object id. */
  readonly person: string;
  /** Their address, for `X-Forwarded-For`. */
  readonly address: string;
};

type Options = {
  readonly browser: Browser;
  readonly tenants: readonly LivingTenant[];
  /** The login authority's. */
  readonly origin: () => string;
  /** Passes an occurrence to the feeds. */
  readonly take: (happening: Occurrence) => void;
  /** The sign-in as it is recorded when it fails. */
  readonly refuse: (happening: Occurrence, code: number) => Occurrence;
};

/** "External security challenge not satisfied." (contracts 9.4) */
const NOT_SATISFIED = 50158;
const EXTERNAL = 'External authentication method';

/**
 * Sends people of a company with an external method through the real protocol. The row of their
 * sign-in appears with its result, under the same correlation id.
 */
export class ChallengedSignIns {
  readonly #options: Options;
  /** Results by correlation id, while a person is on the way. */
  readonly #results = new Map<string, number>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** As the option, once a person has returned from the provider. */
  readonly take = (happening: Occurrence): void | Promise<void> => {
    if (this.#isChallenged(happening)) return this.#settle(happening);
    this.#options.take(happening);
  };

  /** Whether a person shows the external method in this sign-in. An intruder cannot. */
  #isChallenged({ records, truth }: Occurrence): boolean {
    if (truth.isAttacker) return false;
    // The first version of a row does not name the steps yet.
    return records.some(
      ({ feed, body }) => feed === 'graph/signIns' && usesExternal(body) && codeOf(body) === 0,
    );
  }

  /** Takes the sign-in with the result of the visit. */
  async #settle(happening: Occurrence): Promise<void> {
    const { browser, tenants, origin, take, refuse } = this.#options;
    const { tenantId, records } = happening;
    const row = records.find(({ feed }) => feed === 'graph/signIns')?.body ?? {};
    const [person, address] = [String(row['userId']), String(row['ipAddress'])];
    const correlationId = String(row['correlationId']);
    const tenant = tenants.find((one) => one.tenantId === tenantId);
    const upn = tenant?.population.personByObjectId(person)?.upn ?? '';
    const url = wikiSignIn(origin(), { tenantId, upn, correlationId });
    this.#results.set(correlationId, NOT_SATISFIED);
    try {
      await browser({ url, tenantId, person, address });
      const code = this.#results.get(correlationId) ?? NOT_SATISFIED;
      take(code === 0 ? happening : refuse(happening, code));
    } finally {
      this.#results.delete(correlationId);
    }
  }

  /** Notes a sign-in that is the visit of a person here, which has its own row. */
  answers({ correlationId, error, app }: SignIn): boolean {
    if (app.clientId !== WIKI.clientId || !this.#results.has(correlationId)) return false;
    this.#results.set(correlationId, error);
    return true;
  }
}

function usesExternal(row: JsonObject): boolean {
  const steps = (row['authenticationDetails'] ?? []) as readonly JsonObject[];
  return steps.some((step) => step['authenticationMethod'] === EXTERNAL);
}

function codeOf(row: JsonObject): unknown {
  return (row['status'] as JsonObject)['errorCode'];
}
