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
import { pairValue, text } from '../../values/json-value.ts';
import { guid, identify } from '../../values/principal-identifier.ts';
import { directoryExample } from '../example-records.ts';

/**
 * Directory roles, PIM and app roles, as OCSF User Access Management. The target is the principal
 * that gained or lost the privilege; the object is the privilege. A PIM request is 99: it grants
 * nothing yet.
 */
const USER_ACCESS = 3005;
const ASSIGN = 1;
const REVOKE = 2;
const OTHER = 99;

const ELEVATE =
  'user has elevated their access to user access administrator for their azure resources';

const ACTIVITIES: ReadonlyMap<string, number> = new Map([
  ['add member to role', ASSIGN],
  ['remove member from role', REVOKE],
  ['add eligible member to role', ASSIGN],
  ['remove eligible member from role', REVOKE],
  ['add scoped member to role', ASSIGN],
  ['remove scoped member from role', REVOKE],
  ['add member to role completed (pim activation)', ASSIGN],
  ['add member to role requested (pim activation)', OTHER],
  ['add member to role request denied (pim activation)', OTHER],
  ['add member to role approval requested (pim activation)', OTHER],
  ['remove member from role (pim activation expired)', REVOKE],
  ['add member to role outside of pim (permanent)', ASSIGN],
  ['remove permanent direct role assignment', REVOKE],
  ['remove permanent eligible role assignment', REVOKE],
  ['add app role assignment to service principal', ASSIGN],
  ['remove app role assignment from service principal', REVOKE],
  ['add app role assignment grant to user', ASSIGN],
  ['remove app role assignment from user', REVOKE],
  ['add role assignment', ASSIGN],
  ['create role assignment', ASSIGN],
  ['delete role assignment', REVOKE],
  ['remove role assignment', REVOKE],
  ['add role assignment to role definition', ASSIGN],
  ['remove role assignment from role definition', REVOKE],
  [ELEVATE, ASSIGN],
]);

/** PIM has about thirty variants. Those that grant or revoke say "completed". */
export function isRoleActivity(key: string): boolean {
  return key.includes('member to role') || key.includes('member from role');
}

function activityOf(key: string): number {
  const known = ACTIVITIES.get(key);
  if (known !== undefined) return known;
  if (!key.includes('completed')) return OTHER;
  if (key.startsWith('add ')) return ASSIGN;
  return key.startsWith('remove ') ? REVOKE : OTHER;
}

function interpret(subject: RecordView, into: Interpretation): void {
  const view = subject.directory;
  if (view === null) return;
  fillDirectoryColumns(view, subject.memo, into);
  into.classUid = USER_ACCESS;
  into.activityId = activityOf(view.key);
  if (view.key === ELEVATE && view.targets.length === 0) {
    into.targetUid = into.actorUid;
    into.targetName = into.actorName;
    into.targetType = 'User';
  } else {
    fillTarget(granteeOf(subject, view), view, into);
  }
  into.object = privilegeOf(view);
  if (view.key.includes('app role')) {
    into.resourceName = text(view.targets[0]?.name);
  }
}

function privilegeOf(view: DirectoryView): string | null {
  if (view.key === ELEVATE) return 'User Access Administrator';
  return (
    changedTo(view, 'Role.DisplayName') ??
    changedTo(view, 'AppRole.Value') ??
    changedTo(view, 'AppRole.DisplayName') ??
    targetOf(view, 'role')?.name ??
    text(pairValue(view.details, 'RoleName')) ??
    changedTo(view, 'Role.WellKnownObjectName') ??
    changedTo(view, 'Role.TemplateId') ??
    changedTo(view, 'AppRole.Id')
  );
}

/**
 * App role assignments list the resource first and name the grantee in the changes
 * (`ServicePrincipal.*`, `User.*`). Role assignments list the grantee itself.
 */
function granteeOf(subject: RecordView, view: DirectoryView): Party {
  if (view.key.includes('app role')) {
    const kind = view.key.includes('user') ? 'User' : 'ServicePrincipal';
    const uid = guid(changedTo(view, `${kind}.ObjectID`));
    const name = changedTo(view, `${kind}.DisplayName`) ?? changedTo(view, `${kind}.Name`);
    const upn = identify(changedTo(view, `${kind}.UPN`), subject.memo).name;
    const listed = view.targets.find((target) => target.uid !== null && target.uid === uid);
    if (uid !== null || name !== null || upn !== null) {
      return {
        ...NO_PARTY,
        uid,
        upn: upn ?? listed?.upn ?? null,
        name: name ?? listed?.name ?? null,
        type: kind,
      };
    }
  }
  return (
    targetOf(view, 'user', 'serviceprincipal', 'group') ??
    view.targets.find((target) => target.type?.toLowerCase() !== 'role') ??
    NO_PARTY
  );
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const view = subject.directory;
  if (view === null) return {};
  const resource = view.key.includes('app role') ? view.targets[0] : targetOf(view, 'role');
  return {
    privileges: [from.object ?? 'unknown'],
    status_detail: text(view.resultReason),
    resources:
      resource === undefined || (resource.name ?? resource.uid) === null
        ? undefined
        : [{ name: resource.name, uid: resource.uid, type: resource.type }],
  };
}

export const entraRole: Mapping = {
  name: 'entra-role',
  classes: [USER_ACCESS],
  matches: { activities: [...ACTIVITIES.keys()] },
  interpret,
  build,
  examples: [
    directoryExample('Add member to role.', {
      changes: [['Role.DisplayName', 'Company Administrator']],
      expect: {
        classUid: USER_ACCESS,
        activityId: ASSIGN,
        object: 'Company Administrator',
        targetName: 'ada@example.org',
        targetType: 'User',
      },
    }),
    directoryExample('Add app role assignment to service principal.', {
      changes: [
        ['AppRole.Value', 'Mail.Read'],
        ['ServicePrincipal.ObjectID', 'dadadada-0000-4000-8000-000000000001'],
        ['ServicePrincipal.DisplayName', 'Sync tool'],
      ],
      target: [
        { ID: 'ServicePrincipal_0badcafe-0000-4000-8000-000000000001', Type: 2 },
        { ID: '0badcafe-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'ServicePrincipal', Type: 2 },
        { ID: 'Microsoft Graph', Type: 1 },
      ],
      expect: {
        classUid: USER_ACCESS,
        activityId: ASSIGN,
        object: 'Mail.Read',
        resourceName: 'Microsoft Graph',
        targetName: 'Sync tool',
        targetUid: 'dadadada-0000-4000-8000-000000000001',
        targetType: 'ServicePrincipal',
      },
    }),
  ],
};
