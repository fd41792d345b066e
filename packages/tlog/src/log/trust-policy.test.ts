import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, ManualClock, no, unknown, yes } from '@countersign/core';
import { cosignatureSigner } from '../notes/cosignature.ts';
import { ed25519Signer } from '../notes/signed-note.ts';
import { verifierKey } from '../notes/verifier-key.ts';
import { testKey } from '../testing/memory-log.ts';
import { parsePolicy, quorumAnswer, type TrustPolicy } from './trust-policy.ts';

const LOG = ed25519Signer('log.example', testKey('log')).key.vkey;
const WITNESSES = ['w1', 'w2', 'w3', 'w4'].map(
  (name) => cosignatureSigner(`${name}.example`, testKey(name), new ManualClock(0)).key.vkey,
);
const [W1 = '', W2 = '', W3 = '', W4 = ''] = WITNESSES;

const POLICY = `# who is believed
log ${LOG} https://log.example/prefix/

witness w1 ${W1} https://w1.example   # in Paris
witness w2\t${W2}
  witness w3 ${W3}
witness w4 ${W4}
group cities 2 w1 w2 w3
group both all cities w4
quorum both
`;

test('reads logs, witnesses, groups and the quorum', () => {
  const policy = read(POLICY);
  assert.deepEqual(
    policy.logs.map((l) => [l.key.vkey, l.url]),
    [[LOG, 'https://log.example/prefix/']],
  );
  assert.deepEqual(
    policy.witnesses.map((w) => [w.name, w.key.vkey, w.url]),
    [
      ['w1', W1, 'https://w1.example'],
      ['w2', W2, undefined],
      ['w3', W3, undefined],
      ['w4', W4, undefined],
    ],
  );
  assert.deepEqual(policy.groups, [
    { name: 'cities', threshold: 2, members: ['w1', 'w2', 'w3'] },
    { name: 'both', threshold: 2, members: ['cities', 'w4'] },
  ]);
  assert.equal(policy.quorum, 'both');
  assert.equal(read(`log ${LOG}\r\nquorum none\r\n`).quorum, undefined);
});

test('holds hundreds of logs and witnesses', () => {
  const many = Array.from({ length: 300 }, (_, i) => {
    const witness = cosignatureSigner(`w${i}`, testKey(`w${i}`), new ManualClock(0)).key.vkey;
    return `log ${ed25519Signer(`l${i}`, testKey(`l${i}`)).key.vkey}\nwitness w${i} ${witness}\n`;
  });
  const policy = read(`${many.join('')}quorum w299`);
  assert.equal(policy.witnesses.length, 300);
});

test('names the line that is malformed', () => {
  const refused: [string, string, number][] = [
    ['no quorum', `log ${LOG}\n`, 0],
    ['nothing', '', 0],
    ['two quorums', 'quorum none\nquorum none\n', 2],
    ['an undefined quorum', 'quorum w1\n', 1],
    ['a quorum of two', 'quorum none none\n', 1],
    ['an unknown keyword', 'quorum none\nwitnes w1\n', 2],
    ['an upper-case keyword', 'Quorum none\n', 1],
    ['a log without a key', 'log\n', 1],
    ['a broken key', `log ${LOG.slice(0, -1)}\n`, 1],
    ['a repeated log', `log ${LOG}\nlog ${LOG} https://a.example\n`, 2],
    ['a witness without a key', 'witness w1\n', 1],
    ['four items', `witness w1 ${W1} https://a.example b\n`, 1],
    ['a witness under a log key', `witness w1 ${LOG}\n`, 1],
    ['one witness with two names', `witness w1 ${W1}\nwitness w2 ${W1}\n`, 2],
    ['one name for two witnesses', `witness w1 ${W1}\nwitness w1 ${W2}\n`, 2],
    ['a witness named none', `witness none ${W1}\n`, 1],
    ['a group with the name of a witness', `witness w1 ${W1}\ngroup w1 any w1\n`, 2],
    ['an empty group', 'group g all\n', 1],
    ['a group that contains itself', 'group g any g\n', 1],
    ['a group that contains none', 'group g any none\n', 1],
    ['a group with a later name', `group g any w1\nwitness w1 ${W1}\n`, 1],
    ['a repeated member', `witness w1 ${W1}\ngroup g 2 w1 w1\n`, 2],
    ['a threshold of 0', `witness w1 ${W1}\ngroup g 0 w1\n`, 2],
    ['a threshold too high', `witness w1 ${W1}\ngroup g 2 w1\n`, 2],
    ['a threshold that is not a number', `witness w1 ${W1}\ngroup g one w1\n`, 2],
    ['an invalid address', `log ${LOG} log.example\n`, 1],
    ['an address of a file', `log ${LOG} file:///etc/passwd\n`, 1],
    ['an address with a password', `log ${LOG} https://a:b@log.example\n`, 1],
  ];
  for (const [what, text, line] of refused) {
    assert.throws(
      () => read(text),
      (error: { code: string; data: { line: number } }) => {
        assert.equal(error.code, 'MALFORMED_POLICY', what);
        assert.equal(error.data.line, line, what);
        return true;
      },
    );
  }
  assert.throws(() => parsePolicy(Buffer.from([0xff])), { code: 'MALFORMED_POLICY' });
  assert.throws(() => parsePolicy(Buffer.alloc(600_000, 10)), { code: 'MALFORMED_POLICY' });
});

