import type { DirectoryObject } from '../directory/model/directory-seed.ts';
import type { Population } from '../population/population.ts';
import { guidOf, linkIdOf } from './stable-ids.ts';

const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';
const HELP_DESK_ADMINISTRATOR = '729827e3-9c14-49f7-bb1b-9608f156bbb8';

const ROLES: readonly (readonly [template: string, name: string])[] = [
  [GLOBAL_ADMINISTRATOR, 'Global Administrator'],
  [HELP_DESK_ADMINISTRATOR, 'Helpdesk Administrator'],
  ['f2ef992c-3afb-46b9-b7cf-a126ee74c451', 'Global Reader'],
  ['194ae4cb-b126-40b2-bd5b-6091b380977d', 'Security Administrator'],
  ['29232cdf-9323-42fd-ade2-1d097af3e4de', 'Exchange Administrator'],
  ['9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3', 'Application Administrator'],
  ['e8611ab8-c189-46e8-94e1-60213ab1f814', 'Privileged Role Administrator'],
  ['7be44c8a-adaf-4e2a-84d6-ab2649e08a13', 'Privileged Authentication Administrator'],
];

export function roleDefinitions(): readonly DirectoryObject[] {
  return ROLES.map(([id, displayName]) => ({
    id,
    templateId: id,
    displayName,
    isBuiltIn: true,
    isEnabled: true,
    resourceScopes: ['/'],
  }));
}

/** Roles with holders are activated, and have an id per tenant. */
export function directoryRoles({ tenant }: Population): readonly DirectoryObject[] {
  return ROLES.map(([roleTemplateId, displayName]) => ({
    id: guidOf(tenant.id, roleTemplateId),
    roleTemplateId,
    displayName,
    description: displayName,
  }));
}

/** Administrators and help desk, among the IT staff and a few executives. */
export function roleAssignments(population: Population): readonly DirectoryObject[] {
  const assignments: DirectoryObject[] = [];
  for (let index = 0; index < population.size; index++) {
    if (index >= FIRST_FEW && population.traits(index).department !== 'IT') continue;
    const person = population.person(index);
    const held = person.isAdministrator
      ? GLOBAL_ADMINISTRATOR
      : person.isHelpDesk
        ? HELP_DESK_ADMINISTRATOR
        : undefined;
    if (held === undefined) continue;
    assignments.push({
      id: linkIdOf(population.tenant.id, person.objectId, held),
      roleDefinitionId: held,
      principalId: person.objectId,
      directoryScopeId: '/',
    });
  }
  return assignments;
}

/** In small companies people hold roles by number, whatever their department. */
const FIRST_FEW = 6;
