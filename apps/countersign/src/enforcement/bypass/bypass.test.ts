import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, test } from 'node:test';
import { tenantId } from '@countersign/core';
import { SAID_MS_MAX } from '@countersign/policy';
import {
  isSaidBy,
  personKey,
  type SignedStatement,
  signed,
  statementDigest,
} from '../approvals/signed-statement.ts';
import { type BypassEffect, bypassesOf, checkStatement, wantedOf } from './bypass.ts';
import {
  type BypassApproval,
  type BypassEnd,
  type BypassRequest,
  type BypassStatement,
  bypassStatementOf,
} from './bypass-statement.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;
const LONGEST_MS = 4 * HOUR_MS;

const keys = new Map(
  ['ada', 'ben', 'eve'].map((name) => [name, generateKeyPairSync('ed25519')] as const),
);
const people = new Map([...keys].map(([name, { publicKey }]) => [name, publicKey] as const));

function privateKey(name: string): KeyObject {
  const pair = keys.get(name);
  assert.ok(pair !== undefined);
  return pair.privateKey;
}

function request(more: Partial<BypassRequest> = {}, by = 'ada'): SignedStatement<BypassRequest> {
  const statement: BypassRequest = {
    ...{ v: 1, what: 'bypass-request', bypass: 'd1', method: 'm1', group: 'g1', by: 'ada' },
    ...{
      tenant: tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21'),
      reason: 'our enforcement point is down',
    },
    ...{ atMs: NOW_MS, untilMs: NOW_MS + HOUR_MS, ...more },
  };
  return signed(statement, privateKey(by));
}

function approval(more: Partial<BypassApproval> = {}, by = 'ben'): SignedStatement<BypassApproval> {
  const digest = statementDigest(request());
  const statement: BypassApproval = {
    ...{ v: 1, what: 'bypass-approval', bypass: 'd1', request: digest, by: 'ben', atMs: NOW_MS },
    ...more,
  };
  return signed(statement, privateKey(by));
}

function end(more: Partial<BypassEnd> = {}, by = 'eve'): SignedStatement<BypassEnd> {
  const statement: BypassEnd = {
    ...{ v: 1, what: 'bypass-end', bypass: 'd1', reason: 'it is up', by: 'eve', atMs: NOW_MS },
    ...more,
  };
  return signed(statement, privateKey(by));
}

/** Statements as entries, from index 10 on. */
function said(...bodies: readonly unknown[]) {
  return bypassesOf(bodies.map((body, at) => ({ index: 10 + at, body })));
}

function wanted(bodies: readonly unknown[], nowMs = NOW_MS, of: typeof people = people) {
  const bypass = said(...bodies).get('d1');
  assert.ok(bypass !== undefined);
  return wantedOf(bypass, of, nowMs);
}

describe('a group bypasses the external method', () => {
  test('once two people agree, for the stated time', () => {
    assert.equal(wanted([request()]), 'by us');
    assert.equal(wanted([request(), approval()]), 'past us');
    assert.equal(wanted([request(), approval()], NOW_MS + HOUR_MS - 1), 'past us');
    assert.equal(wanted([request(), approval()], NOW_MS + HOUR_MS), 'by us');
  });

  test('until any authorized person ends it', () => {
    assert.equal(wanted([request(), approval(), end()]), 'by us');
    assert.equal(wanted([request(), approval(), end(), approval()]), 'by us');
  });

  for (const [name, one, other] of [
    ['the one who asks agrees', request(), approval({ by: 'ada' }, 'ada')],
    ['the one who asks signs in the name of another', request(), approval({}, 'ada')],
    ['a request under another name', request({}, 'eve'), approval()],
    ['an approval by a person who may not approve', request(), approval({ by: 'mallory' })],
    ['a request by a person who may not request', request({ by: 'mallory' }), approval()],
    ['it is agreed to another request', request({ group: 'everybody' }), approval()],
    ['the request is for longer than was agreed to', request({ untilMs: NOW_MS * 2 }), approval()],
  ] as const) {
    test(`not if ${name}`, () => {
      assert.equal(wanted([one, other]), 'by us');
    });
  }

  test('not if a statement was changed after it was signed', () => {
    const asked = request();
    const longer = { ...asked, statement: { ...asked.statement, untilMs: NOW_MS * 2 } };
    const agreed = approval({ request: statementDigest(longer) });
    assert.equal(wanted([longer, agreed]), 'by us');
    const { statement } = approval();
    assert.equal(wanted([asked, { statement, signature: '' }]), 'by us');
    assert.equal(wanted([asked, { statement, signature: asked.signature }]), 'by us');
  });

  test('not if two names are one person', () => {
    const [ada] = [people.get('ada')];
    assert.ok(ada !== undefined);
    const double = new Map([...people, ['ada2', ada]]);
    assert.equal(wanted([request(), approval({ by: 'ada2' }, 'ada')], NOW_MS, double), 'by us');
  });

  test('not if one of the two is no longer authorized', () => {
    for (const gone of ['ada', 'ben']) {
      const fewer = new Map([...people].filter(([name]) => name !== gone));
      assert.equal(wanted([request(), approval()], NOW_MS, fewer), 'by us', gone);
    }
  });
});

