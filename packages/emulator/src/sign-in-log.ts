import type { FeedRecord, Occurrence } from './core/feed-record.ts';
import type { JsonObject } from './core/json-object.ts';
import { clientKeyId } from './credentials.ts';
import type { LivingTenant } from './living-tenant.ts';
import type { AppliedListener, ExternalFactor, SignIn as Given } from './login/client-sign-in.ts';
import { DEVICE_GRANT } from './login/grants/device-codes.ts';
import type { Person as LoginPerson, Resource } from './login/login-directory.ts';
import type { Person } from './population/person.ts';
import { type Address, PLACES, type Place } from './population/places.ts';
import type { Population } from './population/population.ts';
import type { Client, SignIn } from './records/sign-in.ts';
import { signInRecords } from './records/sign-in-record.ts';
import { appSignIn } from './sign-in/app-flows.ts';
import { browserOf } from './sign-in/clients.ts';
import {
  deviceCodeSignIn,
  promptedSignIn,
  refreshSignIn,
  refused,
  ropcSignIn,
} from './sign-in/user-flows.ts';

/** Unassigned networks: RFC 5398. */
const CLIENT_ASN = 64_511;

/**
 * The log records of a real client's sign-in, successful or not. So a collector sees its own
 * sign-ins, as in a real tenant.
 */
export function happeningOf(
  given: Given,
  tenant: LivingTenant,
  resources: readonly Resource[],
): Occurrence {
  const records = signInRecords(tenant.population.tenant, signInOf(given, tenant, resources));
  return {
    atMs: given.atMs,
    tenantId: given.tenantId,
    truth: { scenario: 'api', isAttacker: false },
    records: given.row === 'first' ? records : records.flatMap(fuller),
  };
}

/** Rows are completed later; the unified audit log is not. */
function fuller(record: FeedRecord): readonly FeedRecord[] {
  return record.feed.startsWith('activity/') ? [] : [{ ...record, completes: true }];
}

function signInOf(
  given: Given,
  { population }: LivingTenant,
  resources: readonly Resource[],
): SignIn {
  const { app, atMs, requestId, correlationId, audience, tenantId, error, listener } = given;
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
    const isCertificate = given.proof === 'certificate';
    const made = appSignIn(account, request, {
      kind: isCertificate ? 'certificate' : 'clientSecret',
      keyId: clientKeyId(app, isCertificate ? 'certificate' : 'secret'),
      homeTenantId: tenantId,
    });
    return error === 0 ? made : refused(made, error);
  }
  const person = personOf(population, given.person);
  const ofPerson = { ...request, appId: app.clientId, sessionId: given.sid };
  const client = clientOf(person, given);
  const made = flowOf(given.grant, person, ofPerson, client);
  const named = { ...made, appName: app.name, listener: listener && listenerOf(listener) };
  const passed = error === 0 ? named : refused(named, error);
  return given.external === undefined
    ? passed
    : { ...passed, steps: stepsOf(made, given.external) };
}

function flowOf(
  grant: string,
  person: Person,
  request: Parameters<typeof promptedSignIn>[1],
  client: Client,
): SignIn {
  switch (grant) {
    case 'refresh_token':
      return refreshSignIn(person, request, { client, device: undefined });
    case 'password':
      return ropcSignIn(person, request, client);
    case DEVICE_GRANT:
      return deviceCodeSignIn(person, request, client);
    default:
      return promptedSignIn(person, request, client);
  }
}

/** People added after the start are in the directory, but not in the population. */
function personOf(population: Population, given: LoginPerson): Person {
  const { objectId, userPrincipalName: upn, name: displayName } = given;
  const known = population.personByObjectId(objectId);
  if (known !== undefined) return known;
  return { ...population.person(0), upn, displayName, objectId, computer: undefined };
}

/** The client's properties as far as it states them. */
function clientOf(person: Person, { userAgent, app, grant }: Given): Client {
  if (userAgent === '') return browserOf(person);
  // A person types a name in a browser; a program posts a password.
  const isProgram = grant === 'password' || (app.isPublic && grant !== 'authorization_code');
  const clientAppUsed = isProgram ? 'Mobile Apps and Desktop clients' : 'Browser';
  return { operatingSystem: '', browser: '', userAgent, clientAppUsed };
}

/** A password and the provider's result. Only these sign-ins show this method. */
function stepsOf({ steps }: SignIn, { name, succeeded, detail }: ExternalFactor): SignIn['steps'] {
  const result = succeeded ? 'MFA completed by the external provider' : detail;
  const method = succeeded ? `${name}, ${detail}` : name;
  return [
    ...steps.slice(0, 1),
    { method: 'External authentication method', detail: method, succeeded, result },
  ];
}

function listenerOf({ eventType, extensionId, code, httpStatus }: AppliedListener): JsonObject {
  return { eventType, executedListenerId: extensionId, handlerResult: { code, httpStatus } };
}

/** Test clients are in the first office, unless `X-Forwarded-For` states another address. */
function addressOf(ip: string): Address {
  return { ip, place: PLACES[0] as Place, asn: CLIENT_ASN };
}
