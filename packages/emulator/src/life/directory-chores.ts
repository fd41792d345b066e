import { DEPARTMENTS } from '../population/names.ts';
import { computerObjectId, type Person } from '../population/person.ts';
import type {
  DirectoryChange,
  DirectoryTarget,
  PropertyChange,
} from '../records/directory-record.ts';
import type { ActivityScene } from './activity-scene.ts';

/** The members in which an administrator's changes differ. */
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

/** The next change of an administrator. Each states the possible values of its attribute. */
export function choreOf(scene: ActivityScene): Chore {
  const colleague = scene.colleague();
  const chores = [moved, called, joined, updated, contacted] as const;
  // If a change does not apply to this colleague, their number changes instead.
  return scene.random.pick(chores)(scene, colleague) ?? called(scene, colleague);
}

/** A colleague moves to another department. */
function moved({ random }: ActivityScene, colleague: Person): Chore {
  const { department: old } = colleague;
  const department = random.pick(DEPARTMENTS.filter((one) => one !== old));
  return {
    ...OF_USER,
    targets: [userOf(colleague)],
    changed: [{ name: 'Department', oldValue: old, newValue: department }],
  };
}

/** A colleague gets a new number, from the range for drama (Ofcom). */
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

/** A colleague's computer gets the next version of its system. */
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

/** The people whom the vendor contacts about problems. */
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
