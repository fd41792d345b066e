import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../tools/property.ts';
import { instant, instantOfMs, msOfInstant, normalizeInstant, plainInstantMs } from './instant.ts';

const NORMAL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{0,6}[1-9])?Z$/;
const anyMs = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });

const FORMS: readonly [string, string][] = [
  ['2024-01-12T08:31:07', '2024-01-12T08:31:07Z'],
  ['2024-01-12T08:31:07Z', '2024-01-12T08:31:07Z'],
  ['2024-01-12T08:31:07z', '2024-01-12T08:31:07Z'],
  ['2024-01-12t08:31:07', '2024-01-12T08:31:07Z'],
  ['2024-01-12 08:31:07', '2024-01-12T08:31:07Z'],
  ['2024-01-12 08:31:07Z', '2024-01-12T08:31:07Z'],
  [' 2024-01-12T08:31:07 ', '2024-01-12T08:31:07Z'],
  ['2024-01-12T08:31', '2024-01-12T08:31:00Z'],
  ['2024-01-12', '2024-01-12T00:00:00Z'],
  ['2024-01-12T08:31:07.0000000Z', '2024-01-12T08:31:07Z'],
  ['2024-01-12T08:31:07.1200000Z', '2024-01-12T08:31:07.12Z'],
  ['2024-01-12T08:31:07.1234567Z', '2024-01-12T08:31:07.1234567Z'],
  ['2024-01-12T08:31:07.123456789Z', '2024-01-12T08:31:07.1234567Z'],
  ['2024-01-12T08:31:07,5Z', '2024-01-12T08:31:07.5Z'],
  ['2024-01-12T08:31:07.0000001', '2024-01-12T08:31:07.0000001Z'],
  ['2024-01-12T08:31:07+02:00', '2024-01-12T06:31:07Z'],
  ['2024-01-12T08:31:07.25+0530', '2024-01-12T03:01:07.25Z'],
  ['2024-01-01T00:30:00+01:00', '2023-12-31T23:30:00Z'],
  ['2024-12-31T23:30:00-01:00', '2025-01-01T00:30:00Z'],
  ['2024-02-29T00:00:00', '2024-02-29T00:00:00Z'],
  ['0001-01-01T00:00:00', '0001-01-01T00:00:00Z'],
  ['9999-12-31T23:59:59.9999999', '9999-12-31T23:59:59.9999999Z'],
  ['/Date(1728364117000)/', '2024-10-08T05:08:37Z'],
  ['/Date(1728364117120)/', '2024-10-08T05:08:37.12Z'],
  ['/Date(1728364117100+0200)/', '2024-10-08T05:08:37.1Z'],
  ['/Date(-1)/', '1969-12-31T23:59:59.999Z'],
  ['6/15/2021 3:06:37 PM', '2021-06-15T15:06:37Z'],
  ['6/1/2023 12:12:18 AM', '2023-06-01T00:12:18Z'],
  ['6/1/2023 12:12:18 PM', '2023-06-01T12:12:18Z'],
  ['06/15/2021, 03:06:37 pm', '2021-06-15T15:06:37Z'],
  ['6/15/2021 15:06', '2021-06-15T15:06:00Z'],
  // .NET 8 and later write a narrow no-break space before AM and PM.
  ['6/15/2021 3:06:37\u202fPM', '2021-06-15T15:06:37Z'],
  // With full stops, the day always comes first.
  ['15.06.2021 15:06:37', '2021-06-15T15:06:37Z'],
  ['1.6.2021, 15:06:37.123', '2021-06-01T15:06:37.123Z'],
  ['Jun 1, 2023 12:12:18 AM', '2023-06-01T00:12:18Z'],
  ['Jun 1, 2023 @ 15:06:37.250', '2023-06-01T15:06:37.25Z'],
  ['Thu, 01 Jun 2023 15:06:37 GMT', '2023-06-01T15:06:37Z'],
  ['Thu Jun 01 2023 15:06:37 GMT+0200', '2023-06-01T13:06:37Z'],
  ['1-Jun-2023 15:06:37', '2023-06-01T15:06:37Z'],
];

for (const [written, normal] of FORMS) {
  test(`reads ${JSON.stringify(written)} as ${normal}`, () => {
    assert.equal(normalizeInstant(written), normal);
  });
}

const REFUSED: readonly string[] = [
  '',
  ' ',
  'yesterday',
  '2024',
  '2024-01',
  '2024-13-01',
  '2024-00-01',
  '2024-01-00',
  '2024-01-32',
  '2023-02-29T00:00:00',
  '2023-02-30T08:31:07Z',
  '2024-01-12T24:00:00',
  '2024-01-12T08:60:00',
  '2024-01-12T08:31:60',
  '2024-01-12T8:31:007',
  '2024-01-12T 8:31:07',
  '2024/01/12T08:31:07',
  '2024-01-12T08:31:07+24:00',
  '2024-01-12T08:31:07+02:60',
  '2024-01-12T08:31:07ZZ',
  '0000-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '12 January T2024 08',
  'Jan 12 24T08:31:07 ',
  '15/6/2021 3:06:37 PM',
  '6/15/2021 13:06:37 PM',
  '6/15/2021 0:06:37 AM',
  '6/15/21 3:06:37 PM',
  '31.02.2021 15:06:37',
  '15.06.21 15:06:37',
  'Foo 1, 2023 12:12:18 AM',
  'Jun 31, 2023 12:12:18 AM',
  'Jun 2023 12:12:18',
  '/Date(999999999999999)/',
  '/Date()/',
  '1728364117000',
  `2024-01-12T08:31:07${' '.repeat(100_000)}Z`,
];

