import { PRIVILEGED_ROLES } from '../directory/privileged-roles.ts';
import { NAME_CHARACTERS_MAX } from '../limits.ts';

/**
 * What the vendor has to decide, since no enforcement point of ours sees it: of whom, when, and
 * what.
 */
export type EntraRule = {
  readonly who: (typeof WHO)[number];
  readonly when: (typeof WHEN)[number] | undefined;
  readonly must: (typeof MUST)[number];
};

const WHO = ['people', 'privileged', 'workloads'] as const;
const WHEN = [
  'at-high-risk',
  'unhealthy-device',
  'legacy-client',
  'outside-open-waves',
  'unregistered',
  'outside-trusted-networks',
] as const;
const MUST = ['mfa', 'phishing-resistant', 'block'] as const;

/** Conditions that fit workload identities, and no people. */
const OF_WORKLOADS: readonly string[] = ['unregistered', 'outside-trusted-networks'];

/** Reads `@entra("people at-high-risk block")`; a text says what is wrong with it. */
export function parseEntraRule(text: string): EntraRule | string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const who = WHO.find((word) => word === words[0]);
  const must = MUST.find((word) => word === words.at(-1));
  const when = WHEN.find((word) => word === words[1]);
  const isWhole = words.length === (when === undefined ? 2 : 3);
  if (who === undefined || must === undefined || !isWhole) {
    const middle = `, if it matters one of ${WHEN.join(', ')}`;
    const [whose, what] = [WHO.join(', '), MUST.join(', ')];
    return `@entra("${text}"): write one of ${whose}${middle}, and one of ${what}`;
  }
  const isOfWorkloads = who === 'workloads';
  if (isOfWorkloads && must !== 'block') {
    return `@entra("${text}"): a workload identity can be blocked alone, it has no factors`;
  }
  if (isOfWorkloads !== (when !== undefined && OF_WORKLOADS.includes(when))) {
    return `@entra("${text}"): ${when ?? 'that'} is no condition on ${who}`;
  }
  return { who, when, must };
}

/** What a tenant is like, as far as its policies name it. */
export type TenantReferences = {
  /** Accounts for emergencies: no policy stands before them. */
  readonly breakGlass: readonly string[];
  /** Groups of open waves; undefined where no wave is known. */
  readonly openGroups: readonly string[] | undefined;
  /** Service principals of the register; undefined where there is none. */
  readonly registered: readonly string[] | undefined;
};

/** A conditionalAccessPolicy of Graph (contracts 8.4), as it is posted. */
export type ConditionalAccessPolicy = {
  readonly displayName: string;
  readonly state: 'enabledForReportingButNotEnforced';
  readonly conditions: object;
  readonly grantControls: object;
};

/** Undefined where it names something that is not known of the tenant. */
export function conditionalAccess(
  { id, sentence }: { readonly id: string; readonly sentence: string },
  rule: EntraRule,
  world: TenantReferences,
): ConditionalAccessPolicy | undefined {
  const conditions = rule.who === 'workloads' ? workloads(rule, world) : people(rule, world);
  if (conditions === undefined) return undefined;
  return {
    displayName: `Countersign ${id}: ${sentence}`.slice(0, NAME_CHARACTERS_MAX),
    // Nobody is kept out by it until people who have looked at its reports say so.
    state: 'enabledForReportingButNotEnforced',
    conditions,
    grantControls: grantOf(rule.must),
  };
}

const ALL_APPLICATIONS = { includeApplications: ['All'] };

function people({ who, when }: EntraRule, world: TenantReferences): object | undefined {
  const { breakGlass, openGroups } = world;
  const included =
    who === 'privileged' ? { includeRoles: [...PRIVILEGED_ROLES] } : { includeUsers: ['All'] };
  const users = { ...included, excludeUsers: [...breakGlass] };
  const usual = { users, applications: ALL_APPLICATIONS, clientAppTypes: ['all'] };
  switch (when) {
    case 'at-high-risk':
      return { ...usual, userRiskLevels: ['high'] };
    case 'unhealthy-device':
      return { ...usual, devices: { deviceFilter: UNHEALTHY } };
    case 'legacy-client':
      return { ...usual, clientAppTypes: ['exchangeActiveSync', 'other'] };
    case 'outside-open-waves':
      if (openGroups === undefined) return undefined;
      return { ...usual, users: { ...users, excludeGroups: [...openGroups] } };
    default:
      return usual;
  }
}

/** A device that nobody registered has no such member, and does not fit. */
const UNHEALTHY = { mode: 'include', rule: 'device.isCompliant -eq False' };

function workloads({ when }: EntraRule, { registered }: TenantReferences): object | undefined {
  const all = { includeServicePrincipals: ['ServicePrincipalsInMyTenant'] };
  const usual = {
    users: { includeUsers: ['None'] },
    applications: ALL_APPLICATIONS,
    clientAppTypes: ['all'],
  };
  if (when === 'outside-trusted-networks') {
    const locations = { includeLocations: ['All'], excludeLocations: ['AllTrusted'] };
    return { ...usual, clientApplications: all, locations };
  }
  if (registered === undefined) return undefined;
  const clientApplications = { ...all, excludeServicePrincipals: [...registered] };
  return { ...usual, clientApplications };
}

/** The strength that comes with every tenant: passkeys, Windows Hello, certificates. */
const PHISHING_RESISTANT = '00000000-0000-0000-0000-000000000004';

function grantOf(must: EntraRule['must']): object {
  if (must !== 'phishing-resistant') return { operator: 'OR', builtInControls: [must] };
  const authenticationStrength = { id: PHISHING_RESISTANT };
  return { operator: 'OR', builtInControls: [], authenticationStrength };
}
