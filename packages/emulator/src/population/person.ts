import { hex8 } from '../core/seeded-random.ts';
import { GIVEN_NAMES, SURNAMES } from './names.ts';
import { idOf, sidOf } from './object-ids.ts';
import { ADMINISTRATOR, HELP_DESK, type Traits, traitsOf } from './person-traits.ts';
import { type Address, homeAddress, officeAddress } from './places.ts';
import { mix, mixUnit } from './quick-random.ts';
import type { Tenant } from './tenant.ts';

export type Device = {
  readonly id: string;
  readonly name: string;
  readonly operatingSystem: 'Windows' | 'MacOs' | 'Ios' | 'Android';
  /** As in sign-in rows; undefined for a device that is not in the directory. */
  readonly trustType: 'Azure AD joined' | 'Azure AD registered' | 'Hybrid Azure AD joined';
  readonly isManaged: boolean;
};

export type Method =
  | 'password'
  | 'microsoftAuthenticator'
  | 'phone'
  | 'windowsHelloForBusiness'
  | 'fido2'
  | 'softwareOath';

export type Person = Traits & {
  readonly index: number;
  readonly givenName: string;
  readonly surname: string;
  readonly displayName: string;
  readonly upn: string;
  readonly objectId: string;
  readonly puid: string;
  readonly sid: string;
  readonly mailboxGuid: string;
  readonly jobTitle: string;
  /** Undefined for the top executive. */
  readonly managerIndex: number | undefined;
  readonly computer: Device | undefined;
  readonly phone: Device | undefined;
  readonly methods: readonly Method[];
  readonly home: Address;
  readonly office: Address;
  readonly isAdministrator: boolean;
  readonly isHelpDesk: boolean;
  /** The external authentication method provides the second factor. */
  readonly isAskedExternally: boolean;
  /** The tenant asks for it at the first sign-in of each day, whatever else the person has. */
  readonly isAskedDaily: boolean;
};

/** Direct reports per manager. */
const SPAN_OF_CONTROL = 9;
const COMBINATIONS = GIVEN_NAMES.length * SURNAMES.length;
/** Coprime to the number of combinations, so that names repeat only after all were used. */
const STRIDE = 34_567;

export function personOf(tenant: Tenant, index: number): Person {
  const { key } = tenant;
  const traits = traitsOf(key, index);
  const { givenName, surname, suffix } = nameOf(tenant, index);
  const local = `${givenName}.${surname}`.toLowerCase() + suffix;
  const isHelpDesk =
    index === HELP_DESK || (traits.department === 'IT' && mix(key, index, 1) % 4 === 0);
  const isAdministrator =
    index === ADMINISTRATOR || (traits.department === 'IT' && mix(key, index, 7) % 40 === 0);
  const needsPasskey = tenant.isGoverned && (isAdministrator || isHelpDesk);
  // Role holders who need a passkey sign in with it, not through another provider.
  const isFederated = traits.isFederated && !needsPasskey && !tenant.isAskedDaily;
  const domain = isFederated ? tenant.federatedDomain : tenant.domain;
  return {
    ...traits,
    isFederated,
    index,
    givenName,
    surname,
    displayName: `${givenName} ${surname}`,
    upn: `${local}@${domain}`,
    objectId: idOf(key, 'user', index),
    puid: `10032${hex8(mix(key, index, 2)).slice(0, 3)}${hex8(index)}`.toUpperCase(),
    sid: sidOf(key, 10_000 + index),
    mailboxGuid: idOf(key, 'mailbox', index),
    jobTitle: titleOf(traits, index),
    managerIndex: index === 0 ? undefined : Math.floor((index - 1) / SPAN_OF_CONTROL),
    computer: computerOf(tenant, traits, index),
    phone: phoneOf(tenant, traits, index),
    methods: withPasskey(methodsOf(key, traits, index), needsPasskey),
    home: homeAddress(mix(key, index, 6), traits.place),
    office: officeAddress(traits.placeIndex, traits.place),
    isAdministrator,
    isHelpDesk,
    isAskedExternally: tenant.isGoverned,
    isAskedDaily: tenant.isAskedDaily,
  };
}

