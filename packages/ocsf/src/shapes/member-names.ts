import { type Json, parseNested } from '../values/json-value.ts';

/** The members under their proper names, if the names differ only in case. */
export function withProperNames(from: Json, names: ReadonlyMap<string, string>): Json {
  const members: [string, unknown][] = [];
  let changed = false;
  for (const [name, value] of Object.entries(from)) {
    const proper = names.get(name.toLowerCase()) ?? name;
    if (proper !== name && !Object.hasOwn(from, proper)) {
      changed = true;
      members.push([proper, value]);
    } else {
      members.push([name, value]);
    }
  }
  return changed ? Object.fromEntries(members) : from;
}

/** A lookup table from lower-case names to the names themselves. */
export function namesByLowerCase(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

/** Copies members to other names that do not exist yet. */
export function copyMembers(from: Json, names: readonly (readonly [string, string])[]): Json {
  const members = Object.entries(from);
  const present = new Set(members.filter(([, value]) => !isNothing(value)).map(([name]) => name));
  for (const [theirs, ours] of names) {
    const value = Object.hasOwn(from, theirs) ? from[theirs] : undefined;
    if (isNothing(value) || present.has(ours)) continue;
    present.add(ours);
    members.push([ours, value]);
  }
  return Object.fromEntries(members);
}

/** Every member under its trimmed lower-case name: for rows with varying headers. */
export function lowerCased(from: Json): Json {
  return Object.fromEntries(
    Object.entries(from).map(([name, value]) => [name.trim().toLowerCase(), value]),
  );
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Deeper than any item of Graph. */
const CAMEL_DEPTH_MAX = 6;

/**
 * Converts an item of Graph's PowerShell module, with capitalized names, to Graph's own names,
 * including nested members.
 */
export function camelCased(value: Json): Json {
  // In a table, nested members are JSON text with the same capitals.
  const members = Object.entries(value).map(([name, inner]) => [
    name,
    typeof inner === 'string' ? (parseNested(inner) ?? inner) : inner,
  ]);
  return camel(Object.fromEntries(members), 0) as Json;
}

function camel(value: unknown, depth: number): unknown {
  if (depth > CAMEL_DEPTH_MAX || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => camel(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [camelName(name), camel(inner, depth + 1)]),
  );
}

function camelName(name: string): string {
  if (name.toLowerCase() === 'ipaddress') return 'ipAddress';
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** The members of a Graph item, including nested ones, from any case that a data lake left. */
export function graphNamed(value: Json): Json {
  return withGraphNames(value, 0) as Json;
}

function withGraphNames(value: unknown, depth: number): unknown {
  if (depth > CAMEL_DEPTH_MAX || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withGraphNames(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      GRAPH_NAMES.get(name.toLowerCase()) ?? name,
      withGraphNames(inner, depth + 1),
    ]),
  );
}

const GRAPH_NAMES: ReadonlyMap<string, string> = namesByLowerCase(
  `
  id createdDateTime userId userPrincipalName userDisplayName userType appId appDisplayName
  resourceId resourceDisplayName resourceTenantId homeTenantId servicePrincipalId
  servicePrincipalName ipAddress ipAddressFromResourceProvider location city state
  countryOrRegion deviceDetail deviceId displayName operatingSystem browser isCompliant isManaged
  trustType clientAppUsed userAgent status errorCode failureReason additionalDetails
  conditionalAccessStatus appliedConditionalAccessPolicies authenticationDetails
  authenticationMethod succeeded authenticationRequirement authenticationProtocol
  clientCredentialType incomingTokenType sessionId uniqueTokenIdentifier correlationId
  riskLevelDuringSignIn riskState signInEventTypes isInteractive resultType activityDateTime
  activityDisplayName category loggedByService operationType result resultReason initiatedBy user
  app targetResources type groupType modifiedProperties oldValue newValue key value tenantId
  `
    .trim()
    .split(/\s+/),
);
