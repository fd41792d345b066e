import type { DirectoryObject, OwnedKind } from '../directory/model/directory-seed.ts';
import type { Person } from '../population/person.ts';
import type { Population } from '../population/population.ts';
import { federationOf } from './tenant-settings.ts';
import { FOUNDED } from './users.ts';

const PASSWORD_METHOD = '28c10230-6103-485e-b985-444c60001490';
const MOBILE_PHONE = '3179e48a-750b-4051-897c-87b9720928f7';

/** Initial objects of a person, a domain or an application. */
export function ownedOf(
  population: Population,
  kind: OwnedKind,
  ownerId: string,
): readonly DirectoryObject[] {
  if (kind === 'federationConfigurations') return federationOf(population, ownerId);
  const person = population.personByObjectId(ownerId);
  if (person === undefined) return [];
  switch (kind) {
    case 'authenticationMethods':
      return person.methods.map((method) => methodObject(person, method));
    case 'mailboxSettings':
      return person.license === 'none' ? [] : [mailboxSettings(person)];
    default:
      return [];
  }
}

function methodObject(person: Person, method: Person['methods'][number]): DirectoryObject {
  const id = { password: PASSWORD_METHOD, phone: MOBILE_PHONE }[method as 'password' | 'phone'];
  return {
    '@odata.type': `#microsoft.graph.${method}AuthenticationMethod`,
    // Derived from the person's id, so that it is stable and unique.
    id: id ?? `${MARKS[method] ?? '00000000'}${person.objectId.slice(8)}`,
    createdDateTime: FOUNDED,
    ...DETAILS[method]?.(person),
  };
}

const MARKS: { readonly [method: string]: string } = {
  microsoftAuthenticator: 'a0000001',
  windowsHelloForBusiness: 'a0000002',
  fido2: 'a0000003',
  softwareOath: 'a0000004',
};

const DETAILS: { readonly [method: string]: (person: Person) => object } = {
  microsoftAuthenticator: ({ phone }) => ({
    displayName: phone?.operatingSystem ?? 'Phone',
    deviceTag: 'SoftwareTokenActivated',
    phoneAppVersion: '6.8.14',
  }),
  windowsHelloForBusiness: ({ computer }) => ({
    displayName: computer?.name ?? '',
    keyStrength: 'normal',
  }),
  fido2: () => ({ displayName: 'Security key', model: 'Key', attestationLevel: 'attested' }),
  phone: ({ index }) => ({
    phoneNumber: `+1 5550${String(100_000 + (index % 900_000))}`,
    phoneType: 'mobile',
    smsSignInState: 'notSupported',
  }),
};

function mailboxSettings({ place }: Person): DirectoryObject {
  return {
    id: 'mailboxSettings',
    timeZone: place.timeZone,
    delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
    dateFormat: 'dd/MM/yyyy',
    timeFormat: 'HH:mm',
    userPurpose: 'user',
    automaticRepliesSetting: { status: 'disabled', externalAudience: 'all' },
    language: { locale: 'en-GB', displayName: 'English (United Kingdom)' },
  };
}