/** The number of the person with this name; undefined if no person here can have it. */
export function indexOfUpn(tenant: Tenant, upn: string): number | undefined {
  const match = /^([a-z]+)\.([a-z]+)(\d*)@/.exec(upn.toLowerCase());
  if (match === null) return undefined;
  const given = GIVEN_NAMES.findIndex((name) => name.toLowerCase() === match[1]);
  const sur = SURNAMES.findIndex((name) => name.toLowerCase() === match[2]);
  if (given < 0 || sur < 0) return undefined;
  const combination = given * SURNAMES.length + sur;
  const offset = (combination - shiftOf(tenant) + COMBINATIONS) % COMBINATIONS;
  const round = match[3] === '' ? 0 : Number(match[3]) - 1;
  const index = round * COMBINATIONS + Number((BigInt(offset) * INVERSE) % BigInt(COMBINATIONS));
  return personOf(tenant, index).upn === upn.toLowerCase() ? index : undefined;
}

const INVERSE = inverseOf(BigInt(STRIDE), BigInt(COMBINATIONS));

/** The modular inverse: `x` with `number * x = 1` modulo `modulus` (Euclid). */
function inverseOf(number: bigint, modulus: bigint): bigint {
  let [r0, r1, s0, s1] = [modulus, number % modulus, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [s0, s1] = [s1, s0 - quotient * s1];
  }
  return ((s0 % modulus) + modulus) % modulus;
}

function shiftOf(tenant: Tenant): number {
  return mix(tenant.key, 8) % COMBINATIONS;
}

function nameOf(
  tenant: Tenant,
  index: number,
): { givenName: string; surname: string; suffix: string } {
  const combination = ((index % COMBINATIONS) * STRIDE + shiftOf(tenant)) % COMBINATIONS;
  const round = Math.floor(index / COMBINATIONS);
  return {
    givenName: GIVEN_NAMES[Math.floor(combination / SURNAMES.length)] as string,
    surname: SURNAMES[combination % SURNAMES.length] as string,
    suffix: round === 0 ? '' : String(round + 1),
  };
}

function titleOf(traits: Traits, index: number): string {
  if (index === 0) return 'Chief Executive';
  if (traits.department === 'Executive') return 'Director';
  return index < 60 ? `Head of ${traits.department}` : `${traits.department} Specialist`;
}

function computerOf(tenant: Tenant, traits: Traits, index: number): Device | undefined {
  if (traits.workplace === 'browser') return undefined;
  const isWindows = traits.workplace === 'windows';
  const isHybrid = mixUnit(tenant.key, index, 9) < 0.3;
  return {
    id: idOf(tenant.key, 'computer', index),
    name: `${isWindows ? 'LT' : 'MB'}-${hex8(mix(tenant.key, index, 10)).toUpperCase()}`,
    operatingSystem: isWindows ? 'Windows' : 'MacOs',
    trustType: isWindows
      ? isHybrid
        ? 'Hybrid Azure AD joined'
        : 'Azure AD joined'
      : 'Azure AD registered',
    isManaged: true,
  };
}

function phoneOf(tenant: Tenant, traits: Traits, index: number): Device | undefined {
  if (!traits.hasPhone) return undefined;
  return {
    id: idOf(tenant.key, 'phone', index),
    name: '',
    operatingSystem: mix(tenant.key, index, 11) % 3 === 0 ? 'Android' : 'Ios',
    trustType: 'Azure AD registered',
    isManaged: tenant.isGoverned,
  };
}

function withPasskey(methods: readonly Method[], isNeeded: boolean): readonly Method[] {
  return isNeeded && !methods.includes('fido2') ? [...methods, 'fido2'] : methods;
}

function methodsOf(key: number, traits: Traits, index: number): readonly Method[] {
  const draw = mixUnit(key, index, 12);
  return [
    'password',
    draw < 0.75 ? 'microsoftAuthenticator' : draw < 0.9 ? 'phone' : 'softwareOath',
    ...(traits.workplace === 'windows' ? (['windowsHelloForBusiness'] as const) : []),
    ...(traits.workplace !== 'browser' && mixUnit(key, index, 13) < 0.15
      ? (['fido2'] as const)
      : []),
  ];
}

/** Each person has two slots among the devices of the directory. */
export const DEVICES_PER_PERSON = 2;

/** The object id of a person's computer. */
export function computerObjectId(key: number, index: number): string {
  return idOf(key, 'deviceObject', index * DEVICES_PER_PERSON);
}
