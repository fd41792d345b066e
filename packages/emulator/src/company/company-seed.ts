import {
  type DirectoryObject,
  type DirectorySeed,
  type IdList,
  idList,
  type Kind,
  NO_IDS,
  NO_OBJECTS,
  type Relation,
  type SeedSet,
  seedSet,
} from '../directory/model/directory-seed.ts';
import type { RegisteredApp, Resource } from '../login/login-directory.ts';
import type { Population } from '../population/population.ts';
import { type Software, softwareOf } from './applications.ts';
import { deviceSet, devicesOf, ownerOf } from './devices.ts';
import { groupSet, Memberships } from './groups.ts';
import { ownedOf } from './owned-objects.ts';
import { directoryRoles, roleAssignments, roleDefinitions } from './roles.ts';
import {
  domains,
  namedLocations,
  organizations,
  policies,
  settings,
  subscribedSkus,
} from './tenant-settings.ts';
import { userSet } from './users.ts';

export type CompanyOptions = {
  readonly population: Population;
  /** Applications as which clients of the emulator authenticate. */
  readonly apps: readonly RegisteredApp[];
  /** Possible audiences of tokens. */
  readonly resources: readonly Resource[];
  readonly license?: DirectorySeed['license'];
  readonly factorPolicy?: 'enabled' | 'disabled';
};

/** The initial directory of a population. */
export function companySeed(options: CompanyOptions): DirectorySeed {
  const { population, apps, resources, license = 'P2' } = options;
  const software = softwareOf(population, apps, resources);
  const memberships = new Memberships(population);
  const makers: { readonly [kind in Kind]?: () => readonly DirectoryObject[] } = {
    applications: () => software.applications,
    servicePrincipals: () => software.servicePrincipals,
    appRoleAssignments: () => software.appRoleAssignments,
    oauth2PermissionGrants: () => software.oauth2PermissionGrants,
    directoryRoles: () => directoryRoles(population),
    roleDefinitions,
    roleAssignments: () => roleAssignments(population),
    domains: () => domains(population),
    conditionalAccessPolicies: () => policies(population, options.factorPolicy ?? 'enabled'),
    namedLocations: () => namedLocations(population),
    organizations: () => organizations(population),
    subscribedSkus: () => subscribedSkus(population),
    settings,
  };
  const sets = new Map<Kind, SeedSet>([
    ['users', userSet(population)],
    ['groups', groupSet(population)],
    ['devices', deviceSet(population)],
  ]);
  const related = relationsOf(population, memberships, software);
  return {
    tenantId: population.tenant.id,
    license,
    set: (kind) => {
      const known = sets.get(kind);
      if (known !== undefined) return known;
      const maker = makers[kind];
      const set = maker === undefined ? NO_OBJECTS : seedSet(kind, maker());
      sets.set(kind, set);
      return set;
    },
    related,
    owned: (kind, ownerId) => ownedOf(population, kind, ownerId),
  };
}

function relationsOf(
  population: Population,
  memberships: Memberships,
  { appRoleAssignments, oauth2PermissionGrants }: Software,
): DirectorySeed['related'] {
  const byMember = (all: readonly DirectoryObject[], member: string, id: string): IdList =>
    idList(all.filter((one) => one[member] === id).map((one) => one.id));
  const ofPerson = (id: string, relation: Relation): IdList => {
    const person = population.personByObjectId(id);
    if (person === undefined) return NO_IDS;
    return relation === 'memberOf' ? memberships.groupsOf(person) : devicesOf(population, person);
  };
  return (id, relation) => {
    switch (relation) {
      case 'members':
        return memberships.of(id);
      case 'memberOf':
      case 'ownedDevices':
      case 'registeredDevices':
        return ofPerson(id, relation);
      case 'registeredOwners':
      case 'registeredUsers':
        return ownerOf(population, id);
      case 'appRoleAssignments':
        return byMember(appRoleAssignments, 'principalId', id);
      case 'appRoleAssignedTo':
        return byMember(appRoleAssignments, 'resourceId', id);
      case 'oauth2PermissionGrants':
        return byMember(oauth2PermissionGrants, 'clientId', id);
      default:
        return NO_IDS;
    }
  };
}
