import { BlockList, isIP } from 'node:net';
import type { JsonObject } from '../core/json-object.ts';
import type { DirectoryState } from './directory-state.ts';
import type { DirectoryObject } from './model/directory-seed.ts';

/**
 * The facts of a sign-in that conditional access evaluates. A missing fact matches no condition.
 */
export type AccessFacts = {
  readonly userId: string;
  readonly appId?: string | undefined;
  readonly resourceId?: string | undefined;
  /** As rows name it: Browser, Mobile Apps and Desktop clients, IMAP4, … */
  readonly clientAppUsed?: string | undefined;
  readonly operatingSystem?: string | undefined;
  readonly ipAddress?: string | undefined;
  readonly country?: string | undefined;
  readonly signInRisk?: string | undefined;
  readonly transferMethod?: string | undefined;
  readonly isCompliant?: boolean;
  readonly isHybridJoined?: boolean;
  /** A second factor was shown, now or earlier. */
  readonly isTwoFactor?: boolean;
};

/** The result of one policy, in the terms of `appliedConditionalAccessPolicies`. */
export type AppliedPolicy = {
  readonly id: string;
  readonly displayName: string;
  readonly enforcedGrantControls: readonly string[];
  readonly enforcedSessionControls: readonly string[];
  readonly result: PolicyResult;
};

type Outcome = 'success' | 'failure' | 'notApplied';
type PolicyResult = Outcome | `reportOnly${Capitalize<Outcome>}` | 'notEnabled';

/** The result for one sign-in. */
export type Access = { readonly status: Outcome; readonly policies: readonly AppliedPolicy[] };

const REPORT_ONLY = 'enabledForReportingButNotEnforced';

/** Evaluates every policy for a sign-in. `stopped`: the sign-in ended earlier. */
export function accessOf(
  state: DirectoryState,
  facts: AccessFacts,
  how: 'reached' | 'stopped',
): Access {
  const policies: AppliedPolicy[] = [];
  let status: Outcome = 'notApplied';
  for (const { object: policy } of state.list('conditionalAccessPolicies')) {
    const outcome = how === 'stopped' ? 'notApplied' : outcomeOf(state, policy, facts);
    if (policy['state'] === 'enabled' && status !== 'failure' && outcome !== 'notApplied')
      status = outcome;
    policies.push({
      id: policy.id,
      displayName: text(policy['displayName']),
      enforcedGrantControls: grantsOf(policy).map((one) => CONTROL_NAMES[one] ?? one),
      enforcedSessionControls: sessionControlsOf(policy),
      result: resultOf(policy['state'], outcome),
    });
  }
  return { status, policies };
}

/** The code with which an enforced policy refuses a sign-in (contracts 5.3), if one does. */
export function accessRefusal(
  state: DirectoryState,
  facts: AccessFacts,
): 50_076 | 53_000 | 53_003 | undefined {
  let refusal: 50_076 | 53_000 | undefined;
  for (const { object: policy } of state.list('conditionalAccessPolicies')) {
    if (policy['state'] !== 'enabled') continue;
    if (outcomeOf(state, policy, facts) !== 'failure') continue;
    const grants = grantsOf(policy);
    if (grants.includes('block')) return 53_003;
    refusal ??= grants.includes('mfa') ? 50_076 : 53_000;
  }
  return refusal;
}

/** Whether an enforced policy requires that control from this sign-in. */
export function asksFor(state: DirectoryState, facts: AccessFacts, control: string): boolean {
  for (const { object: policy } of state.list('conditionalAccessPolicies')) {
    const isAsked = policy['state'] === 'enabled' && grantsOf(policy).includes(control);
    if (isAsked && isMet(state, policy, facts)) return true;
  }
  return false;
}

function outcomeOf(state: DirectoryState, policy: DirectoryObject, facts: AccessFacts): Outcome {
  if (policy['state'] === 'disabled' || !isMet(state, policy, facts)) return 'notApplied';
  return isSatisfied(policy, facts) ? 'success' : 'failure';
}

function resultOf(state: unknown, outcome: Outcome): PolicyResult {
  if (state === 'disabled') return 'notEnabled';
  if (state !== REPORT_ONLY) return outcome;
  const name = outcome.charAt(0).toUpperCase() + outcome.slice(1);
  return `reportOnly${name as Capitalize<Outcome>}`;
}

const CONTROL_NAMES: Readonly<Record<string, string>> = {
  mfa: 'Mfa',
  block: 'Block',
  compliantDevice: 'RequireCompliantDevice',
  domainJoinedDevice: 'RequireDomainJoinedDevice',
  approvedApplication: 'RequireApprovedApp',
  compliantApplication: 'RequireCompliantApp',
  passwordChange: 'RequirePasswordChange',
};

function grantsOf(policy: DirectoryObject): readonly string[] {
  const controls = object(policy['grantControls']);
  const builtIn = strings(controls['builtInControls']);
  // An authentication strength is a specific second factor.
  const isStrong = isGiven(controls['authenticationStrength']) && !builtIn.includes('mfa');
  return isStrong ? [...builtIn, 'mfa'] : builtIn;
}

function sessionControlsOf(policy: DirectoryObject): readonly string[] {
  return Object.entries(object(policy['sessionControls']))
    .filter(([, value]) => isGiven(value) && object(value)['isEnabled'] !== false)
    .map(([name]) => name.charAt(0).toUpperCase() + name.slice(1));
}

