import {
  type Activity,
  type ActivityNaming,
  activity,
  type DirectoryActivity,
  type ModifiedProperty,
  NAMINGS,
  targetOf,
} from './audit-activity.ts';
import { describeAssignment } from './describe-grants.ts';
import { describeOwned } from './describe-owned.ts';
import type { DirectoryState } from './directory-state.ts';
import type { AppliedChange, Circumstances } from './model/directory-change.ts';
import type { DirectoryObject, Kind } from './model/directory-seed.ts';

/** The audit activities of a change. The first one is the change itself. */
export function describe(
  state: DirectoryState,
  applied: AppliedChange,
  circumstances: Circumstances,
): readonly Activity[] {
  const { change, before, after } = applied;
  switch (change.act) {
    case 'put-owned':
    case 'delete-owned':
      return describeOwned(state, applied, circumstances);
    case 'revoke-sessions':
      return [sessionsEnded(before, after)];
    case 'set-password':
      return [
        activity(
          'users',
          after,
          change.how === 'reset' ? 'Reset user password' : CHANGED,
          'Update',
        ),
        sessionsEnded(before, after),
      ];
    case 'risk':
      // Detections of the service are not acts, and are not in the audit log.
      return change.verdict === 'at-risk'
        ? []
        : [riskSet(change.verdict, state.findAny(change.id)?.object ?? after)];
    case 'link':
    case 'unlink':
      return [linked(state, applied)];
    case 'create':
    case 'update':
    case 'delete':
    case 'restore':
    case 'purge': {
      const ofGrant = describeAssignment(state, applied);
      return ofGrant ?? describePlain(change.kind, applied);
    }
    case 'consent':
      return describeAssignment(state, applied) ?? [];
  }
}

const CHANGED = 'Change user password';

function describePlain(kind: Kind, { change, before, after }: AppliedChange): readonly Activity[] {
  const naming = NAMINGS[kind];
  if (naming === undefined) return [];
  const modified = differences(before, after);
  const noun = naming.noun;
  switch (change.act) {
    case 'create':
      return [activity(kind, after, naming.names?.create ?? `Add ${noun}`, 'Add', modified)];
    case 'delete':
      return [activity(kind, before, naming.names?.delete ?? `Delete ${noun}`, 'Delete')];
    case 'purge':
      return [activity(kind, before, `Hard Delete ${noun}`, 'Delete')];
    case 'restore':
      return [activity(kind, after, `Restore ${noun}`, 'Update')];
    default:
      return describeUpdate(kind, naming, after, modified);
  }
}

/** Members whose changes have an activity of their own. */
const CREDENTIALS: readonly string[] = ['passwordCredentials', 'keyCredentials'];

function describeUpdate(
  kind: Kind,
  naming: ActivityNaming,
  after: DirectoryObject | undefined,
  modified: readonly ModifiedProperty[],
): readonly Activity[] {
  const lines: Activity[] = [];
  const credentials = modified.filter(({ name }) => CREDENTIALS.includes(name));
  const rest = modified.filter((property) => !credentials.includes(property));
  if (credentials.length > 0) lines.push(credentialsChanged(kind, after, credentials));
  const enabled = rest.find(({ name }) => name === 'accountEnabled');
  if (kind === 'users' && enabled !== undefined) {
    const name = enabled.new === false ? 'Disable account' : 'Enable account';
    lines.push(activity(kind, after, name, 'Update', [enabled]));
  }
  if (kind === 'domains' && rest.some(({ name }) => name === 'authenticationType'))
    lines.push(activity(kind, after, 'Set domain authentication', 'Update', rest));
  else if (kind === 'domains' && rest.some((one) => one.name === 'isVerified' && one.new === true))
    lines.push(activity(kind, after, 'Verify domain', 'Update', rest));
  else if (rest.length > 0)
    lines.push(
      activity(kind, after, naming.names?.update ?? `Update ${naming.noun}`, 'Update', rest),
    );
  return lines;
}

