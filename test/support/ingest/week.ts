import { SeededRandom } from '../../../tools/sample/random.ts';

export type Document = Readonly<Record<string, unknown>>;

/** One event, as the feeds report it. A sign-in is also in Graph's own list. */
export type Activity = { readonly audit: Document; readonly signIn?: Document };

export type Person = {
  readonly upn: string;
  readonly uid: string;
  readonly puid: string;
  readonly session: string;
};

const TENANT = '6f0d1c52-91b7-4d0e-8a55-3c1de0a4b7f9';
const DAY_MS = 86_400_000;
/** Monday, 2 March 2026. */
const START_MS = Date.UTC(2026, 2, 2);
const APP = 'd3590ed6-52b3-4102-aeff-aad2292ab01c';
const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000';

export const PEOPLE: readonly Person[] = ['Ines.Aldana', 'Tomasz.Wrona', 'Priya.Nair'].map(
  (name, at) => ({
    upn: `${name}@brightwater.example`,
    uid: `5a4e21c0-7b1d-4c8e-9f00-0000000000a${at}`,
    puid: `1003200${at}9A41C7E${at}`,
    session: `00f1a2b3-4c5d-6e7f-8a9b-0000000000c${at}`,
  }),
);

/** A week of three people: successful and failed sign-ins, mail, files, changes by an admin. */
export function inventedWeek(seed: number): Activity[] {
  const random = new SeededRandom(seed);
  const activities: Activity[] = [];
  for (let day = 0; day < 7; day++) {
    for (const person of PEOPLE) {
      const at = (): number => START_MS + day * DAY_MS + random.between(7 * 3600, 19 * 3600) * 1000;
      activities.push(signIn(random, person, at(), 0), signIn(random, person, at(), 50126));
      for (let i = random.between(1, 3); i > 0; i--) activities.push(mail(random, person, at()));
      for (let i = random.between(1, 3); i > 0; i--) activities.push(file(random, person, at()));
      if (person === PEOPLE[0]) activities.push(change(random, person, at()));
    }
  }
  return activities;
}

function auditTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

type Common = { readonly type: number; readonly operation: string; readonly workload: string };

function common(random: SeededRandom, person: Person, ms: number, what: Common): Document {
  return {
    CreationTime: auditTime(ms),
    Id: random.guid(),
    Operation: what.operation,
    OrganizationId: TENANT,
    RecordType: what.type,
    ResultStatus: 'Succeeded',
    UserKey: person.puid,
    UserType: 0,
    Version: 1,
    Workload: what.workload,
    UserId: person.upn,
  };
}

function signIn(random: SeededRandom, person: Person, ms: number, error: number): Activity {
  const { upn, uid, session } = person;
  const ip = `203.0.113.${random.between(1, 250)}`;
  const operation = error === 0 ? 'UserLoggedIn' : 'UserLoginFailed';
  const what = { type: 15, operation, workload: 'AzureActiveDirectory' };
  const base = common(random, person, ms, what);
  const correlation = random.guid();
  const audit = {
    ...base,
    ResultStatus: 'Success',
    UserKey: uid,
    ClientIP: ip,
    ActorIpAddress: ip,
    ObjectId: EXCHANGE,
    ApplicationId: APP,
    ExtendedProperties: [{ Name: 'RequestType', Value: 'OAuth2:Authorize' }],
    Actor: [
      { ID: uid, Type: 0 },
      { ID: upn, Type: 5 },
    ],
    Target: [{ ID: EXCHANGE, Type: 0 }],
    InterSystemsId: correlation,
    IntraSystemId: base['Id'],
    DeviceProperties: error === 0 ? [{ Name: 'SessionId', Value: session }] : [],
    ErrorNumber: String(error),
    ...(error === 0 ? {} : { LogonError: 'InvalidUserNameOrPassword' }),
  };
  return { audit, signIn: graphSignIn(audit, person, error) };
}

