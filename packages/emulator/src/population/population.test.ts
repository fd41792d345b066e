import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Population } from './population.ts';

const population = new Population({ seed: 'people', size: 1_000_000 });

test('any of a million people is created alone, and always the same', () => {
  const again = new Population({ seed: 'people', size: 1_000_000 });
  for (const index of [0, 1, 99_999, 100_000, 765_432, 999_999]) {
    assert.deepEqual(again.person(index), population.person(index));
  }
});

test('finds people by object id and by name', () => {
  for (const index of [0, 7, 99_999, 100_001, 999_999]) {
    const { objectId, upn } = population.person(index);
    assert.equal(population.personByObjectId(objectId)?.index, index);
    assert.equal(population.personByUpn(upn.toUpperCase())?.index, index);
  }
  assert.equal(population.personByObjectId('00000000-0000-4000-8000-000000000000'), undefined);
  assert.equal(population.personByUpn('nobody@nowhere.example'), undefined);
  assert.equal(population.personByUpn('svc-scan-operations@nowhere.example'), undefined);
});

test('names and ids are unique', () => {
  const seen = new Set<string>();
  const people = 20_000;
  for (let index = 0; index < people; index++) {
    // Half of them come after all names were used once.
    const { upn, objectId } = population.person(index + (index % 2) * 100_000);
    seen.add(upn).add(objectId);
  }
  assert.equal(seen.size, 2 * people);
});

test('the smallest company has an administrator, a help desk and a board', () => {
  const small = new Population({ seed: 1, size: 10 });
  const people = Array.from({ length: 10 }, (_, index) => small.person(index));
  assert.ok(people.some((person) => person.isAdministrator));
  assert.ok(people.some((person) => person.isHelpDesk));
  assert.equal(people[0]?.jobTitle, 'Chief Executive');
});

test('refuses an invalid population', () => {
  for (const size of [9, 1_000_001, 12.5, Number.NaN]) {
    assert.throws(() => new Population({ seed: 1, size }), RangeError);
  }
});

test('every address and domain is unassigned', () => {
  const documentation = /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.|^2001:db8:/;
  const shared = /^198\.1[89]\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;
  const own = new RegExp(`${documentation.source}|${shared.source}`);
  for (let index = 0; index < 2000; index++) {
    const { home, office, upn } = population.person(index * 499);
    assert.match(home.ip, own);
    assert.match(office.ip, own);
    assert.match(upn, /\.example$/);
  }
});