function credentialsChanged(
  kind: Kind,
  after: DirectoryObject | undefined,
  changed: readonly ModifiedProperty[],
): DirectoryActivity {
  const old = changed.flatMap(({ name, old }) => keyDescriptions(name, old));
  const now = changed.flatMap((property) => keyDescriptions(property.name, property.new));
  const verb = now.length < old.length ? 'Remove' : 'Add';
  const name =
    kind === 'applications'
      ? 'Update application \u2013 Certificates and secrets management '
      : `${verb} service principal credentials`;
  return activity(kind, after, name, 'Update', [{ name: 'KeyDescription', old, new: now }]);
}

/** The service's notation of credentials (contracts, RecordType 8). */
function keyDescriptions(member: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const type = member === 'keyCredentials' ? 'AsymmetricX509Cert' : 'Password';
  return value.map(
    (one: { readonly keyId?: string; readonly displayName?: string | null }) =>
      `[KeyIdentifier=${one.keyId},KeyType=${type},KeyUsage=Verify,` +
      `DisplayName=${one.displayName ?? ''}]`,
  );
}

function sessionsEnded(before?: DirectoryObject, after?: DirectoryObject): DirectoryActivity {
  return activity('users', after, 'Update StsRefreshTokenValidFrom Timestamp', 'Update', [
    {
      name: 'StsRefreshTokensValidFrom',
      old: [before?.['signInSessionsValidFromDateTime'] ?? null],
      new: [after?.['signInSessionsValidFromDateTime'] ?? null],
    },
  ]);
}

const RISK_NAMES = {
  compromised: 'ConfirmAccountCompromised',
  dismissed: 'DismissUser',
  safe: 'ConfirmSafe',
} as const;

function riskSet(verdict: keyof typeof RISK_NAMES, who?: DirectoryObject): DirectoryActivity {
  const name = RISK_NAMES[verdict];
  return { ...activity('users', who, name, 'Update'), loggedBy: 'Identity Protection' };
}

const LINKED = {
  members: 'member',
  owners: 'owner',
  registeredOwners: 'registered owner',
  registeredUsers: 'registered users',
} as const;

function linked(state: DirectoryState, { change, after }: AppliedChange): DirectoryActivity {
  if (change.act !== 'link' && change.act !== 'unlink')
    throw new TypeError('the change is not a link');
  const { kind, otherId, relation } = change;
  const noun = NAMINGS[kind]?.noun ?? kind;
  const [verb, to, type] =
    change.act === 'link'
      ? (['Add', 'to', 'Assign'] as const)
      : (['Remove', 'from', 'Unassign'] as const);
  const name = `${verb} ${LINKED[relation]} ${to} ${noun}`;
  const label = noun.replace(/ ./g, (found) => found.slice(1).toUpperCase());
  const prefix = label.charAt(0).toUpperCase() + label.slice(1);
  const isAdded = change.act === 'link';
  const modified = [
    { name: `${prefix}.ObjectID`, value: after?.id },
    { name: `${prefix}.DisplayName`, value: after?.['displayName'] },
    ...(after?.['appId'] === undefined ? [] : [{ name: `${prefix}.AppId`, value: after['appId'] }]),
  ].map((one) => ({
    name: one.name,
    old: isAdded ? undefined : one.value,
    new: isAdded ? one.value : undefined,
  }));
  const other = state.findAny(otherId);
  const base = activity(kind, after, name, type);
  return {
    ...base,
    targets: [targetOf(other?.kind ?? 'users', other?.object, modified), ...base.targets],
  };
}

/** Members that no record contains: secrets, and the service's counters. */
const UNSAID: readonly string[] = ['id', 'passwordProfile', '@odata.type'];

function differences(
  before: DirectoryObject | undefined,
  after: DirectoryObject | undefined,
): readonly ModifiedProperty[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names]
    .filter((name) => !UNSAID.includes(name))
    .map((name) => ({ name, old: before?.[name], new: after?.[name] }))
    .filter((one) => JSON.stringify(one.old) !== JSON.stringify(one.new));
}
