import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../tools/property.ts';
import { type Answer, all, any, NOTHING_ASKED, no, not, unknown, yes } from './answer.ts';
import { lowestWatermark, NOTHING_READ, type Watermark } from './watermark.ts';

const evidenceRef = fc.record({
  origin: fc.constantFrom('log.example/a', 'log.example/b'),
  index: fc.nat(5),
});
const reason = fc.record({
  code: fc.constantFrom('late', 'off', 'lost'),
  text: fc.constant('why'),
});
const observation = fc.record({ what: fc.constantFrom('a canary', 'a second source') });
const watermark: fc.Arbitrary<Watermark> = fc.record(
  {
    origin: fc.constantFrom('log.example/a', 'log.example/b'),
    size: fc.nat(5),
    at: fc.constantFrom(null, '2026-03-02T08:00:00.000Z', '2026-03-02T09:00:00.000Z'),
  },
  { noNullPrototype: true },
);
const evidence = fc.array(evidenceRef, { maxLength: 4 });
const reasons = fc.array(reason, { minLength: 1, maxLength: 3 });
const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.tuple(watermark, evidence).map((of) => yes(...of)),
  fc.tuple(watermark, reasons, evidence).map((of) => no(...of)),
  fc.tuple(watermark, reasons, fc.array(observation, { maxLength: 2 })).map((of) => unknown(...of)),
);
const answers = fc.array(answer, { maxLength: 6 });

/** Equal up to order: evidence, reasons and observations are sets. */
function assertSame(left: Answer, right: Answer): void {
  assert.deepEqual(canonical(left), canonical(right));
}

function canonical(a: Answer): unknown {
  const sorted = (items: readonly object[]): string[] => items.map((i) => JSON.stringify(i)).sort();
  const { kind, asOf } = a;
  switch (a.kind) {
    case 'yes':
      return { kind, asOf, evidence: sorted(a.evidence) };
    case 'no':
      return { kind, asOf, because: sorted(a.because), evidence: sorted(a.evidence) };
    case 'unknown':
      return { kind, asOf, because: sorted(a.because), wouldDecide: sorted(a.wouldDecide) };
  }
}

const AS_OF: Watermark = { origin: 'log.example/a', size: 7, at: null };
const TURNED = { code: 'turned', text: 'the opposite was asked' };

test('agrees with the strong Kleene tables', () => {
  const u = unknown(AS_OF, { code: 'late', text: 'why' });
  const [y, n] = [yes(AS_OF), no(AS_OF, { code: 'off', text: 'why' })];
  const table: [Answer, Answer, string, string][] = [
    [y, y, 'yes', 'yes'],
    [y, n, 'no', 'yes'],
    [y, u, 'unknown', 'yes'],
    [n, n, 'no', 'no'],
    [n, u, 'no', 'unknown'],
    [u, u, 'unknown', 'unknown'],
  ];
  for (const [left, right, conjunction, disjunction] of table) {
    assert.equal(all([left, right]).kind, conjunction);
    assert.equal(all([right, left]).kind, conjunction);
    assert.equal(any([left, right]).kind, disjunction);
    assert.equal(any([right, left]).kind, disjunction);
  }
});

test('does not depend on the order of the answers', () => {
  const shuffled = answers.chain((a) =>
    fc.tuple(fc.constant(a), fc.shuffledSubarray(a, { minLength: a.length })),
  );
  const property = fc.property(shuffled, ([before, after]) => {
    assertSame(all(before), all(after));
    assertSame(any(before), any(after));
  });
  fc.assert(property, runs(300));
});

test('does not depend on how the answers are grouped', () => {
  const property = fc.property(answer, answer, answer, (a, b, c) => {
    for (const combine of [all, any]) {
      assertSame(combine([combine([a, b]), c]), combine([a, combine([b, c])]));
      assertSame(combine([combine([a, b]), c]), combine([a, b, c]));
    }
  });
  fc.assert(property, runs(300));
});

test('combining an answer with itself changes nothing', () => {
  const property = fc.property(answer, (a) => {
    assertSame(all([a, a]), a);
    assertSame(any([a, a]), a);
  });
  fc.assert(property, runs(200));
});

test('a double negation restores the answer, except for the reason of a no', () => {
  const property = fc.property(answer, (a) => {
    const twice = not(not(a, TURNED), TURNED);
    assertSame(twice, a.kind === 'no' ? no(a.asOf, TURNED, a.evidence) : a);
  });
  fc.assert(property, runs(200));
});

test("obeys De Morgan's laws", () => {
  const turned = (a: Answer): Answer => not(a, TURNED);
  const property = fc.property(answers, (a) => {
    assertSame(turned(all(a)), any(a.map(turned)));
    assertSame(turned(any(a)), all(a.map(turned)));
  });
  fc.assert(property, runs(300));
});

