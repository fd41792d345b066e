import type { Interpretation } from '../model/interpretation.ts';
import type { Attributes, Mapping } from '../model/mapping.ts';
import type { RecordView } from '../model/record-view.ts';
import { canonicalIp } from '../values/ip-address.ts';
import { text } from '../values/json-value.ts';
import { identifier, identify, USER } from '../values/principal-identifier.ts';

/**
 * Advanced hunting rows without a Unified Audit Log record: who did what from which device and
 * address. They become OCSF API Activity with the row's own action type.
 */
const API_ACTIVITY = 6003;

function interpret(subject: RecordView, into: Interpretation): void {
  const { body: row, memo } = subject;
  into.classUid = API_ACTIVITY;
  into.activityId = 99;
  into.operation = text(row['ActionType']);
  into.workload = text(row['Application']);
  into.actorUid =
    identifier(row['AccountObjectId']) ?? identifier(row['InitiatingProcessAccountObjectId']);
  into.actorName =
    identify(row['AccountUpn'], memo).name ??
    identify(row['UserId'], memo).name ??
    identify(row['InitiatingProcessAccountUpn'], memo).name ??
    account(row['AccountDomain'], row['AccountName']) ??
    account(row['InitiatingProcessAccountDomain'], row['InitiatingProcessAccountName']) ??
    text(row['AccountDisplayName'])?.toLowerCase() ??
    null;
  into.actorSid =
    identify(row['AccountSid'], memo).sid ?? identify(row['InitiatingProcessAccountSid'], memo).sid;
  if (into.actorName !== null || into.actorUid !== null) into.actorType = USER;
  into.ip = canonicalIp(row['IPAddress'], memo) ?? canonicalIp(row['LocalIP'], memo);
  into.userAgent = text(row['UserAgent']) ?? text(row['UserAgent_string']);
  into.country = text(row['CountryCode']);
  into.appUid = identifier(row['OAuthAppId']) ?? identifier(row['AppId']);
  into.deviceUid = identifier(row['DeviceId']) ?? text(row['DeviceName'])?.toLowerCase() ?? null;
  into.object = text(row['ObjectName']) ?? text(row['FileName']);
  into.targetUid = identifier(row['ObjectId']);
  into.targetName =
    text(row['TargetAccountUpn'])?.toLowerCase() ?? text(row['DestinationDeviceName']);
  into.targetType = text(row['ObjectType']);
}

function account(domain: unknown, name: unknown): string | null {
  const local = text(name)?.toLowerCase() ?? null;
  const realm = text(domain)?.toLowerCase() ?? null;
  return local === null ? null : realm === null ? local : `${realm}\\${local}`;
}

function build(subject: RecordView, _from: Interpretation): Attributes {
  const { body: row } = subject;
  const port = Number(text(row['DestinationPort']) ?? 0);
  const ip = canonicalIp(row['DestinationIPAddress'], subject.memo);
  const hostname = text(row['DestinationDeviceName']);
  return {
    dst_endpoint:
      ip === null && hostname === null
        ? undefined
        : {
            ip,
            hostname,
            port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
          },
  };
}

export const defender: Mapping = {
  name: 'defender',
  classes: [API_ACTIVITY],
  matches: {},
  interpret,
  build,
  examples: [
    {
      source: 'defender/advanced-hunting',
      value: {
        Timestamp: '2024-03-04T08:30:00Z',
        ActionType: 'LdapSearch',
        AccountUpn: '',
        InitiatingProcessAccountUpn: 'Ada@Example.org',
        DeviceName: 'PC-7.example.org',
        InitiatingProcessAccountSid: 'S-1-5-21-1-2-3-500',
        RawEventData: null,
      },
      expect: {
        classUid: 6003,
        activityId: 99,
        operation: 'LdapSearch',
        actorName: 'ada@example.org',
        actorSid: 'S-1-5-21-1-2-3-500',
        deviceUid: 'pc-7.example.org',
      },
    },
  ],
};
