import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { findingUid } from '../findings/finding-identity.ts';
import { draftOf } from '../testing/draft.ts';
import { incidentTitle } from './incident-title.ts';

const NAMES = new Map([
  ['roles', ['administrators added']],
  ['forwards', ['mail forwarded']],
  ['chain', ['risky sign-in', 'mail hidden']],
]);

function titleOf(...parts: readonly Partial<FindingDraft>[]): string {
  const findings = parts.map((part, at): StoredFinding => {
    const draft = draftOf({ group: `g${at}`, firstMs: at, lastMs: at, ...part });
    const said = { detector: 'sigma', state: 'open', because: null, revision: 0 } as const;
    const uid = findingUid(draft);
    return { index: at, uid, ...said, draft, revisions: [at], mark: undefined };
  });
  return incidentTitle({ id: 'i', findings, ties: [], uids: new Set() }, NAMES);
}

const spray = { rule: 'stream/password-spray' } as const;
const hit = { rule: 'stream/spray-hit', techniques: ['T1078.004', 'T1110.003'] } as const;

test("an incident's title is its chain, in time order", () => {
  assert.equal(
    titleOf(spray, hit, { rule: 'roles' }, { rule: 'forwards' }, { rule: 'roles' }),
    'Password spray, one account taken over, administrators added, mail forwarded',
  );
  assert.equal(
    titleOf(spray, { ...hit, principals: ['a', 'b'] }).split(', ')[1],
    'two accounts taken over',
  );
  assert.equal(
    titleOf({ rule: 'chain', firstMs: 0, lastMs: 9 }, { rule: 'forwards' }),
    'Risky sign-in, mail forwarded, mail hidden',
  );
});

test('a single step takes the title of its most severe finding', () => {
  assert.equal(
    titleOf({ rule: 'roles', title: 'ada was made administrator' }),
    'ada was made administrator',
  );
  const low = { rule: 'forwards', severity: 2, title: 'low' } as const;
  assert.equal(titleOf(low, { rule: 'roles', title: 'high' }), 'high');
});

test("a rule without steps uses its technique's name", () => {
  assert.equal(
    titleOf({ rule: 'theirs', techniques: ['T1114', 'T1114.003'] }, { rule: 'roles' }),
    'Email forwarding rule, administrators added',
  );
});

test('a long chain names its most severe steps', () => {
  const steps = Array.from({ length: 7 }, (_, at) => ({
    rule: 'theirs',
    techniques: [['T1003', 'T1005', 'T1021', 'T1033', 'T1048', 'T1059', 'T1069'][at] ?? ''],
    severity: at === 6 ? 5 : 4,
  })) as Partial<FindingDraft>[];
  const title = titleOf(...steps);
  assert.equal(title.split(', ').length, 5);
  assert.match(title, /permission groups discovery$/);
});
