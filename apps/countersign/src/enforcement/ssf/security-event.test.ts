import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accountDisabled,
  assuranceLevelChange,
  type Circumstances,
  credentialChange,
  deviceComplianceChange,
  EVENT_TYPES,
  riskLevelChange,
  type SecurityEvent,
  sessionEstablished,
  sessionRevoked,
} from './security-event.ts';
import { issSub } from './subject-identifier.ts';

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

/**
 * The members that each event must have in addition to the common ones (contracts 12.6 and 12.7).
 */
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
  [
    credentialChange(SUBJECT, BECAUSE, {
      credential: 'fido2-roaming',
      change: 'create',
      aaguid: 'a',
    }),
    EVENT_TYPES.credentialChange,
    { ...COMMON, credential_type: 'fido2-roaming', change_type: 'create', fido2_aaguid: 'a' },
  ],
  [
    credentialChange(SUBJECT, BECAUSE, { credential: 'password', change: 'update' }),
    EVENT_TYPES.credentialChange,
    { ...COMMON, credential_type: 'password', change_type: 'update' },
  ],
  [
    assuranceLevelChange(SUBJECT, BECAUSE, { current: 'nist-aal1', previous: 'nist-aal2' }),
    EVENT_TYPES.assuranceLevelChange,
    {
      ...{ ...COMMON, namespace: 'NIST-AAL', change_direction: 'decrease' },
      ...{ current_level: 'nist-aal1', previous_level: 'nist-aal2' },
    },
  ],
  [
    assuranceLevelChange(SUBJECT, BECAUSE, { current: 'nist-aal2', previous: 'nist-aal1' }),
    EVENT_TYPES.assuranceLevelChange,
    {
      ...{ ...COMMON, namespace: 'NIST-AAL', change_direction: 'increase' },
      ...{ current_level: 'nist-aal2', previous_level: 'nist-aal1' },
    },
  ],
  [accountDisabled(SUBJECT, BECAUSE), EVENT_TYPES.accountDisabled, {}],
];

for (const [event, type, members] of TABLE) {
  test(`${type.split('/').at(-1)} has the members of its specification`, () => {
    assert.equal(event.type, type);
    assert.deepEqual(event.payload, members);
    assert.equal(event.subject, SUBJECT);
    assert.equal(event.transaction, '8675309');
  });
}
