import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGuid } from '@countersign/core';
import { validate } from '@countersign/ocsf';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import {
  draftText,
  findingBody,
  parseFinding,
  parseFindingMark,
} from '../../projection/entries/finding-body.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { draftOf } from '../testing/draft.ts';
import { findingChange, findingEvent, markChange } from './finding-event.ts';
import { findingUid } from './finding-identity.ts';
import { statusOf } from './finding-status.ts';

const NOW_MS = Date.parse('2026-03-09T00:00:00Z');
const OPTIONS = {
  titleOf: (rule: string) => (rule === draftOf().rule ? 'Activity without a sign-in' : undefined),
  origin: 'test.example/log',
  nowMs: NOW_MS,
  version: '0.0.0',
};

function kept(extra: Partial<StoredFinding> = {}): StoredFinding {
  const draft = draftOf();
  const said = { detector: 'reconcile', state: 'open', because: null, revision: 0 } as const;
  const uid = findingUid(draft);
  return { index: 7, uid, ...said, draft, revisions: [7], mark: undefined, ...extra };
}

test('the id of a finding depends on its identity and nothing else', () => {
  const uid = findingUid(draftOf());
  assert.ok(isGuid(uid));
  assert.equal(findingUid(draftOf({ title: 'other', severity: 1, entries: [9] })), uid);
  for (const other of [
    { rule: 'other' },
    { version: 2 },
    { group: 'user:someone' },
    { windowMs: 1 },
    { tenant: draftOf().tenant.replace('5', '6') as never },
  ]) {
    assert.notEqual(findingUid(draftOf(other)), uid, JSON.stringify(other));
  }
});

test('moving text between members never gives two identities one id', () => {
  const text = fc.string({ maxLength: 6 });
  fc.assert(
    fc.property(text, text, text, text, (rule, group, otherRule, otherGroup) => {
      const isSame = rule === otherRule && group === otherGroup;
      const a = findingUid(draftOf({ rule, group }));
      const b = findingUid(draftOf({ rule: otherRule, group: otherGroup }));
      assert.equal(a === b, isSame);
    }),
    runs(200),
  );
});

test('a written body parses to the same finding', () => {
  const fact = kept();
  const read = parseFinding(JSON.parse(JSON.stringify(findingBody(fact))));
  assert.deepEqual(read, {
    uid: fact.uid,
    detector: 'reconcile',
    state: 'open',
    because: null,
    revision: 0,
    draft: fact.draft,
  });
  assert.equal(draftText(fact.draft), draftText(JSON.parse(draftText(fact.draft))));
});

test('any other body is no finding, and throws nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (body, draft) => {
      parseFinding({ ...body, what: 'finding', draft });
      parseFindingMark({ ...body, what: 'finding-mark' });
      assert.equal(parseFinding(body), undefined);
      assert.equal(parseFindingMark(body), undefined);
    }),
    runs(200),
  );
});

test('is a valid Detection Finding that names its technique and its entries', () => {
  const event = findingEvent(kept(), OPTIONS);
  assert.deepEqual(validate(event), []);
  assert.equal(event.class_uid, 2004);
  assert.equal(event['severity_id'], 4);
  const info = event['finding_info'] as {
    uid: string;
    title: string;
    attacks: unknown;
    analytic: { name: string };
  };
  assert.equal(info.uid, kept().uid);
  assert.equal(info.title, draftOf().title);
  assert.equal(info.analytic.name, 'Activity without a sign-in');
  assert.deepEqual(info.attacks, [
    {
      technique: { uid: 'T1606', name: 'Forge Web Credentials' },
      sub_technique: { uid: 'T1606.002', name: 'Forge Web Credentials: SAML Tokens' },
    },
  ]);
  const [evidence] = event['evidences'] as { data: { entries: number[] } }[];
  assert.deepEqual(evidence?.data.entries, [1, 2]);
});

test('stays valid without a technique, with odd texts and a probability', () => {
  const odd = { techniques: [], title: '\u0000', confidence: 0.456, rule: 'x', message: '' };
  const event = findingEvent(
    kept({ draft: draftOf(odd), detector: 'sigma', revision: 3 }),
    OPTIONS,
  );
  assert.deepEqual(validate(event), []);
  assert.equal(event['confidence_score'], 46);
  assert.equal(event['activity_id'], 2);
});

test('a suppression ends, and events after a resolution make a finding new', () => {
  const mark = { index: 9, uid: '', reason: 'known', by: 'ada', untilMs: null, atMs: NOW_MS };
  assert.equal(statusOf(kept(), NOW_MS), 1);
  assert.equal(statusOf(kept({ mark: { ...mark, status: 2 } }), NOW_MS), 2);
  assert.equal(statusOf(kept({ mark: { ...mark, status: 3 } }), NOW_MS), 3);
  assert.equal(statusOf(kept({ mark: { ...mark, status: 3, untilMs: NOW_MS } }), NOW_MS), 1);
  assert.equal(statusOf(kept({ mark: { ...mark, status: 3, untilMs: NOW_MS + 1 } }), NOW_MS), 3);
  assert.equal(statusOf(kept({ mark: { ...mark, status: 4 } }), NOW_MS), 4);
  assert.equal(statusOf(kept({ mark: { ...mark, status: 4, atMs: 0 } }), NOW_MS), 1);
});

test('a withdrawal closes the finding, and an update leaves its status', () => {
  const withdrawn = findingChange(
    { ...kept(), state: 'withdrawn', because: 'a late record explains it', revision: 1 },
    OPTIONS,
  );
  assert.deepEqual(validate(withdrawn), []);
  assert.equal(withdrawn.type_uid, 200403);
  assert.equal(withdrawn['status'], 'Resolved');
  assert.equal(withdrawn['status_detail'], 'a late record explains it');
  const update = findingChange({ ...kept(), revision: 2 }, OPTIONS);
  assert.deepEqual(validate(update), []);
  assert.equal(update.type_uid, 200402);
  assert.equal('status_id' in update, false);
});

test('a mark is a change of its finding', () => {
  const said = {
    uid: kept().uid,
    severity: 4 as const,
    reason: 'a drill',
    untilMs: null,
    by: 'ada',
    atMs: NOW_MS,
  };
  const started = markChange({ ...said, status: 2 }, OPTIONS);
  assert.deepEqual(validate(started), []);
  assert.deepEqual([started.type_uid, started['status']], [200402, 'In Progress']);
  const resolved = markChange({ ...said, status: 4 }, OPTIONS);
  assert.deepEqual([resolved.type_uid, resolved['comment']], [200403, 'a drill']);
  const closed = markChange({ ...said, status: 4, verdict: 'false-positive' }, OPTIONS);
  assert.deepEqual(validate(closed), []);
  assert.equal(closed['status_detail'], 'False Positive');
  assert.equal('status_detail' in resolved, false);
});
