import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Evidence, type MatrixRow, matrixOf, type SeenEvents } from './license-matrix.ts';
import { type Fact, parseFacts } from './recording-fact.ts';
import { acceptanceResultOf, parseRequests } from './vendor-request.ts';

const CONTENT = join(import.meta.dirname, '../../../../content/tenant');
const read = (file: string): { file: string; text: string } => {
  return { file, text: readFileSync(join(CONTENT, file), 'utf8') };
};

const SOURCE = 'm365.activity/Audit.Exchange';
const SENT: Fact = {
  id: 'sent',
  what: 'Mail is sent',
  recorded: {
    E3: { is: 'partly', days: 180 },
    E5: { is: 'yes', days: 365 },
    F: { is: 'no' },
    none: { is: 'no' },
  },
  paths: [SOURCE],
  operations: ['Send'],
  basis: 'documented',
  source: 'a test',
};
const SEEN: SeenEvents = {
  source: SOURCE,
  operation: 'Send.',
  signInType: null,
  accessType: null,
  count: 3,
  index: 41,
};
const NOTHING: Evidence = { seen: [], coverage: [], licenses: undefined };

function row(evidence: Partial<Evidence>): MatrixRow {
  const [only] = matrixOf([SENT], { ...NOTHING, ...evidence });
  assert.ok(only !== undefined);
  return only;
}

describe('the matrix of a tenant', () => {
  test('without a ledger repeats the documentation', () => {
    const { proof, cells, paths, entries } = row({});
    assert.equal(proof, 'documented');
    assert.deepEqual(paths, [{ source: SOURCE, state: 'not connected' }]);
    assert.deepEqual(entries, []);
    assert.deepEqual(
      cells.map(({ license, recorded, days }) => [license, recorded, days]),
      [
        ['E3', 'partly', 180],
        ['E5', 'yes', 365],
        ['F', 'no', null],
        ['none', 'no', null],
      ],
    );
  });

  test('counts events in the ledger as seen, with or without a final period', () => {
    const { proof, entries } = row({ seen: [SEEN] });
    assert.equal(proof, 'seen');
    assert.deepEqual(entries, [41]);
  });

  test('does not infer "seen" from a collected source', () => {
    const coverage = [{ source: SOURCE, state: 'collected', bound: 0.01 }] as const;
    const { proof, paths } = row({ coverage });
    assert.equal(proof, 'documented');
    assert.equal(paths[0]?.state, 'collected');
  });

  test('is proven by canaries that came back on the path', () => {
    const bound = [{ source: SOURCE, state: 'collected', bound: 0.01 }] as const;
    assert.equal(row({ seen: [SEEN], coverage: bound }).proof, 'canary');
    const without = [{ source: SOURCE, state: 'collected', bound: 1 }] as const;
    assert.equal(row({ seen: [SEEN], coverage: without }).proof, 'seen');
    const compared = [{ source: SOURCE, state: 'corroborated', bound: 0.01 }] as const;
    assert.equal(row({ seen: [SEEN], coverage: compared }).proof, 'compared');
    const elsewhere = [{ source: 'graph/signIns', state: 'collected', bound: 0.01 }] as const;
    assert.equal(row({ seen: [SEEN], coverage: elsewhere }).proof, 'seen');
  });

  test('proves a license group only if the tenant has no other', () => {
    const of = (licenses: Evidence['licenses']): string[] =>
      row({ seen: [SEEN], licenses }).cells.map(({ recorded, proof }) => `${recorded} ${proof}`);
    const documented = ['partly documented', 'yes documented', 'no documented', 'no documented'];
    assert.deepEqual(of(undefined), documented);
    assert.deepEqual(of(['E3', 'F']), documented);
    // The documents deny it and the ledger holds it: recorded. `partly` stays `partly`.
    assert.deepEqual(of(['F'])[2], 'yes seen');
    assert.deepEqual(of(['E3'])[0], 'partly seen');
  });
});

describe('our own content', () => {
  const facts = parseFacts(read('facts.yaml'));
  const requests = parseRequests(read('requests.yaml'));

  test('has unique facts and requests', () => {
    for (const ids of [facts.map(({ id }) => id), requests.map(({ id }) => id)]) {
      assert.equal(new Set(ids).size, ids.length);
    }
  });

  test('requests from the vendor everything that no license records', () => {
    for (const { id, recorded, request } of facts) {
      const isKnown = Object.values(recorded).some(({ is }) => is !== 'no');
      assert.ok(isKnown || request !== undefined, `${id} is asked for by no request`);
    }
  });

  test('has no request without a fact, and no fact without its request', () => {
    const asked = new Set(requests.map(({ id }) => id));
    const needed = new Set(facts.flatMap(({ request }) => request ?? []));
    assert.deepEqual([...needed].sort(), [...asked].sort());
  });

  test('names a path wherever something is recorded', () => {
    for (const { id, recorded, paths } of facts) {
      const isRecorded = Object.values(recorded).some(({ is }) => is === 'yes' || is === 'partly');
      assert.equal(paths.length > 0, isRecorded, id);
    }
  });
});

describe('an acceptance test', () => {
  test('reads its own columns, in any order', () => {
    assert.deepEqual(acceptanceResultOf(['because', 'id', 'answer'], ['so', 'x', 'yes']), {
      answer: 'yes',
      because: 'so',
    });
  });

  test('without a row, a reason or a known word decides nothing', () => {
    const columns = ['answer', 'because'];
    for (const odd of [undefined, ['yes', null], ['true', 'so'], [null, 'so'], ['yes']]) {
      assert.equal(acceptanceResultOf(columns, odd).answer, 'unknown');
    }
  });
});