function isSatisfied(policy: DirectoryObject, facts: AccessFacts): boolean {
  const grants = grantsOf(policy);
  if (grants.length === 0) return true;
  const has = (control: string): boolean => {
    if (control === 'mfa') return facts.isTwoFactor === true;
    if (control === 'compliantDevice') return facts.isCompliant === true;
    return control === 'domainJoinedDevice' && facts.isHybridJoined === true;
  };
  const isAll = object(policy['grantControls'])['operator'] === 'AND';
  return isAll ? grants.every(has) : grants.some(has);
}

/** Conditions that nothing here matches, so a policy with one applies to no sign-in. */
const UNMET = ['clientApplications', 'devices', 'deviceStates', 'insiderRiskLevels', 'times'];

function isMet(state: DirectoryState, policy: DirectoryObject, facts: AccessFacts): boolean {
  const conditions = object(policy['conditions']);
  const risk = state.get('riskyUsers', facts.userId)?.['riskLevel'];
  return (
    !UNMET.some((name) => isGiven(conditions[name])) &&
    isOneOf(conditions['userRiskLevels'], risk) &&
    isOneOf(conditions['signInRiskLevels'], facts.signInRisk) &&
    !isGiven(conditions['servicePrincipalRiskLevels']) &&
    isClient(strings(conditions['clientAppTypes']), facts.clientAppUsed) &&
    isFlow(object(conditions['authenticationFlows'])['transferMethods'], facts.transferMethod) &&
    isIn(conditions['platforms'], 'Platforms', 'all', [platformOf(facts.operatingSystem)]) &&
    isPlace(state, conditions['locations'], facts) &&
    isApplication(object(conditions['applications']), facts) &&
    isUser(state, object(conditions['users']), facts.userId)
  );
}

function isOneOf(list: unknown, value: unknown): boolean {
  return !isGiven(list) || strings(list).some((one) => one === value);
}

const CLIENT_TYPES: Readonly<Record<string, string>> = {
  Browser: 'browser',
  'Mobile Apps and Desktop clients': 'mobileAppsAndDesktopClients',
  'Exchange ActiveSync': 'exchangeActiveSync',
};

function isClient(types: readonly string[], used: string | undefined): boolean {
  if (types.length === 0 || types.includes('all')) return true;
  return used !== undefined && types.includes(CLIENT_TYPES[used] ?? 'other');
}

/** Several values share one text, separated by commas. */
function isFlow(methods: unknown, used: string | undefined): boolean {
  if (!isGiven(methods)) return true;
  return used !== undefined && String(methods).split(',').includes(used);
}

function platformOf(system: string | undefined): string | undefined {
  const known: readonly (readonly [RegExp, string])[] = [
    [/^windows ?phone/i, 'windowsPhone'],
    [/^windows/i, 'windows'],
    [/^mac/i, 'macOS'],
    [/^(?:ios|ipad)/i, 'iOS'],
    [/^android/i, 'android'],
    [/^linux/i, 'linux'],
  ];
  return known.find(([pattern]) => pattern.test(system ?? ''))?.[1];
}

function isApplication(applications: JsonObject, { appId, resourceId }: AccessFacts): boolean {
  return isIn(applications, 'Applications', 'All', [appId, resourceId]) && isGiven(applications);
}

function isUser(state: DirectoryState, users: JsonObject, userId: string): boolean {
  const groups = new Set([...state.related(userId, 'memberOf')].map(({ id }) => id));
  const isNamed = (which: 'include' | 'exclude'): boolean =>
    strings(users[`${which}Users`]).some((one) => one === userId || one === 'All') ||
    strings(users[`${which}Groups`]).some((one) => groups.has(one)) ||
    holdsAny(state, strings(users[`${which}Roles`]), [userId, ...groups]);
  return isNamed('include') && !isNamed('exclude');
}

function holdsAny(
  state: DirectoryState,
  roles: readonly string[],
  principals: readonly string[],
): boolean {
  if (roles.length === 0) return false;
  for (const { object: one } of state.list('roleAssignments')) {
    const [role, holder] = [String(one['roleDefinitionId']), String(one['principalId'])];
    if (roles.includes(role) && principals.includes(holder)) return true;
  }
  return false;
}

function isPlace(state: DirectoryState, locations: unknown, facts: AccessFacts): boolean {
  if (!isGiven(locations)) return true;
  const here = ['All'];
  for (const { object: one } of state.list('namedLocations')) {
    if (!isAt(one, facts)) continue;
    here.push(one.id);
    if (one['isTrusted'] === true) here.push('AllTrusted');
  }
  const named = (which: string): boolean =>
    strings(object(locations)[which]).some((one) => here.includes(one));
  return named('includeLocations') && !named('excludeLocations');
}

function isAt(location: DirectoryObject, { ipAddress, country }: AccessFacts): boolean {
  if (country !== undefined && strings(location['countriesAndRegions']).includes(country))
    return true;
  const family = isIP(ipAddress ?? '');
  if (ipAddress === undefined || family === 0) return false;
  return objects(location['ipRanges']).some((range) => {
    const [net = '', bits = ''] = String(range['cidrAddress']).split('/');
    if (isIP(net) !== family || !/^\d{1,3}$/.test(bits)) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    const list = new BlockList();
    list.addSubnet(net, Number(bits), type);
    return list.check(ipAddress, type);
  });
}

function isIn(
  part: unknown,
  what: string,
  everything: string,
  values: readonly (string | undefined)[],
): boolean {
  if (!isGiven(part)) return true;
  const among = (list: unknown): boolean =>
    strings(list).some((one) => one === everything || values.includes(one));
  return among(object(part)[`include${what}`]) && !among(object(part)[`exclude${what}`]);
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.map(object) : [];
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
