import { LIST_SCAN_MAX } from '../limits.ts';
import type { Interpretation } from '../model/interpretation.ts';
import type { Attributes, Mapping } from '../model/mapping.ts';
import type { RecordView } from '../model/record-view.ts';
import { type Json, list, object, text } from '../values/json-value.ts';
import { identifier, identify } from '../values/principal-identifier.ts';
import { ENTITY_MANAGEMENT } from './entity-mapping.ts';
import { ualExample } from './example-records.ts';
import { meaningOfSuffix, WEB_RESOURCE_ACTIVITY } from './operation-suffix.ts';

/**
 * Teams: a team is a group, so teams and members are OCSF Group Management. Settings and add-ons
 * are Entity Management. Channels, chats and messages are Web Resources. Several members added at
 * once are one action with a volume.
 */
const GROUP_MANAGEMENT = 3006;
const WEB_RESOURCES = 6001;
const OTHER = 99;

const ACTIVITIES: ReadonlyMap<string, readonly [classUid: number, activityId: number]> = new Map([
  ['TeamCreated', [GROUP_MANAGEMENT, 6]],
  ['TeamDeleted', [GROUP_MANAGEMENT, 5]],
  ['MemberAdded', [GROUP_MANAGEMENT, 3]],
  ['MemberRemoved', [GROUP_MANAGEMENT, 4]],
  ['MemberRoleChanged', [GROUP_MANAGEMENT, OTHER]],
  ['TeamSettingChanged', [ENTITY_MANAGEMENT, 3]],
  ['TeamsTenantSettingChanged', [ENTITY_MANAGEMENT, 3]],
  ['TeamsAdminAction', [ENTITY_MANAGEMENT, OTHER]],
  ['BotAddedToTeam', [ENTITY_MANAGEMENT, 1]],
  ['BotRemovedFromTeam', [ENTITY_MANAGEMENT, 4]],
  ['ConnectorAdded', [ENTITY_MANAGEMENT, 1]],
  ['ConnectorUpdated', [ENTITY_MANAGEMENT, 3]],
  ['ConnectorRemoved', [ENTITY_MANAGEMENT, 4]],
  ['TabAdded', [ENTITY_MANAGEMENT, 1]],
  ['TabUpdated', [ENTITY_MANAGEMENT, 3]],
  ['TabRemoved', [ENTITY_MANAGEMENT, 4]],
  ['AppInstalled', [ENTITY_MANAGEMENT, 1]],
  ['AppUpgraded', [ENTITY_MANAGEMENT, 3]],
  ['AppUninstalled', [ENTITY_MANAGEMENT, 4]],
  ['MessageCreatedHasLink', [WEB_RESOURCES, 1]],
  ['MessageEditedHasLink', [WEB_RESOURCES, 3]],
  ['ReactedToMessage', [WEB_RESOURCES, 3]],
  ['InviteSent', [WEB_RESOURCES, 8]],
]);

function interpret(subject: RecordView, into: Interpretation): void {
  const { body, memo } = subject;
  const operation = into.operation ?? '';
  const known = ACTIVITIES.get(operation);
  const meaning = known === undefined ? meaningOfSuffix(operation) : undefined;
  into.classUid = known?.[0] ?? WEB_RESOURCES;
  into.activityId = known?.[1] ?? (meaning === undefined ? OTHER : WEB_RESOURCE_ACTIVITY[meaning]);
  const team = text(body['TeamName']);
  const channel = text(body['ChannelName']);
  into.object = team ?? text(body['ItemName']) ?? text(body['ChatName']) ?? text(body['ObjectId']);
  const members = list(body['Members']);
  const member = object(members[0]);
  if (into.classUid === GROUP_MANAGEMENT && members.length > 0) {
    into.targetName = identify(member['UPN'], memo).name ?? text(member['DisplayName']);
    into.targetType = 'User';
    into.itemCount = members.length;
  } else {
    fillThing(body, team, channel, into);
  }
}

function fillThing(
  body: Json,
  team: string | null,
  channel: string | null,
  into: Interpretation,
): void {
  const message = text(body['MessageId']);
  const chat = text(body['ChatThreadId']);
  const addOn = text(body['AddOnName']);
  into.targetUid =
    message ??
    identifier(body['AddOnGuid']) ??
    text(body['ChannelGuid']) ??
    chat ??
    text(body['TeamGuid']);
  into.targetName = addOn ?? channel ?? team ?? into.object;
  into.targetType =
    message !== null
      ? 'Message'
      : addOn !== null
        ? 'AddOn'
        : channel !== null
          ? 'Channel'
          : chat !== null
            ? 'Chat'
            : team !== null
              ? 'Team'
              : null;
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const { body, memo } = subject;
  const teamUid = identifier(body['AADGroupId']) ?? text(body['TeamGuid']);
  if (from.classUid === GROUP_MANAGEMENT) {
    const member = object(list(body['Members'])[0]);
    const name = identify(member['UPN'], memo).name;
    const display = text(member['DisplayName']);
    return {
      group: { name: text(body['TeamName']) ?? from.object, uid: teamUid, type: 'Team' },
      user:
        name === null && display === null
          ? undefined
          : { name: name ?? display, display_name: display },
      count: from.itemCount,
    };
  }
  if (from.classUid === ENTITY_MANAGEMENT) {
    return {
      entity: {
        type_id: 99,
        type: from.targetType ?? 'Team',
        data: {
          name: text(body['Name']),
          old: text(body['OldValue']),
          new: text(body['NewValue']),
        },
      },
    };
  }
  const urls = list(body['MessageURLs']).slice(0, LIST_SCAN_MAX).map(text);
  return {
    web_resources: [
      {
        name: from.targetName ?? 'unknown',
        uid: from.targetUid,
        type: from.targetType,
        data: { team: text(body['TeamName']), channel: text(body['ChannelName']), urls },
      },
    ],
  };
}

export const teams: Mapping = {
  name: 'teams',
  classes: [GROUP_MANAGEMENT, ENTITY_MANAGEMENT, WEB_RESOURCES],
  matches: { family: 'teams', recordTypes: [25, 57, 59, 206, 293] },
  interpret,
  build,
  examples: [
    ualExample(
      'MemberAdded',
      25,
      'MicrosoftTeams',
      {
        UserKey: 'ad000000-0000-4000-8000-000000000001',
        TeamName: 'Payroll',
        TeamGuid: '19:abc@thread.tacv2',
        Members: [
          { UPN: 'Bob@Example.org', Role: 1, DisplayName: 'Bob' },
          { UPN: 'c@example.org' },
        ],
      },
      {
        classUid: 3006,
        activityId: 3,
        actorUid: 'ad000000-0000-4000-8000-000000000001',
        targetName: 'bob@example.org',
        object: 'Payroll',
        itemCount: 2,
      },
    ),
    ualExample(
      'MessageSent',
      25,
      'MicrosoftTeams',
      { MessageId: '1700', ChatThreadId: '19:x' },
      {
        classUid: 6001,
        activityId: 1,
        targetUid: '1700',
        targetType: 'Message',
      },
    ),
  ],
};
