import { lifeOf } from './life/index.ts';
import type { LoginDirectory, Person, RegisteredApp } from './login/directory.ts';
import type { TenantOptions } from './options.ts';
import { Population } from './population/index.ts';
import type { Actor } from './types.ts';

/** A tenant as it was asked for, with what the seed makes of the rest. */
export type LivingTenant = {
  readonly tenantId: string;
  readonly domain: string;
  readonly options: TenantOptions;
  /** Undefined where nobody lives. */
  readonly population: Population | undefined;
};

/** Fewer people than this, and a population cannot be told from its service accounts. */
const PEOPLE_MIN = 10;

export function livingTenants(
  tenants: readonly TenantOptions[],
  seed: string | number,
): readonly LivingTenant[] {
  return tenants.map((options, number) => {
    const population = new Population({
      seed: number === 0 ? seed : `${seed} ${number}`,
      size: Math.max(PEOPLE_MIN, options.people ?? 0),
      ...(options.tenantId !== undefined && { tenantId: options.tenantId }),
      ...(options.name !== undefined && { name: options.name }),
    });
    const { id, domain } = population.tenant;
    return {
      tenantId: id,
      domain: options.domain ?? domain,
      options,
      population: options.people === undefined ? undefined : population,
    };
  });
}

export function livesOf(tenants: readonly LivingTenant[], seed: string | number): Actor[] {
  return tenants.flatMap(({ population }) =>
    population === undefined ? [] : [lifeOf(population, seed)],
  );
}

/** Who can sign in: the people who live there, and the applications that are registered. */
export class PeopleDirectory implements LoginDirectory {
  readonly #tenants: readonly LivingTenant[];
  readonly #apps: (tenant: LivingTenant) => readonly RegisteredApp[];

  constructor(options: {
    readonly tenants: readonly LivingTenant[];
    readonly apps: (tenant: LivingTenant) => readonly RegisteredApp[];
  }) {
    this.#tenants = options.tenants;
    this.#apps = options.apps;
  }

  tenantId(idOrDomain: string): string | undefined {
    return this.#find(idOrDomain)?.tenantId;
  }

  app(tenantId: string, clientId: string): RegisteredApp | undefined {
    const tenant = this.#find(tenantId);
    if (tenant === undefined) return undefined;
    return this.#apps(tenant).find((app) => app.clientId === clientId);
  }

  person(tenantId: string, name: string): Person | undefined {
    const population = this.#find(tenantId)?.population;
    const found = population?.personByObjectId(name.toLowerCase()) ?? population?.personByUpn(name);
    if (found === undefined) return undefined;
    return {
      objectId: found.objectId,
      userPrincipalName: found.upn,
      name: found.displayName,
      isEnabled: true,
      sessionsValidFromMs: 0,
    };
  }

  #find(idOrDomain: string): LivingTenant | undefined {
    const name = idOrDomain.toLowerCase();
    return this.#tenants.find((t) => t.tenantId === name || t.domain === name);
  }
}
