import type { DirectoryObject, IdList, SeedSet } from '../directory/model/directory-seed.ts';
import { idOf, indexOf } from '../population/object-ids.ts';
import type { Person } from '../population/person.ts';
import type { License } from '../population/person-traits.ts';
import type { Population } from '../population/population.ts';
import type { ServiceAccount } from '../population/tenant-objects.ts';

/** Accounts are as old as the tenant, which was created then. */
export const FOUNDED = '2023-01-09T08:00:00Z';

export const SKUS: { readonly [license in Exclude<License, 'none'>]: SkuOf } = {
  E5: { skuId: '06ebc4ee-1bb5-47dd-8120-11324bc54e06', skuPartNumber: 'SPE_E5' },
  E3: { skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3' },
  F3: { skuId: '66b55226-6b4f-492c-910c-a3b7a3c9d993', skuPartNumber: 'SPE_F1' },
};

export type SkuOf = { readonly skuId: string; readonly skuPartNumber: string };

/** People first, then service accounts, then the reserved account. */
export function userSet(population: Population): SeedSet {
  const { size, serviceAccountCount } = population;
  const all = size + serviceAccountCount + 1;
  const { account: apart } = population.setApart;
  return {
    size: all,
    count: () => all,
    at: (index) =>
      index < size
        ? personObject(population, population.person(index))
        : accountObject(index === all - 1 ? apart : population.serviceAccount(index - size)),
    indexOf: (key) => {
      const person = population.personByObjectId(key) ?? population.personByUpn(key);
      if (person !== undefined) return person.index;
      for (let n = 0; n < serviceAccountCount; n++) {
        const { objectId, upn } = population.serviceAccount(n);
        if (key === objectId || key === upn) return size + n;
      }
      return key === apart.objectId || key === apart.upn ? all - 1 : undefined;
    },
  };
}

/** Object ids of people by number. */
export function personIds({ tenant }: Population, numbers: ArrayLike<number>): IdList {
  const { key } = tenant;
  return {
    size: numbers.length,
    at: (index) => idOf(key, 'user', numbers[index] ?? 0),
    has: (id) => {
      const number = indexOf(key, 'user', id);
      return number !== undefined && holds(numbers, number);
    },
  };
}

/** Binary search: the numbers are sorted. */
function holds(numbers: ArrayLike<number>, wanted: number): boolean {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === wanted;
}

function personObject(population: Population, person: Person): DirectoryObject {
  const { displayName, givenName, surname, upn, objectId, department, jobTitle, place } = person;
  const sku = person.license === 'none' ? undefined : SKUS[person.license];
  return {
    ...account(objectId, displayName, upn),
    givenName,
    surname,
    jobTitle,
    department,
    officeLocation: place.city,
    city: place.city,
    country: place.countryOrRegion,
    usageLocation: place.countryOrRegion,
    businessPhones: [],
    mobilePhone: null,
    preferredLanguage: null,
    companyName: population.tenant.displayName,
    employeeId: String(100_000 + person.index),
    assignedLicenses: sku === undefined ? [] : [{ skuId: sku.skuId, disabledPlans: [] }],
    onPremisesSyncEnabled: person.isFederated ? true : null,
    onPremisesSecurityIdentifier: person.isFederated ? person.sid : null,
  };
}

function accountObject(
  one: Pick<ServiceAccount, 'objectId' | 'displayName' | 'upn'>,
): DirectoryObject {
  const { objectId, displayName, upn } = one;
  return { ...account(objectId, displayName, upn), assignedLicenses: [], businessPhones: [] };
}

function account(id: string, displayName: string, upn: string): DirectoryObject {
  return {
    id,
    displayName,
    userPrincipalName: upn,
    mail: upn,
    mailNickname: upn.split('@')[0] ?? upn,
    proxyAddresses: [`SMTP:${upn}`],
    accountEnabled: true,
    userType: 'Member',
    createdDateTime: FOUNDED,
    lastPasswordChangeDateTime: FOUNDED,
    signInSessionsValidFromDateTime: FOUNDED,
  };
}
