import {
  type Activity,
  activity,
  type DirectoryActivity,
  type ExchangeActivity,
} from './audit-activity.ts';
import type { DirectoryState } from './directory-state.ts';
import type { AppliedChange, Circumstances } from './model/directory-change.ts';
import type { DirectoryObject } from './model/directory-seed.ts';

/** The activities of objects that belong to a user, a domain or an application. */
export function describeOwned(
  state: DirectoryState,
  applied: AppliedChange,
  { by }: Circumstances,
): readonly Activity[] {
  const { change, before, after } = applied;
  if (change.act !== 'put-owned' && change.act !== 'delete-owned') return [];
  const { kind, ownerId } = change;
  switch (kind) {
    case 'authenticationMethods': {
      const isOwn = by.kind === 'user' && by.id === ownerId;
      return [methodChanged(state.get('users', ownerId), before, after, isOwn ? 'User' : 'Admin')];
    }
    case 'federationConfigurations': {
      const domain = state.get('domains', ownerId);
      const modified = [{ name: 'FederationSettings', old: before, new: after }];
      const name = 'Set federation settings on domain';
      return [activity('domains', domain, name, 'Update', modified)];
    }
    case 'federatedIdentityCredentials': {
      const modified = [{ name: 'FederatedIdentityCredentials', old: before, new: after }];
      const application = state.get('applications', ownerId);
      return [activity('applications', application, 'Update application', 'Update', modified)];
    }
    case 'messageRules':
      return [ruleChanged(mailbox(state, ownerId), before, after)];
    case 'mailboxSettings':
      return [settingsChanged(mailbox(state, ownerId), before, after)];
  }
}

function methodChanged(
  user: DirectoryObject | undefined,
  before: DirectoryObject | undefined,
  after: DirectoryObject | undefined,
  who: 'User' | 'Admin',
): DirectoryActivity {
  const verb = before === undefined ? 'registered' : after === undefined ? 'deleted' : 'updated';
  const modified = [{ name: 'StrongAuthenticationMethod', old: named(before), new: named(after) }];
  const type = before === undefined ? 'Add' : after === undefined ? 'Delete' : 'Update';
  return {
    ...activity('users', user, `${who} ${verb} security info`, type, modified),
    loggedBy: 'Authentication Methods',
  };
}

function named(method: DirectoryObject | undefined): unknown {
  if (method === undefined) return undefined;
  return [{ '@odata.type': method['@odata.type'], id: method.id }];
}

/** Members of Graph's rules and the matching cmdlet parameters. */
const RULE_PARAMETERS: readonly (readonly [string, string, string])[] = [
  ['conditions', 'subjectContains', 'SubjectContainsWords'],
  ['conditions', 'bodyContains', 'BodyContainsWords'],
  ['conditions', 'bodyOrSubjectContains', 'SubjectOrBodyContainsWords'],
  ['conditions', 'senderContains', 'FromAddressContainsWords'],
  ['actions', 'forwardTo', 'ForwardTo'],
  ['actions', 'redirectTo', 'RedirectTo'],
  ['actions', 'forwardAsAttachmentTo', 'ForwardAsAttachmentTo'],
  ['actions', 'moveToFolder', 'MoveToFolder'],
  ['actions', 'delete', 'DeleteMessage'],
  ['actions', 'markAsRead', 'MarkAsRead'],
  ['actions', 'stopProcessingRules', 'StopProcessingRules'],
];

function ruleChanged(
  alias: string,
  before: DirectoryObject | undefined,
  after: DirectoryObject | undefined,
): ExchangeActivity {
  const name = text((after ?? before)?.['displayName']);
  const objectId = `${alias}\\${name}`;
  if (after === undefined)
    return {
      service: 'exchange',
      cmdlet: 'Remove-InboxRule',
      objectId,
      parameters: [{ name: 'Identity', value: objectId }],
    };
  const parameters = RULE_PARAMETERS.flatMap(([part, member, parameter]) => {
    const value = (after[part] as DirectoryObject | null | undefined)?.[member];
    return value === undefined ? [] : [{ name: parameter, value: parameterText(value) }];
  });
  const isEnabled = after['isEnabled'] !== false;
  if (before !== undefined && before['isEnabled'] !== after['isEnabled'])
    return {
      service: 'exchange',
      cmdlet: isEnabled ? 'Enable-InboxRule' : 'Disable-InboxRule',
      objectId,
      parameters: [{ name: 'Identity', value: objectId }],
    };
  return {
    service: 'exchange',
    cmdlet: before === undefined ? 'New-InboxRule' : 'Set-InboxRule',
    objectId,
    parameters: [{ name: 'Name', value: name }, ...parameters],
  };
}

function settingsChanged(
  alias: string,
  before: DirectoryObject | undefined,
  after: DirectoryObject | undefined,
): ExchangeActivity {
  const changed = Object.keys(after ?? {}).filter(
    (name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]),
  );
  const isReply = changed.includes('automaticRepliesSetting');
  return {
    service: 'exchange',
    cmdlet: isReply ? 'Set-MailboxAutoReplyConfiguration' : 'Set-Mailbox',
    objectId: alias,
    parameters: [
      { name: 'Identity', value: alias },
      ...changed.map((name) => ({
        name: name.charAt(0).toUpperCase() + name.slice(1),
        value: parameterText(after?.[name]),
      })),
    ],
  };
}

function mailbox(state: DirectoryState, userId: string): string {
  const user = state.get('users', userId);
  return text(user?.['mailNickname']) || text(user?.['userPrincipalName']).split('@')[0] || userId;
}

/** Exchange's notation of a parameter: lists with `;`, capitalized booleans. */
function parameterText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return value.map(parameterText).join(';');
  if (typeof value === 'object' && value !== null) {
    const address = (value as { readonly emailAddress?: { readonly address?: unknown } })
      .emailAddress?.address;
    return typeof address === 'string' ? address : JSON.stringify(value);
  }
  return String(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