function graphSignIn(audit: Document, { upn, uid, session }: Person, error: number): Document {
  return {
    id: audit['Id'],
    createdDateTime: `${String(audit['CreationTime'])}Z`,
    userDisplayName: upn.slice(0, upn.indexOf('@')).replace('.', ' '),
    userPrincipalName: upn.toLowerCase(),
    userId: uid,
    userType: 'member',
    appId: APP,
    appDisplayName: 'Microsoft Office',
    resourceId: EXCHANGE,
    resourceDisplayName: 'Office 365 Exchange Online',
    resourceTenantId: TENANT,
    homeTenantId: TENANT,
    ipAddress: audit['ClientIP'],
    clientAppUsed: 'Mobile Apps and Desktop clients',
    correlationId: audit['InterSystemsId'],
    conditionalAccessStatus: 'notApplied',
    isInteractive: true,
    signInEventTypes: ['interactiveUser'],
    sessionId: error === 0 ? session : '',
    status: {
      errorCode: error,
      failureReason: error === 0 ? 'Other.' : 'Invalid username or password.',
      additionalDetails: null,
    },
    deviceDetail: { deviceId: '', displayName: '', operatingSystem: 'Windows10', browser: '' },
    location: { city: 'Vigo', state: 'Pontevedra', countryOrRegion: 'ES' },
  };
}

function mail(random: SeededRandom, person: Person, ms: number): Activity {
  const isRead = random.chance(0.6);
  const operation = isRead ? 'MailItemsAccessed' : 'Send';
  const item = (): Document => ({
    InternetMessageId: `<${random.word(12)}@brightwater.example>`,
    SizeInBytes: random.between(900, 90_000),
  });
  const items = Array.from({ length: random.between(1, 5) }, item);
  const audit = {
    ...common(random, person, ms, { type: isRead ? 50 : 2, operation, workload: 'Exchange' }),
    ExternalAccess: false,
    LogonType: 0,
    InternalLogonType: 0,
    MailboxGuid: `9b1f6f6e-0000-4000-8000-${person.uid.slice(-12)}`,
    MailboxOwnerUPN: person.upn,
    SessionId: person.session,
    ClientIPAddress: '203.0.113.77',
    ClientInfoString: 'Client=OWA;Action=ViaProxy',
    ...(isRead
      ? {
          OperationCount: items.length,
          OperationProperties: [
            { Name: 'MailAccessType', Value: 'Bind' },
            { Name: 'IsThrottled', Value: 'False' },
          ],
          Folders: [{ Id: random.word(20), Path: '\\Inbox', FolderItems: items }],
        }
      : { Item: { ...items[0], Id: random.word(20), Subject: 'Re: — “offer”, łódź\t✓' } }),
  };
  return { audit };
}

function file(random: SeededRandom, person: Person, ms: number): Activity {
  const operation = random.pick(['FileAccessed', 'FileDownloaded', 'FileModified']);
  const name = `${random.word(8)} plan, v2.docx`;
  const site = 'https://brightwater.example/sites/Works/';
  const audit = {
    ...common(random, person, ms, { type: 6, operation, workload: 'SharePoint' }),
    UserKey: `i:0h.f|membership|${person.puid.toLowerCase()}@live.com`,
    ClientIP: '203.0.113.77',
    ObjectId: `${site}Shared Documents/${name}`,
    Site: 'd7c1a2b3-0000-4000-8000-00000000001e',
    ItemType: 'File',
    EventSource: 'SharePoint',
    SourceFileName: name,
    SourceRelativeUrl: 'Shared Documents',
    SiteUrl: site,
    FileSizeBytes: random.between(10_000, 900_000),
    AppAccessContext: { AADSessionId: person.session, CorrelationId: random.guid() },
  };
  return { audit };
}

function change(random: SeededRandom, person: Person, ms: number): Activity {
  const other = PEOPLE[2] as Person;
  const what = {
    type: 8,
    operation: 'Add member to role.',
    workload: 'AzureActiveDirectory',
  };
  const audit = {
    ...common(random, person, ms, what),
    ResultStatus: 'Success',
    UserKey: `${person.puid}@brightwater.example`,
    ObjectId: other.upn,
    ModifiedProperties: [
      { Name: 'Role.DisplayName', NewValue: 'Helpdesk Administrator', OldValue: '' },
    ],
    Actor: [
      { ID: person.upn, Type: 5 },
      { ID: person.puid, Type: 3 },
      { ID: person.uid, Type: 2 },
    ],
    Target: [
      { ID: other.uid, Type: 2 },
      { ID: other.upn, Type: 5 },
    ],
  };
  return { audit };
}