test('all distributes over any, by kind', () => {
  const property = fc.property(answer, answer, answer, (a, b, c) => {
    assert.equal(all([a, any([b, c])]).kind, any([all([a, b]), all([a, c])]).kind);
    assert.equal(any([a, all([b, c])]).kind, all([any([a, b]), any([a, c])]).kind);
  });
  fc.assert(property, runs(300));
});

test('combining no answers is never yes', () => {
  assert.deepEqual(all([]), unknown(NOTHING_READ, NOTHING_ASKED));
  assert.deepEqual(any([]), unknown(NOTHING_READ, NOTHING_ASKED));
  const property = fc.property(answers, (a) => {
    if (all(a).kind === 'yes') assert.ok(a.length > 0 && a.every((x) => x.kind === 'yes'));
    if (any(a).kind === 'yes') assert.ok(a.some((x) => x.kind === 'yes'));
    if (any(a).kind === 'no') assert.ok(a.length > 0 && a.every((x) => x.kind === 'no'));
  });
  fc.assert(property, runs(300));
});

test('an unknown without a reason stays unknown', () => {
  const silent: Answer = { kind: 'unknown', asOf: AS_OF, because: [], wouldDecide: [] };
  assert.equal(all([yes(AS_OF), silent]).kind, 'unknown');
  const built = unknown(AS_OF, []);
  assert.ok(built.kind === 'unknown' && built.because.length === 1);
});

test('every no has a reason, for every input', () => {
  const silent: Answer = { kind: 'no', asOf: AS_OF, because: [], evidence: [] };
  for (const said of [no(AS_OF, []), all([silent]), any([silent])]) {
    assert.ok(said.kind === 'no' && said.because.length === 1);
  }
  const property = fc.property(answers, (a) => {
    for (const said of [all(a), any(a), ...a.map((each) => not(each, TURNED))]) {
      assert.ok(said.kind === 'yes' || said.because.length > 0);
    }
  });
  fc.assert(property, runs(200));
});

test('the watermark is the lowest watermark of the parts', () => {
  const property = fc.property(fc.array(answer, { minLength: 1, maxLength: 6 }), (a) => {
    const lowest = lowestWatermark(a.map(({ asOf }) => asOf));
    for (const { asOf } of [all(a), any(a)]) {
      assert.deepEqual(asOf, lowest);
      assert.equal(asOf.size, Math.min(...a.map((part) => part.asOf.size)));
    }
  });
  fc.assert(property, runs(300));
});

test('keeps the evidence and reasons of the deciding answers only', () => {
  const property = fc.property(answers, (a) => {
    for (const combined of [all(a), any(a)]) {
      if (combined.kind === 'unknown') continue;
      const deciding = a.filter((x) => x.kind === combined.kind);
      const expected = new Set(
        deciding.flatMap((x) =>
          x.kind === 'unknown' ? [] : x.evidence.map((e) => JSON.stringify(e)),
        ),
      );
      assert.deepEqual(new Set(combined.evidence.map((e) => JSON.stringify(e))), expected);
      assert.equal(combined.evidence.length, expected.size, 'each piece of evidence appears once');
      if (combined.kind !== 'no') continue;
      const because = new Set(
        deciding.flatMap((x) => (x.kind === 'no' ? x.because : [])).map(({ code }) => code),
      );
      assert.deepEqual(new Set(combined.because.map(({ code }) => code)), because);
    }
  });
  fc.assert(property, runs(300));
});

test('unites all reasons and all deciding observations', () => {
  const property = fc.property(fc.array(answer, { minLength: 1, maxLength: 6 }), (a) => {
    const combined = all(a);
    if (combined.kind !== 'unknown') return;
    const undecided = a.flatMap((x) => (x.kind === 'unknown' ? [x] : []));
    const codes = new Set(undecided.flatMap((x) => x.because.map((r) => r.code)));
    const whats = new Set(undecided.flatMap((x) => x.wouldDecide.map((o) => o.what)));
    assert.deepEqual(new Set(combined.because.map((r) => r.code)), codes);
    assert.deepEqual(new Set(combined.wouldDecide.map((o) => o.what)), whats);
  });
  fc.assert(property, runs(300));
});

test('does not change its arguments', () => {
  const property = fc.property(answers, (a) => {
    const before = JSON.stringify(a);
    all(a);
    any(a);
    assert.equal(JSON.stringify(a), before);
  });
  fc.assert(property, runs(100));
});

test('holds the evidence of a year of a large company', () => {
  const many = Array.from({ length: 400_000 }, (_, index) => ({ origin: 'log', index }));
  const combined = all([yes(AS_OF, many), yes(AS_OF)]);
  assert.ok(combined.kind === 'yes' && combined.evidence.length === many.length);
});
