import type { SignIn as TokenGiven } from './login/authority.ts';
import type { Resource } from './login/directory.ts';
import type { LivingTenant } from './people.ts';
import { type Address, PLACES, type Place } from './population/index.ts';
import { type SignIn, signInRecords } from './records/index.ts';
import { appSignIn, browserOf, promptedSignIn, refreshSignIn } from './sign-in/index.ts';
import type { Happening } from './types.ts';

/** Networks that nobody owns: RFC 5398. */
const CLIENT_ASN = 64_511;

/**
 * What the logs say of a token that a real client was given: a collector sees its own sign-ins, as
 * it does in a real tenant. Undefined for people who were added after the start: the log knows only
 * those whom the population knows.
 */
export function happeningOf(
  given: TokenGiven,
  tenant: LivingTenant,
  resources: readonly Resource[],
): Happening | undefined {
  const signIn = signInOf(given, tenant, resources);
  if (signIn === undefined) return undefined;
  return {
    atMs: given.atMs,
    tenantId: given.tenantId,
    truth: { scenario: 'api', isAttacker: false },
    records: signInRecords(tenant.population.tenant, signIn),
  };
}

function signInOf(
  given: TokenGiven,
  { population }: LivingTenant,
  resources: readonly Resource[],
): SignIn | undefined {
  const { app, atMs, requestId, correlationId, audience, tenantId } = given;
  const resource = resources.find(({ names }) => names.some((name) => name === audience));
  const request = {
    ...{ atMs, requestId, correlationId },
    resourceId: resource?.appId ?? app.clientId,
    address: addressOf(given.ipAddress),
  };
  if (given.person === undefined) {
    const account = {
      name: app.name,
      appId: app.clientId,
      servicePrincipalId: app.objectId,
    };
    const kind = given.proof === 'certificate' ? 'certificate' : 'clientSecret';
    return appSignIn(account, request, { kind, keyId: '', homeTenantId: tenantId });
  }
  const person = population.personByObjectId(given.person.objectId);
  if (person === undefined) return undefined;
  const ofPerson = { ...request, appId: app.clientId, sessionId: given.sid };
  if (given.grant !== 'refresh_token') return promptedSignIn(person, ofPerson);
  return refreshSignIn(person, ofPerson, { client: browserOf(person), device: undefined });
}

/** Clients of tests sit in the first office; they may say otherwise by `X-Forwarded-For`. */
function addressOf(ip: string): Address {
  return { ip, place: PLACES[0] as Place, asn: CLIENT_ASN };
}