describe('the state of a bypass', () => {
  const effect: BypassEffect = {
    ...{ v: 1, what: 'bypass-effect', bypass: 'd1', wanted: 'past us', state: 'done' },
    ...{ because: 'the suite says so', atMs: NOW_MS },
  };

  test('is built from its entries; the first statement of each kind counts', () => {
    const [first, second] = [approval(), approval({ by: 'eve' }, 'eve')];
    const [over, again] = [end(), end({ by: 'ada' }, 'ada')];
    const begun = { ...effect, state: 'begun' };
    const later = request({ group: 'everybody' });
    const bypasses = said(request(), first, begun, second, later, effect, over, again);
    assert.deepEqual([...bypasses.keys()], ['d1']);
    assert.deepEqual(bypasses.get('d1'), {
      ...{ request: request(), approval: first, end: over, effect },
      entries: [10, 11, 12, 13, 15, 16, 17],
    });
  });

  test('is nothing without a request, or from other values', () => {
    const bodies = [approval(), end(), effect, null, 'bypass', {}, { v: 1, what: 'bypass-effect' }];
    assert.equal(said(...bodies).size, 0);
    const noise = [{ ...effect, v: 2 }, { ...effect, what: 'effect' }, [effect]];
    const bypass = said(request(), ...noise, request({ bypass: 'd2' })).get('d1');
    assert.deepEqual([bypass?.effect, bypass?.entries], [undefined, [10]]);
  });

  test('is parsed only in its own form', () => {
    for (const each of [request(), approval(), end()]) {
      assert.equal(bypassStatementOf(each), each);
      const { statement, signature } = each;
      for (const name of Object.keys(statement)) {
        const { [name as 'bypass']: _, ...less } = statement as BypassRequest;
        assert.equal(bypassStatementOf({ statement: less, signature }), undefined, name);
        const other = { ...statement, [name]: [1] };
        assert.equal(bypassStatementOf({ statement: other, signature }), undefined, name);
      }
      for (const value of [statement, { statement }, { signature }, { ...each, signature: 7 }]) {
        assert.equal(bypassStatementOf(value), undefined);
      }
      assert.equal(
        bypassStatementOf({ statement: { ...statement, atMs: 1.5 }, signature }),
        undefined,
      );
      assert.equal(bypassStatementOf({ statement: { ...statement, v: 2 }, signature }), undefined);
    }
  });
});

describe('a statement is accepted', () => {
  const check = (
    one: SignedStatement<BypassStatement>,
    bodies: readonly unknown[] = [],
    nowMs = NOW_MS,
  ) => checkStatement(one, said(...bodies), { people, nowMs, longestMs: LONGEST_MS });
  const refused = (why: RegExp, ...of: Parameters<typeof check>): void =>
    assert.throws(() => check(...of), { code: 'BYPASS_REFUSED', message: why });

  test('from authorized people, as signed, and soon after', () => {
    assert.doesNotThrow(() => check(request()));
    assert.doesNotThrow(() => check(approval(), [request()]));
    assert.doesNotThrow(() => check(end(), [request()]));
    refused(/is not in enforcementPoints\.people, or did not sign it/, request({ by: 'mallory' }));
    refused(/is not in enforcementPoints\.people, or did not sign it/, request({}, 'ben'));
    for (const awayMs of [SAID_MS_MAX, -SAID_MS_MAX]) {
      assert.doesNotThrow(() => check(end(), [request()], NOW_MS + awayMs));
      const far = NOW_MS + awayMs + Math.sign(awayMs);
      refused(/signature is too old, or from another clock/, end(), [request()], far);
    }
  });

  test('for a positive time within the limit', () => {
    const until = (ms: number) => request({ untilMs: NOW_MS + ms });
    assert.doesNotThrow(() => check(until(LONGEST_MS)));
    assert.doesNotThrow(() => check(until(1)));
    for (const ms of [LONGEST_MS + 1, 0, -1]) {
      refused(/more than 0 and at most 240 minutes/, until(ms));
    }
  });

  test('once per kind', () => {
    refused(/a bypass with this id already exists/, request(), [request()]);
    refused(/it is already approved/, approval({ by: 'eve' }, 'eve'), [request(), approval()]);
    refused(/it is already undone/, end(), [request(), end()]);
  });

  test('about an existing bypass that is not over', () => {
    refused(/no bypass has this id/, approval());
    refused(/no bypass has this id/, end());
    refused(/it is already over/, approval(), [request(), end()]);
    const short = request({ untilMs: NOW_MS + 1000 });
    const agreed = approval({ request: statementDigest(short) });
    assert.doesNotThrow(() => check(agreed, [short], NOW_MS + 999));
    refused(/it is already over/, agreed, [short], NOW_MS + 1000);
    // It may be ended even after its time.
    assert.doesNotThrow(() => check(end(), [short], NOW_MS + 1000));
  });

  test('from a second person, and for this exact request', () => {
    refused(/a second person must approve it/, approval({ by: 'ada' }, 'ada'), [request()]);
    refused(/it approves another request/, approval(), [request({ group: 'everybody' })]);
    const ada = people.get('ada');
    assert.ok(ada !== undefined);
    const double = { people: new Map([...people, ['ada2', ada]]), nowMs: NOW_MS };
    assert.throws(
      () =>
        checkStatement(approval({ by: 'ada2' }, 'ada'), said(request()), {
          ...{ ...double, longestMs: LONGEST_MS },
        }),
      /a second person must approve it/,
    );
  });
});

test('a person has an Ed25519 key, and no other counts', () => {
  const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
  const key = personKey(pem(generateKeyPairSync('ed25519').publicKey));
  assert.equal(key?.type, 'public');
  assert.equal(
    personKey(pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)),
    undefined,
  );
  assert.equal(personKey('no key'), undefined);
  assert.ok(isSaidBy(request(), people));
  assert.ok(!isSaidBy({ ...request(), signature: 'AAAA' }, people));
});