test('keeps a witness with a key type that cannot be verified yet', () => {
  const { vkey } = verifierKey('pq.example', 0x06, Buffer.alloc(1312, 1));
  assert.equal(read(`witness pq ${vkey}\nquorum pq\n`).witnesses[0]?.key.type, 6);
});

const EVIDENCE = [{ origin: 'log.example', index: 7 }];
const AS_OF = { origin: 'log.example', size: 9, at: null };
const MISSING = unknown(AS_OF, { code: 'not-cosigned', text: 'it has not cosigned' });
const VOTES: Record<string, Answer> = {
  y: yes(AS_OF, EVIDENCE),
  n: no(AS_OF, { code: 'false', text: 'it is false' }, EVIDENCE),
  u: MISSING,
};

test('counts votes by strong Kleene logic', () => {
  const cases: [string, Answer['kind']][] = [
    ['yyyy', 'yes'],
    ['yyny', 'yes'],
    ['yyuy', 'yes'],
    ['nyyy', 'yes'],
    ['yuuy', 'unknown'],
    ['uuuu', 'unknown'],
    ['yyyu', 'unknown'],
    ['nuuy', 'unknown'],
    ['nnyy', 'no'],
    ['nnuy', 'no'],
    ['yyyn', 'no'],
    ['uuun', 'no'],
    ['nnnn', 'no'],
  ];
  for (const [votes, expected] of cases) {
    assert.equal(answer(read(POLICY), votes).kind, expected, votes);
  }
});

test('names the witness whose cosignature is missing', () => {
  const policy = read(POLICY);
  const result = quorumAnswer(
    policy,
    ({ name }) =>
      name === 'w4'
        ? yes(AS_OF, EVIDENCE)
        : unknown(AS_OF, { code: 'x', text: `${name} is silent` }),
    yes(AS_OF, EVIDENCE),
  );
  assert.equal(result.kind, 'unknown');
  assert.ok(result.kind === 'unknown');
  assert.deepEqual(
    result.because.map((r) => r.text),
    ['w1 is silent', 'w2 is silent', 'w3 is silent'],
  );
});

test('a policy without a quorum needs no witness', () => {
  assert.equal(answer(read(`witness w1 ${W1}\nquorum none\n`), 'n').kind, 'yes');
});

test('evaluates groups with shared members once each', () => {
  const doubling = Array.from({ length: 200 }, (_, i) => {
    const [a, b] = i < 2 ? ['w1', 'w2'] : [`g${i - 1}`, `g${i - 2}`];
    return `group g${i} all ${a} ${b}\n`;
  });
  const policy = read(`witness w1 ${W1}\nwitness w2 ${W2}\n${doubling.join('')}quorum g199\n`);
  assert.equal(answer(policy, 'yy').kind, 'yes');
  assert.equal(answer(policy, 'yu').kind, 'unknown');
});

function read(text: string): TrustPolicy {
  return parsePolicy(Buffer.from(text));
}

function answer(policy: TrustPolicy, votes: string): Answer {
  const vote = (name: string): Answer => VOTES[votes[Number(name.slice(1)) - 1] ?? ''] as Answer;
  return quorumAnswer(policy, ({ name }) => vote(name), yes(AS_OF, EVIDENCE));
}
