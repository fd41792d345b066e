import { type DirectoryState, RESTORABLE } from './directory-state.ts';
import { type AppliedChange, type Change, DirectoryChangeError } from './model/directory-change.ts';
import type { DirectoryObject, Kind } from './model/directory-seed.ts';

/** Applies one change to the state. Throws ChangeRefused, and leaves the state unchanged then. */
export function applyChange(state: DirectoryState, change: Change, atMs: number): AppliedChange {
  switch (change.act) {
    case 'create':
      return create(state, change);
    case 'update': {
      const before = need(state, change.kind, change.id);
      return put(state, change, before, { ...before, ...change.set, id: before.id });
    }
    case 'delete':
    case 'restore':
    case 'purge':
      return remove(state, change);
    case 'link':
    case 'unlink':
      return relink(state, change);
    case 'put-owned':
    case 'delete-owned':
      return changeOwned(state, change);
    case 'revoke-sessions':
    case 'set-password':
      return endSessions(state, change, atMs);
    case 'risk':
      return setRisk(state, change, atMs);
    case 'consent':
      return { change, after: need(state, 'servicePrincipals', change.id) };
  }
}

type ChangeTo<A extends Change['act']> = Extract<Change, { readonly act: A }>;

function create(state: DirectoryState, change: ChangeTo<'create'>): AppliedChange {
  const { kind, object } = change;
  if (state.get(kind, object.id) !== undefined)
    throw new DirectoryChangeError(
      'conflict',
      `An object with the id ${object.id} already exists.`,
    );
  state.put(kind, object);
  if (kind === 'roleAssignments') sayRole(state, object, 'linked');
  return { change, after: object };
}

function put(
  state: DirectoryState,
  change: ChangeTo<'update'>,
  before: DirectoryObject,
  after: DirectoryObject,
): AppliedChange {
  state.put(change.kind, after);
  return { change, before, after };
}

function remove(
  state: DirectoryState,
  change: ChangeTo<'delete' | 'restore' | 'purge'>,
): AppliedChange {
  const { kind, id } = change;
  if (change.act === 'delete') {
    const before = need(state, kind, id);
    const isRestorable = RESTORABLE.includes(kind);
    state.drop(kind, id, isRestorable ? 'restorably' : 'for good');
    if (kind === 'roleAssignments') sayRole(state, before, 'unlinked');
    return { change, before };
  }
  const deleted = state.getDeleted(kind, id);
  if (deleted === undefined)
    throw new DirectoryChangeError('not-found', `Resource '${id}' does not exist.`);
  if (change.act === 'purge') {
    state.drop(kind, id, 'for good');
    return { change, before: deleted };
  }
  state.put(kind, deleted);
  return { change, after: deleted };
}

function relink(state: DirectoryState, change: ChangeTo<'link' | 'unlink'>): AppliedChange {
  const { kind, id, relation, otherId } = change;
  const after = need(state, kind, id);
  const isRelated = state.isRelated(id, relation, otherId);
  if (change.act === 'link') {
    if (state.findAny(otherId) === undefined)
      throw new DirectoryChangeError('not-found', `Resource '${otherId}' does not exist.`);
    if (isRelated)
      throw new DirectoryChangeError(
        'bad-request',
        `One or more added object references already exist for '${relation}'.`,
      );
    state.link(kind, id, relation, otherId);
  } else {
    if (!isRelated)
      throw new DirectoryChangeError('not-found', `Resource '${otherId}' does not exist.`);
    state.unlink(kind, id, relation, otherId);
  }
  return { change, after };
}

function changeOwned(
  state: DirectoryState,
  change: ChangeTo<'put-owned' | 'delete-owned'>,
): AppliedChange {
  const { kind, ownerId } = change;
  const id = change.act === 'put-owned' ? change.object.id : change.id;
  const objects = state.owned(kind, ownerId);
  const before = objects.find((object) => object.id === id);
  if (change.act === 'put-owned') {
    const rest = objects.map((object) => (object === before ? change.object : object));
    state.setOwned(kind, ownerId, before === undefined ? [...objects, change.object] : rest);
    return before === undefined
      ? { change, after: change.object }
      : { change, before, after: change.object };
  }
  if (before === undefined)
    throw new DirectoryChangeError('not-found', `Resource '${id}' does not exist.`);
  state.setOwned(
    kind,
    ownerId,
    objects.filter((object) => object !== before),
  );
  return { change, before };
}

function endSessions(
  state: DirectoryState,
  change: ChangeTo<'revoke-sessions' | 'set-password'>,
  atMs: number,
): AppliedChange {
  const before = need(state, 'users', change.id);
  const at = isoSeconds(atMs);
  const set =
    change.act === 'revoke-sessions'
      ? { signInSessionsValidFromDateTime: at }
      : {
          lastPasswordChangeDateTime: at,
          signInSessionsValidFromDateTime: at,
          passwordProfile: {
            forceChangePasswordNextSignIn: change.mustChange === 'at next sign-in',
            forceChangePasswordNextSignInWithMfa: false,
          },
        };
  const after = { ...before, ...set };
  state.put('users', after);
  return { change, before, after };
}

const RISK = {
  compromised: ['high', 'confirmedCompromised', 'adminConfirmedUserCompromised'],
  dismissed: ['none', 'dismissed', 'adminDismissedAllRiskForUser'],
  safe: ['none', 'confirmedSafe', 'adminConfirmedAccountSafe'],
  'at-risk': ['medium', 'atRisk', 'none'],
} as const;

function setRisk(state: DirectoryState, change: ChangeTo<'risk'>, atMs: number): AppliedChange {
  const { kind, id, verdict } = change;
  const who = need(state, kind === 'riskyUsers' ? 'users' : 'servicePrincipals', id);
  const before = state.get(kind, id);
  const [riskLevel, riskState, riskDetail] = RISK[verdict];
  const names =
    kind === 'riskyUsers'
      ? { userDisplayName: who['displayName'], userPrincipalName: who['userPrincipalName'] }
      : { displayName: who['displayName'], appId: who['appId'] };
  const after: DirectoryObject = {
    id,
    isDeleted: false,
    isProcessing: false,
    riskLevel,
    riskState,
    riskDetail,
    riskLastUpdatedDateTime: new Date(atMs).toISOString(),
    ...names,
  };
  state.put(kind, after);
  return before === undefined ? { change, after } : { change, before, after };
}

/** Delta queries of roles report assignments in the whole tenant as members. */
function sayRole(
  state: DirectoryState,
  object: DirectoryObject,
  what: 'linked' | 'unlinked',
): void {
  const role = state.find('directoryRoles', String(object['roleDefinitionId']));
  const other = object['principalId'];
  if (role === undefined || object['directoryScopeId'] !== '/' || typeof other !== 'string') return;
  state.say({ kind: 'directoryRoles', id: role.id, what, relation: 'members', other });
}

function need(state: DirectoryState, kind: Kind, id: string): DirectoryObject {
  const object = state.get(kind, id);
  if (object !== undefined) return object;
  throw new DirectoryChangeError('not-found', `Resource '${id}' does not exist.`);
}

function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