for (const text of REFUSED) {
  test(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.equal(normalizeInstant(text), undefined);
  });
}

test('never throws; returns the normal form or undefined', () => {
  const almost = fc.stringMatching(/^[0-9TZ:. \-+/AMPDate(),]{0,30}$/);
  const property = fc.property(fc.oneof(fc.string(), almost), (text) => {
    const normal = normalizeInstant(text);
    if (normal === undefined) return;
    assert.match(normal, NORMAL);
    assert.ok(Number.isInteger(msOfInstant(normal)));
  });
  fc.assert(property, runs(3000));
});

test('keeps a time that is already in the normal form', () => {
  const property = fc.property(anyMs, fc.nat(9_999_999), (ms, ticks) => {
    const seconds = (instantOfMs(Math.floor(ms / 1000) * 1000) as string).slice(0, 19);
    const decimals = String(ticks).padStart(7, '0').replace(/0+$/, '');
    const normal = decimals === '' ? `${seconds}Z` : `${seconds}.${decimals}Z`;
    assert.equal(normalizeInstant(normal), normal);
  });
  fc.assert(property, runs(500));
});

/** Mostly times in the form of records, on days and hours at the edge of their range. */
const likePlain = fc
  .tuple(
    fc.constantFrom('2024-02-', '2023-02-', '1900-02-', '2000-02-', '2025-04-', '0000-01-', '20'),
    fc.constantFrom('00', '01', '28', '29', '30', '31', '32', '25-12-31', '25-00-10', '2x'),
    fc.constantFrom('T', 't', ' ', ''),
    fc.constantFrom('08:31:07', '23:59:59', '24:00:00', '08:60:00', '08:31:60', '8:31:07'),
    fc.constantFrom(
      '',
      '.',
      '.0',
      '.5',
      '.120',
      '.1234567',
      '.000000000',
      '.123456789',
      '.1234567890',
    ),
    fc.constantFrom('', 'Z', 'z', '+00:00', ' '),
  )
  .map((parts) => parts.join(''));

test('reads a time without a regular expression as with one', () => {
  // A space in front is skipped, but keeps the text from the short way.
  const property = fc.property(likePlain, (text) => {
    assert.equal(normalizeInstant(text), normalizeInstant(` ${text}`));
  });
  fc.assert(property, runs(5000));
});

test('counts the milliseconds of a plain time as Date does', () => {
  const property = fc.property(anyMs, (ms) => {
    const secondMs = Math.floor(ms / 1000) * 1000;
    const text = instantOfMs(secondMs) as string;
    assert.equal(plainInstantMs(text), secondMs);
    assert.equal(plainInstantMs(text.slice(0, -1)), secondMs);
  });
  fc.assert(property, runs(1000));
  for (const text of ['2023-02-29T00:00:00Z', '2024-01-12', '2024-01-12T08:31:07.5Z', 'soon', '']) {
    assert.ok(Number.isNaN(plainInstantMs(text)), text);
  }
});

test('converts milliseconds to the normal form and back', () => {
  const property = fc.property(anyMs, (ms) => {
    const normal = instantOfMs(ms);
    assert.ok(normal !== undefined);
    assert.match(normal, NORMAL);
    assert.equal(msOfInstant(normal), ms);
    assert.equal(normalizeInstant(normal), normal);
  });
  fc.assert(property, runs(1000));
});

test('reads one instant in any time zone as the same instant', () => {
  const property = fc.property(
    fc.integer({ min: 0, max: 4_000_000_000 }),
    fc.integer({ min: -1439, max: 1439 }),
    (seconds, offsetMinutes) => {
      const local = new Date((seconds + offsetMinutes * 60) * 1000).toISOString().slice(0, 19);
      const clock = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
      const zone = clock.map((n) => String(n).padStart(2, '0')).join(':');
      const written = `${local}${offsetMinutes < 0 ? '-' : '+'}${zone}`;
      assert.equal(normalizeInstant(written), instantOfMs(seconds * 1000));
    },
  );
  fc.assert(property, runs(500));
});

test('reads the same time from ISO, the US form and .NET', () => {
  const property = fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
    const date = new Date(seconds * 1000);
    const us = date.toLocaleString('en-US', { timeZone: 'UTC' });
    const expected = `${date.toISOString().slice(0, 19)}Z`;
    assert.equal(normalizeInstant(us), expected);
    assert.equal(normalizeInstant(`/Date(${date.getTime()})/`), expected);
    assert.equal(normalizeInstant(date.toISOString()), expected);
  });
  fc.assert(property, runs(300));
});

test('cuts decimals below a millisecond instead of rounding up into the next second', () => {
  assert.equal(msOfInstant('2024-01-12T08:31:07.9999999Z') % 1000, 999);
  assert.equal(msOfInstant('2024-01-12T08:31:07.5Z') % 1000, 500);
});

test('has no normal form for times outside the years 0000 to 9999', () => {
  for (const ms of [-1e15, 1e15, Number.NaN, Infinity, 8.64e15 + 1]) {
    assert.equal(instantOfMs(ms), undefined);
  }
});

test('an error about an unreadable time shows the expected form and a short excerpt', () => {
  assert.throws(
    () => instant(`\u001b[31m${'x'.repeat(5000)}`),
    (error: Error) => {
      assert.match(error.message, /write it as 2024-01-31/);
      assert.ok(error.message.length < 250);
      assert.ok(!error.message.includes('\u001b'));
      return true;
    },
  );
  assert.throws(() => instant('soon'), { code: 'INVALID_INSTANT' });
});
