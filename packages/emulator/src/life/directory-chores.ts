import { DEPARTMENTS } from '../population/names.ts';
import { computerObjectId, type Person } from '../population/person.ts';
import type {
  DirectoryChange,
  DirectoryTarget,
  PropertyChange,
} from '../records/directory-record.ts';
import type { ActivityScene } from './activity-scene.ts';

/** One change of the directory, as far as it differs from others of an administrator. */
type Chore = Pick<
  DirectoryChange,
  'operation' | 'category' | 'auditCategory' | 'operationType' | 'targets'
> & { readonly changed: readonly PropertyChange[] };

const OF_USER = {
  operation: 'Update user.',
  category: 'User',
  auditCategory: 'UserManagement',
  operationType: 'Update',
} as const;

/** What an administrator does next: each says what its attribute can be. */
export function choreOf(scene: ActivityScene): Chore {
  const colleague = scene.colleague();
  const chores = [moved, called, joined, updated, contacted] as const;
  // What cannot be done for this colleague is a change of their number instead.
  return scene.random.pick(chores)(scene, colleague) ?? called(scene, colleague);
}

/** A colleague changes to another department. */
function moved({ random }: ActivityScene, colleague: Person): Chore {
  const { department: old } = colleague;
  const department = random.pick(DEPARTMENTS.filter((one) => one !== old));
  return {
    ...OF_USER,
    targets: [userOf(colleague)],
    changed: [{ name: 'Department', oldValue: old, newValue: department }],
  };
}

/** A colleague has a new number: of those that nobody has (Ofcom, numbers for drama). */
function called({ random }: ActivityScene, colleague: Person): Chore {
  const number = `+44 7700 900${String(random.int(0, 1_000)).padStart(3, '0')}`;
  return {
    ...OF_USER,
    targets: [userOf(colleague)],
    changed: [{ name: 'MobilePhone', newValue: number }],
  };
}

/** A colleague joins a project. */
function joined({ population, random }: ActivityScene, colleague: Person): Chore | undefined {
  const own = population.groupsOf(colleague);
  const project = random.int(DEPARTMENTS.length, population.groupCount);
  if (own.includes(project)) return undefined;
  const { id, displayName } = population.group(project);
  return {
    operation: 'Add member to group.',
    category: 'Group',
    auditCategory: 'GroupManagement',
    operationType: 'Assign',
    targets: [userOf(colleague), { type: 'Group', id, displayName }],
    changed: [
      { name: 'Group.ObjectID', newValue: id },
      { name: 'Group.DisplayName', newValue: displayName },
    ],
  };
}

/** A colleague's computer has the next version of its system. */
function updated(
  { random, tenant }: ActivityScene,
  { computer, index }: Person,
): Chore | undefined {
  if (computer?.operatingSystem !== 'Windows') return undefined;
  const displayName = computer.name;
  const id = computerObjectId(tenant.key, index);
  const build = `10.0.26100.${random.int(2_000, 8_000)}`;
  return {
    operation: 'Update device.',
    category: 'Device',
    auditCategory: 'Device',
    operationType: 'Update',
    targets: [{ type: 'Device', id, displayName }],
    changed: [{ name: 'DeviceOSVersion', newValue: build }],
  };
}

/** Whom the vendor writes to about trouble. */
function contacted({ tenant }: ActivityScene, colleague: Person): Chore {
  return {
    operation: 'Set Company Information.',
    category: 'Company',
    auditCategory: 'DirectoryManagement',
    operationType: 'Update',
    targets: [{ type: 'Directory', id: tenant.id, displayName: tenant.displayName }],
    changed: [{ name: 'TechnicalNotificationMails', newValue: JSON.stringify([colleague.upn]) }],
  };
}

function userOf({ objectId: id, displayName, upn, puid }: Person): DirectoryTarget {
  return { type: 'User', id, displayName, upn, puid };
}
