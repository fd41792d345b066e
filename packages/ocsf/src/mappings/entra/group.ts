import { fillDirectoryColumns, fillTarget } from '../../columns/directory-columns.ts';
import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import {
  changedTo,
  type DirectoryView,
  NO_PARTY,
  type Party,
  targetOf,
} from '../../shapes/directory-audit.ts';
import { directoryExample } from '../example-records.ts';

/**
 * Groups and their members, as OCSF Group Management. In a membership change, the target is the
 * member and the object is the group. In any other change, both are the group. An owner is not a
 * member and holds no privilege that OCSF names, so owner changes are 99.
 */
const GROUP_MANAGEMENT = 3006;
const ASSIGN_PRIVILEGES = 1;
const REVOKE_PRIVILEGES = 2;
const ADD_USER = 3;
const REMOVE_USER = 4;
const DELETE = 5;
const CREATE = 6;
const ADD_SUBGROUP = 7;
const REMOVE_SUBGROUP = 8;
const OTHER = 99;

const ACTIVITIES: ReadonlyMap<string, number> = new Map([
  ['add group', CREATE],
  ['create group', CREATE],
  ['delete group', DELETE],
  ['hard delete group', DELETE],
  ['restore group', OTHER],
  ['update group', OTHER],
  ['add member to group', ADD_USER],
  ['remove member from group', REMOVE_USER],
  ['add eligible member to group', ADD_USER],
  ['remove eligible member from group', REMOVE_USER],
  ['add owner to group', OTHER],
  ['remove owner from group', OTHER],
  ['add app role assignment to group', ASSIGN_PRIVILEGES],
  ['remove app role assignment from group', REVOKE_PRIVILEGES],
  ['set group license', OTHER],
  ['set group to be managed by user', OTHER],
  ['set dynamic group properties', OTHER],
]);

function interpret(subject: RecordView, into: Interpretation): void {
  const view = subject.directory;
  if (view === null) return;
  fillDirectoryColumns(view, subject.memo, into);
  into.classUid = GROUP_MANAGEMENT;
  into.activityId = ACTIVITIES.get(view.key) ?? OTHER;
  const group = groupOf(view);
  const member = memberOf(view, into.activityId);
  if (member?.type?.toLowerCase() === 'group') {
    if (into.activityId === ADD_USER) into.activityId = ADD_SUBGROUP;
    if (into.activityId === REMOVE_USER) into.activityId = REMOVE_SUBGROUP;
  }
  fillTarget(member ?? group, view, into);
  into.object = group.name ?? group.uid ?? into.object;
}

function groupOf(view: DirectoryView): Party {
  const named = {
    ...NO_PARTY,
    type: 'Group',
    uid: changedTo(view, 'Group.ObjectID')?.toLowerCase() ?? null,
    name: changedTo(view, 'Group.DisplayName'),
  };
  if (named.uid !== null || named.name !== null) return named;
  return targetOf(view, 'group') ?? view.targets[0] ?? NO_PARTY;
}

function memberOf(view: DirectoryView, activity: number): Party | undefined {
  if (!view.key.includes('member') && !view.key.includes('owner')) return undefined;
  const party = targetOf(view, 'user', 'serviceprincipal', 'device');
  if (party !== undefined) return party;
  // Two groups: the first is the member, in the order of the directory's targets.
  const named = changedTo(view, 'Group.ObjectID') !== null;
  if (activity === OTHER || (!named && view.targets.length < 2)) return undefined;
  return view.targets[0];
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const view = subject.directory;
  if (view === null) return {};
  const group = groupOf(view);
  const member = memberOf(view, from.activityId);
  const person =
    member === undefined
      ? undefined
      : {
          name: member.upn ?? member.name,
          uid: member.uid,
          uid_alt: member.puid,
        };
  const isGroup = member?.type?.toLowerCase() === 'group';
  const role = changedTo(view, 'AppRole.Value');
  return {
    group: { name: group.name, uid: group.uid },
    user: isGroup ? undefined : person,
    subgroup: isGroup ? { name: member?.name, uid: member?.uid } : undefined,
    privileges: role === null ? undefined : [role],
  };
}

export const entraGroup: Mapping = {
  name: 'entra-group',
  classes: [GROUP_MANAGEMENT],
  matches: { activities: [...ACTIVITIES.keys()] },
  interpret,
  build,
  examples: [
    directoryExample('Add member to group.', {
      changes: [
        ['Group.ObjectID', 'F00D0000-0000-4000-8000-000000000001'],
        ['Group.DisplayName', 'Payroll'],
      ],
      expect: {
        classUid: GROUP_MANAGEMENT,
        activityId: ADD_USER,
        object: 'Payroll',
        targetName: 'ada@example.org',
        targetType: 'User',
        userAgent: 'Example/1.0',
      },
    }),
  ],
};
