import type { JsonObject } from '../core/json-object.ts';
import type { Directory } from '../directory/directory.ts';
import type { Change } from '../directory/model/directory-change.ts';
import type { DirectoryObject, Kind, OwnedKind } from '../directory/model/directory-seed.ts';
import { type LineTarget, oldValue, parameter } from './audit-record-reader.ts';

/** A record of the unified audit log about a removed object. */
type Line = {
  readonly directory: Directory;
  readonly body: JsonObject;
  readonly targets: readonly LineTarget[];
};

/** The removed objects, by operation. */
export const REMOVALS: ReadonlyMap<string, (line: Line) => readonly Change[]> = new Map([
  ['Delete application', (line) => deleted(line, 'applications', 'Application')],
  ['Remove service principal', (line) => deleted(line, 'servicePrincipals', 'ServicePrincipal')],
  ['Delete device', (line) => deleted(line, 'devices', 'Device')],
  ['Admin deleted security info', deletedMethod],
  ['Remove delegated permission grant', removedGrants],
  ['Remove app role assignment from service principal', removedAppRole],
  ['Remove member from role', removedFromRole],
]);

function deleted({ targets }: Line, kind: Kind, type: string): readonly Change[] {
  const id = targets.find((target) => target.type === type)?.id;
  return id === undefined ? [] : [{ act: 'delete', kind, id }];
}

function deletedMethod({ directory, targets }: Line): readonly Change[] {
  const ownerId = targets.find(({ type }) => type === 'User')?.id ?? '';
  const last = directory.state.owned('authenticationMethods', ownerId).at(-1);
  return deletedOwned('authenticationMethods', ownerId, last);
}

function removedGrants({ directory, body }: Line): readonly Change[] {
  const [clientId, consentType, scope] = [
    oldValue(body, 'ServicePrincipal.ObjectID'),
    oldValue(body, 'DelegatedPermissionGrant.ConsentType'),
    oldValue(body, 'DelegatedPermissionGrant.Scope')?.trim(),
  ];
  return deletedWhere(directory, 'oauth2PermissionGrants', { clientId, consentType, scope });
}

function removedAppRole({ directory, body, targets }: Line): readonly Change[] {
  const [resource] = targets;
  const principalId = oldValue(body, 'ServicePrincipal.ObjectID');
  const value = oldValue(body, 'AppRole.Value');
  const offered = directory.state.get('servicePrincipals', resource?.id ?? '')?.['appRoles'];
  const role = ((offered ?? []) as readonly JsonObject[]).find((one) => one['value'] === value);
  if (role === undefined) return [];
  const wanted = { principalId, appRoleId: role['id'] };
  return deletedWhere(directory, 'appRoleAssignments', wanted);
}

function removedFromRole({ directory, body, targets }: Line): readonly Change[] {
  const principalId = targets.find(({ type }) => type !== 'Role')?.id;
  const roleDefinitionId = oldValue(body, 'Role.TemplateId')?.replaceAll('"', '');
  return deletedWhere(directory, 'roleAssignments', { principalId, roleDefinitionId });
}

/** A rule is named by its path, beside its mailbox. */
export function removedRule(directory: Directory, body: JsonObject): readonly Change[] {
  const owner = directory.state.find('users', parameter(body, 'Mailbox') ?? '');
  const name = parameter(body, 'Identity')?.split('\\').at(-1);
  if (owner === undefined) return [];
  const rules = directory.state.owned('messageRules', owner.id);
  return deletedOwned(
    'messageRules',
    owner.id,
    rules.find((one) => one['displayName'] === name),
  );
}

function deletedWhere(
  directory: Directory,
  kind: Kind,
  wanted: { readonly [member: string]: unknown },
): readonly Change[] {
  const found: Change[] = [];
  if (Object.values(wanted).includes(undefined)) return found;
  for (const { object } of directory.state.list(kind)) {
    const isIt = Object.entries(wanted).every(([member, value]) => object[member] === value);
    if (isIt) found.push({ act: 'delete', kind, id: object.id });
  }
  return found;
}

function deletedOwned(
  kind: OwnedKind,
  ownerId: string,
  object: DirectoryObject | undefined,
): readonly Change[] {
  return object === undefined ? [] : [{ act: 'delete-owned', kind, ownerId, id: object.id }];
}
