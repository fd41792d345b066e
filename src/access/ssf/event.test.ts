import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accountDisabled,
  type Circumstances,
  deviceComplianceChange,
  EVENT_TYPES,
  riskLevelChange,
  type SecurityEvent,
  sessionEstablished,
  sessionRevoked,
} from './event.ts';
import { issSub } from './subject.ts';

const SUBJECT = issSub('https://idp.example.com', 'ada');
const BECAUSE: Circumstances = {
  atMs: 1_615_304_991_900,
  by: 'policy',
  reason: 'the landspeed was impossible',
  transaction: '8675309',
};
const COMMON = {
  event_timestamp: 1_615_304_991,
  initiating_entity: 'policy',
  reason_admin: { en: 'the landspeed was impossible' },
};

/** What each event must hold beside what all can (contracts 12.6 and 12.7). */
const TABLE: readonly (readonly [SecurityEvent, type: string, members: object])[] = [
  [sessionRevoked(SUBJECT, BECAUSE), EVENT_TYPES.sessionRevoked, COMMON],
  [
    sessionEstablished(SUBJECT, BECAUSE, { acr: 'phr', amr: ['fido'], id: 'pass-1' }),
    EVENT_TYPES.sessionEstablished,
    { ...COMMON, acr: 'phr', amr: ['fido'], ext_id: 'pass-1' },
  ],
  [
    riskLevelChange(SUBJECT, BECAUSE, { current: 'HIGH', previous: undefined }),
    EVENT_TYPES.riskLevelChange,
    { ...COMMON, principal: 'USER', current_level: 'HIGH', risk_reason: BECAUSE.reason },
  ],
  [
    deviceComplianceChange(SUBJECT, BECAUSE, { current: 'not-compliant', previous: 'compliant' }),
    EVENT_TYPES.deviceComplianceChange,
    { ...COMMON, previous_status: 'compliant', current_status: 'not-compliant' },
  ],
  [accountDisabled(SUBJECT, BECAUSE), EVENT_TYPES.accountDisabled, {}],
];

for (const [event, type, members] of TABLE) {
  test(`${type.split('/').at(-1)} holds what its specification asks for`, () => {
    assert.equal(event.type, type);
    assert.deepEqual(event.payload, members);
    assert.equal(event.subject, SUBJECT);
    assert.equal(event.transaction, '8675309');
  });
}
