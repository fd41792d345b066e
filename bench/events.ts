import { createHash } from 'node:crypto';

const OPERATIONS = [
  ['Exchange', 'MailItemsAccessed', 50], ['SharePoint', 'FileAccessed', 6],
  ['OneDrive', 'FileDownloaded', 6], ['AzureActiveDirectory', 'UserLoggedIn', 15],
  ['Exchange', 'Send', 2], ['MicrosoftTeams', 'MessageSent', 25], ['Exchange', 'Set-Mailbox', 1],
] as const;
const WORDS = [
  'quarter', 'budget', 'minutes', 'review', 'contract', 'draft', 'figures', 'travel', 'offer',
  'invoice', 'roadmap', 'hiring', 'audit', 'renewal', 'notes', 'plan',
];

/**
 * Events in the shape of audit records, one a line, 1.3 KB each, the same at every call: ids, times,
 * users and addresses vary, structure and words repeat, as in the real ones.
 */
export function makeEvents(count: number): Buffer {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) lines.push(makeEvent(i));
  return Buffer.from(`${lines.join('\n')}\n`);
}

function makeEvent(i: number): string {
  const hash = createHash('sha256').update(`event ${i}`).digest('hex');
  const pick = (at: number, count: number): number => Number.parseInt(hash.slice(at, at + 6), 16) % count;
  const [workload, operation, recordType] = OPERATIONS[pick(0, OPERATIONS.length)] as (typeof OPERATIONS)[number];
  const user = `user${pick(6, 5000)}@example.com`;
  const time = new Date(Date.UTC(2026, 0, 1) + i * 37).toISOString().slice(0, 19);
  const name = Array.from({ length: 6 }, (_, k) => WORDS[pick(8 + k * 4, WORDS.length)]).join(' ');
  const id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  return JSON.stringify({
    CreationTime: time,
    Id: id,
    Operation: operation,
    OrganizationId: '4d1f2a60-97b3-4c58-8e21-5a0c9be7d3f4',
    RecordType: recordType,
    ResultStatus: 'Succeeded',
    UserKey: hash.slice(32, 48),
    UserType: 0,
    Version: 1,
    Workload: workload,
    ClientIP: `203.0.${pick(20, 256)}.${pick(26, 256)}`,
    UserId: user,
    AppAccessContext: { AADSessionId: `${hash.slice(32, 40)}-1111-4222-8333-${hash.slice(40, 52)}`, IssuedAtTime: time, UniqueTokenId: hash.slice(52, 64) },
    ClientInfoString: 'Client=OWA;Action=ViaProxy;Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0',
    MailboxGuid: `${hash.slice(4, 12)}-2222-4333-8444-${hash.slice(12, 24)}`,
    MailboxOwnerUPN: user,
    OriginatingServer: 'PR3PR01MB0000 (15.20.8069.020)',
    Item: { Subject: name, ParentFolder: { Path: '\\Inbox', Name: 'Inbox' }, Id: hash, SizeInBytes: pick(30, 90_000) },
    ModifiedProperties: [
      { Name: 'DisplayName', OldValue: '', NewValue: name },
      { Name: 'Included Updated Properties', NewValue: 'DisplayName, AccountEnabled, UserPrincipalName' },
    ],
    ExtendedProperties: [{ Name: 'UserAgent', Value: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)' }, { Name: 'RequestType', Value: 'OAuth2:Authorize' }],
  });
}
