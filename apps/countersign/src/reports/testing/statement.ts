import { HEAD, type RowParts, row, START_MS } from '../../store/testing/rows.ts';
import { statementOf } from '../statement/build-statement.ts';
import type { Statement } from '../statement/statement.ts';

const ALICE = 'aaaaaaaa-0000-4000-8000-000000000001';

/** Text that is special to HTML, spreadsheets, terminals or readers (bidi override). */
export const HOSTILE = "=cmd|' /C calc'!A0\"><script>alert(1)</script>\u202e\u001b[2J\n+1";

/** A statement of two sessions in which every text is hostile. */
export function hostileStatement(): Statement {
  const event: RowParts = {
    actorUid: ALICE,
    actorName: HOSTILE,
    operation: HOSTILE,
    workload: HOSTILE,
    object: HOSTILE,
    targetName: `${HOSTILE} target`,
    mailbox: `${HOSTILE} mailbox`,
    folder: HOSTILE,
    ip: HOSTILE,
    country: HOSTILE,
    appName: HOSTILE,
    deviceUid: HOSTILE,
    userAgent: HOSTILE,
    statusCode: HOSTILE,
    statusId: 2,
    sessionUid: HOSTILE,
    resourceName: HOSTILE,
    signInType: HOSTILE,
  };
  const rows = [
    row(0, { ...event, classUid: 3002, statusId: 1 }),
    row(1, { ...event, isThrottled: true, accessType: 'Bind', itemCount: 3 }),
    row(2, { ...event, sessionUid: null, accessType: 'Sync', byteCount: 12 }),
  ];
  return statementOf({
    principal: {
      tenant: row(0).tenant,
      uid: ALICE,
      kind: null,
      name: HOSTILE,
      aliases: [{ kind: 'name', value: `${HOSTILE} old`, firstMs: START_MS, lastMs: START_MS }],
    },
    period: { fromMs: START_MS, toMs: undefined },
    purpose: HOSTILE,
    case: HOSTILE,
    rows,
    contested: 2,
    tenants: [row(0).tenant],
    coverage: [
      {
        index: 9,
        tenant: row(0).tenant,
        source: HOSTILE,
        workload: null,
        subject: null,
        fromMs: null,
        toMs: null,
        state: 'unknown',
        bound: null,
        because: HOSTILE,
      },
    ],
    erasures: [
      {
        index: 8,
        atMs: START_MS,
        by: HOSTILE,
        reason: HOSTILE,
        entries: 3,
        fromMs: null,
        toMs: null,
        tenants: [],
      },
    ],
    ledger: { ...HEAD, origin: HOSTILE },
  });
}
