import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Population } from '../population/population.ts';
import { type Holder, phoneFirstMs, phoneSession, phoneToken, SLOTS } from './sessions.ts';

const FROM_MS = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;
const DAYS = 40;

const population = new Population({ seed: 'sessions', size: 120 });

function* holders(): Generator<Holder> {
  const { key } = population.tenant;
  for (let index = 0; index < population.size; index++) {
    const traits = population.traits(index);
    if (traits.hasPhone) yield { seed: 'sessions', key, index, traits };
  }
}

/** Start times of phone sessions, over several weeks. */
function starts(holder: Holder): ReadonlySet<number> {
  const found = new Set<number>();
  for (let day = 0; day < DAYS; day++) {
    found.add(phoneSession(holder, FROM_MS + day * DAY_MS).startMs);
  }
  return found;
}

test('no program on a phone uses a token before it was issued', () => {
  let checked = 0;
  for (const holder of holders()) {
    for (const startMs of starts(holder)) {
      for (const slot of [SLOTS.outlookMobile, SLOTS.teamsMobile]) {
        const firstMs = phoneFirstMs(startMs, slot);
        for (let atMs = startMs - 100; atMs < firstMs + 100; atMs += 50) {
          const { issuedMs } = phoneToken(holder, slot, atMs);
          assert.ok(issuedMs <= atMs, `${issuedMs - atMs} ms too early`);
        }
        assert.equal(phoneToken(holder, slot, firstMs).issuedMs, firstMs);
        checked++;
      }
    }
  }
  assert.ok(checked > 300, `only ${checked} beginnings were looked at`);
});
