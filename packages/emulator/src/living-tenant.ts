import type { TenantState } from './activity-api/activity-api.ts';
import type { Actor } from './core/feed-record.ts';
import { lifeOf } from './life/tenant-life.ts';
import type { RegisteredApp } from './login/login-directory.ts';
import { Population } from './population/population.ts';
import { together } from './scenarios/merge-actors.ts';
import { runScenario, type ScenarioRun } from './scenarios/run-scenario.ts';
import type { ScenarioParameters } from './scenarios/steps/scenario.ts';
import { loadScenario } from './scenarios/steps/scenario.ts';

/** A requested tenant with the values that the seed adds. */
export type LivingTenant = {
  readonly tenantId: string;
  readonly domain: string;
  readonly options: TenantOptions;
  /** The people in its directory. They act only if `options.people` is set. */
  readonly population: Population;
};

/** The smallest population, because an empty tenant has a few accounts as well. */
const PEOPLE_MIN = 10;

export function livingTenants(
  tenants: readonly TenantOptions[],
  seed: string | number,
): readonly LivingTenant[] {
  return tenants.map((options, number) => {
    const name = options.name ?? nameOf(options.domain);
    const population = new Population({
      seed: number === 0 ? seed : `${seed} ${number}`,
      size: options.people ?? PEOPLE_MIN,
      ...(options.governed !== undefined && { governed: options.governed }),
      ...(options.askedDaily !== undefined && { askedDaily: options.askedDaily }),
      ...(options.diligence !== undefined && { diligence: options.diligence }),
      ...(options.tenantId !== undefined && { tenantId: options.tenantId }),
      ...(name !== undefined && { name }),
    });
    const { id, domain } = population.tenant;
    return { tenantId: id, domain, options, population };
  });
}

/** All people of the tenants and all scenarios, as one actor. */
export function actorOf(options: {
  readonly tenants: readonly LivingTenant[];
  readonly others: readonly Actor[];
  readonly played: readonly Actor[];
  readonly seed: string | number;
}): Actor {
  const { tenants, others, played, seed } = options;
  const lives = tenants
    .filter((tenant) => tenant.options.people !== undefined)
    .map(({ population }) => lifeOf(population, seed));
  return together([...lives, ...played, ...others]);
}

/** Runs scenarios in the first tenants, as many as each needs. */
export function play(options: {
  readonly scenarios: readonly (string | PlayedWith)[];
  readonly tenants: readonly LivingTenant[];
  readonly seed: string | number;
  readonly fromMs: number;
}): readonly ScenarioRun[] {
  const { scenarios, tenants, seed, fromMs } = options;
  return scenarios.map((one) => {
    const { name, parameters } = typeof one === 'string' ? { name: one, parameters: {} } : one;
    const scenario = loadScenario(name);
    const populations = tenants
      .slice(0, scenario.tenants.length)
      .map(({ population }) => population);
    return runScenario(scenario, { populations, seed, fromMs, parameters });
  });
}

/** `northmoor.example` is the domain of a company named Northmoor. */
function nameOf(domain: string | undefined): string | undefined {
  if (domain === undefined) return undefined;
  const label = /^([a-z0-9]+)\.example$/.exec(domain)?.[1];
  if (label === undefined) {
    throw new RangeError(
      `could not use the domain ${domain}, because it may exist: give one like name.example`,
    );
  }
  return label.slice(0, 1).toUpperCase() + label.slice(1);
}

export type TenantOptions = {
  /** Default: derived from the seed, like the others. */
  readonly tenantId?: string;
  readonly name?: string;
  /** Instead of a name: `northmoor.example`. */
  readonly domain?: string;
  /** Number of people who work there, 10 to 1,000,000. Default: none. */
  readonly people?: number;
  /** A factor on office activity. Default: 1. Programs sign in regardless. */
  readonly diligence?: number;
  /**
   * A company with strict policies: managed phones, passkeys for administrators, no account with
   * only a password, and an external authentication method for every second factor.
   */
  readonly governed?: boolean;
  /** Every person shows the external method at the first sign-in of each day. */
  readonly askedDaily?: boolean;
  /** Decides which reports Graph returns. Default: P2. */
  readonly license?: 'free' | 'P1' | 'P2';
  readonly state?: TenantState;
  /** In addition to the collector, which is registered everywhere. */
  readonly apps?: readonly RegisteredApp[];
};

/** A scenario with fixed instead of random values. */
export type PlayedWith = { readonly name: string; readonly parameters: ScenarioParameters };
