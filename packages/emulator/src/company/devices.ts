import {
  type DirectoryObject,
  type IdList,
  idList,
  NO_IDS,
  type SeedSet,
} from '../directory/model/directory-seed.ts';
import { idOf, indexOf } from '../population/object-ids.ts';
import { DEVICES_PER_PERSON, type Device, type Person } from '../population/person.ts';
import type { Population } from '../population/population.ts';
import { FOUNDED } from './users.ts';

export function deviceSet(population: Population): SeedSet {
  const { key } = population.tenant;
  let known: number | undefined;
  return {
    size: population.size * DEVICES_PER_PERSON,
    count: () => {
      known ??= countDevices(population);
      return known;
    },
    at: (index) => {
      const person = population.person(Math.floor(index / DEVICES_PER_PERSON));
      const device = index % DEVICES_PER_PERSON === 0 ? person.computer : person.phone;
      return device === undefined ? undefined : deviceObject(key, index, device);
    },
    indexOf: (wanted) => {
      const index = indexOf(key, 'deviceObject', wanted);
      if (index !== undefined)
        return index < population.size * DEVICES_PER_PERSON ? index : undefined;
      const computer = indexOf(key, 'computer', wanted);
      const phone = computer === undefined ? indexOf(key, 'phone', wanted) : undefined;
      const owner = computer ?? phone;
      if (owner === undefined || owner >= population.size) return undefined;
      return owner * DEVICES_PER_PERSON + (computer === undefined ? 1 : 0);
    },
  };
}

/** Object ids of a person's devices. */
export function devicesOf(population: Population, person: Person): IdList {
  const { key } = population.tenant;
  const ids: string[] = [];
  if (person.computer) ids.push(idOf(key, 'deviceObject', person.index * DEVICES_PER_PERSON));
  if (person.phone) ids.push(idOf(key, 'deviceObject', person.index * DEVICES_PER_PERSON + 1));
  return idList(ids);
}

/** The owner of this device. */
export function ownerOf(population: Population, deviceObjectId: string): IdList {
  const index = indexOf(population.tenant.key, 'deviceObject', deviceObjectId);
  if (index === undefined || index >= population.size * DEVICES_PER_PERSON) return NO_IDS;
  return idList([population.person(Math.floor(index / DEVICES_PER_PERSON)).objectId]);
}

function countDevices(population: Population): number {
  let count = 0;
  for (let index = 0; index < population.size; index++) {
    const { workplace, hasPhone } = population.traits(index);
    count += (workplace === 'browser' ? 0 : 1) + (hasPhone ? 1 : 0);
  }
  return count;
}

const TRUST_TYPES: { readonly [type in Device['trustType']]: string } = {
  'Azure AD joined': 'AzureAd',
  'Azure AD registered': 'Workplace',
  'Hybrid Azure AD joined': 'ServerAd',
};

function deviceObject(key: number, index: number, device: Device): DirectoryObject {
  return {
    id: idOf(key, 'deviceObject', index),
    deviceId: device.id,
    displayName: device.name,
    operatingSystem: device.operatingSystem,
    trustType: TRUST_TYPES[device.trustType],
    isManaged: device.isManaged,
    isCompliant: device.isManaged,
    accountEnabled: true,
    registrationDateTime: FOUNDED,
    createdDateTime: FOUNDED,
  };
}
