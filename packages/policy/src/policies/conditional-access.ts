import { PRIVILEGED_ROLES } from '../directory/privileged-roles.ts';
import { NAME_CHARACTERS_MAX } from '../limits.ts';

/**
 * The part of a policy that the vendor must decide, because no enforcement point sees it: the
 * subjects, the condition and the effect.
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

/** Conditions that apply to workload identities, not to people. */
const OF_WORKLOADS: readonly string[] = ['unregistered', 'outside-trusted-networks'];

/** Parses `@entra("people at-high-risk block")`. Returns a text if it is invalid. */
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
    return `@entra("${text}"): a workload identity has no factors, so it can only be blocked`;
  }
  if (isOfWorkloads !== (when !== undefined && OF_WORKLOADS.includes(when))) {
    return `@entra("${text}"): ${when ?? 'that'} is not a condition for ${who}`;
  }
  return { who, when, must };
}

/** The objects of a tenant that its policies refer to. */
export type TenantReferences = {
  /** Emergency accounts: excluded from every policy. */
  readonly breakGlass: readonly string[];
  /** Groups of open waves; undefined if no wave is known. */
  readonly openGroups: readonly string[] | undefined;
  /** Service principals of the register; undefined if there is none. */
  readonly registered: readonly string[] | undefined;
};

/** A conditionalAccessPolicy of Graph, in the form of the POST body. */
export type ConditionalAccessPolicy = {
  readonly displayName: string;
  readonly state: 'enabledForReportingButNotEnforced';
  readonly conditions: object;
  readonly grantControls: object;
};

/** Returns undefined if it refers to an object that is unknown in the tenant. */
export function conditionalAccess(
  { id, sentence }: { readonly id: string; readonly sentence: string },
  rule: EntraRule,
  world: TenantReferences,
): ConditionalAccessPolicy | undefined {
  const conditions = rule.who === 'workloads' ? workloads(rule, world) : people(rule, world);
  if (conditions === undefined) return undefined;
  return {
    displayName: `Countersign ${id}: ${sentence}`.slice(0, NAME_CHARACTERS_MAX),
    // It blocks no one until people have read its reports and enable it.
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

/** An unregistered device has no such member, and does not match. */
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

/** The built-in strength of every tenant: passkeys, Windows Hello, certificates. */
const PHISHING_RESISTANT = '00000000-0000-0000-0000-000000000004';

function grantOf(must: EntraRule['must']): object {
  if (must !== 'phishing-resistant') return { operator: 'OR', builtInControls: [must] };
  const authenticationStrength = { id: PHISHING_RESISTANT };
  return { operator: 'OR', builtInControls: [], authenticationStrength };
}
