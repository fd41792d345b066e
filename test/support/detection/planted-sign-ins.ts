import type { Actor, JsonObject, Occurrence } from '@countersign/emulator';

/** A planted sign-in in a tenant, as Graph will report it. */
export type PlantedSignIn = {
  readonly id: string;
  readonly atMs: number;
  readonly flow: 'interactiveUser' | 'nonInteractiveUser' | 'servicePrincipal' | 'managedIdentity';
  /** Object id of a person or a service principal. */
  readonly who: string;
  readonly factors?: 1 | 2;
  readonly more?: JsonObject;
};

const ADDRESS = '203.0.113.9';

/** Performs planted acts when their time comes. */
export class Planter implements Actor {
  readonly #tenantId: string;
  readonly #planted: PlantedSignIn[] = [];

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  get planted(): readonly PlantedSignIn[] {
    return this.#planted;
  }

  /** MUST be in the future of the tenant's time. */
  plant(...planted: readonly PlantedSignIn[]): void {
    this.#planted.push(...planted);
  }

  *happenings(fromMs: number, toMs: number): Generator<Occurrence> {
    const due = this.#planted.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
    for (const each of due.sort((a, b) => a.atMs - b.atMs)) {
      const { id, atMs } = each;
      const body = signInRow(each, this.#tenantId);
      yield {
        atMs,
        tenantId: this.#tenantId,
        truth: { scenario: 'planted', isAttacker: false },
        records: [{ feed: 'graph/signIns', id, atMs, body }],
      };
    }
  }
}

export function signInRow(
  { id, atMs, flow, who, factors = 2, more }: PlantedSignIn,
  tenantId: string,
): JsonObject {
  const isPerson = flow === 'interactiveUser' || flow === 'nonInteractiveUser';
  return {
    id,
    createdDateTime: new Date(atMs).toISOString(),
    userId: isPerson ? who : '',
    userPrincipalName: isPerson ? `${who}@planted.example` : null,
    servicePrincipalId: isPerson ? '' : who,
    servicePrincipalName: isPerson ? null : 'planted',
    servicePrincipalCredentialKeyId: isPerson ? null : 'key-1',
    clientCredentialType: isPerson ? 'none' : 'clientSecret',
    appId: '1b730954-1685-4b74-9bfd-dac224a7b894',
    appDisplayName: 'Outlook',
    resourceDisplayName: 'Microsoft Graph',
    resourceTenantId: tenantId,
    homeTenantId: tenantId,
    ipAddress: ADDRESS,
    // The company's factor policy applies to browsers, not to programs.
    clientAppUsed: flow === 'interactiveUser' ? 'Browser' : null,
    correlationId: id,
    conditionalAccessStatus: 'success',
    authenticationRequirement:
      factors === 2 ? 'multiFactorAuthentication' : 'singleFactorAuthentication',
    authenticationDetails: [],
    appliedConditionalAccessPolicies: [],
    authenticationProtocol: 'oAuth2',
    signInEventTypes: [flow],
    isInteractive: flow === 'interactiveUser',
    status: { errorCode: 0 },
    deviceDetail: { deviceId: '' },
    ...more,
  };
}
