/** Prints the OCSF event of a sign-in as Graph delivers it. */
import { interpret, type SourceRecord, toOcsf, validate } from '@countersign/ocsf';

const value = {
  id: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0101',
  createdDateTime: '2026-03-07T02:42:00Z',
  userPrincipalName: 'scanops@northmoor.example',
  userId: '8d7ed47b-10c6-467c-b016-f1cab58096bc',
  appDisplayName: 'Microsoft Office',
  appId: 'd3590ed6-52b3-4102-aeff-aad2292ab01c',
  ipAddress: '192.0.2.203',
  isInteractive: true,
  authenticationRequirement: 'singleFactorAuthentication',
  status: { errorCode: 0 },
};
const record: SourceRecord = {
  source: 'graph/signIns',
  tenant: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794',
  id: value.id,
  at: value.createdDateTime,
  value,
};
const entry = { origin: 'ledger.example', indices: [3518], seen: '2026-03-16T09:00:00Z' };
const event = toOcsf(record, interpret(record), entry);
console.log(JSON.stringify(event, null, 2));
const problems = validate(event);
if (problems.length > 0 || event.class_uid !== 3002) throw new Error(JSON.stringify(problems));
