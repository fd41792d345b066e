import { OWN_TENANT, type RecordDraft } from '@countersign/core';

/** The same record for the same number, between 30 bytes and 9 KB. */
export function numbered(number: number): RecordDraft {
  const filler = 'x'.repeat((number * 7919) % (number % 50 === 0 ? 9000 : 300));
  return {
    kind: 'record',
    tenant: OWN_TENANT,
    source: 'other/json',
    id: `record ${number}`,
    at: '2026-01-31T08:00:00Z',
    body: Buffer.from(`{"number":${number},"filler":"${filler}"}`),
    locus: number % 3 === 0 ? undefined : { importNumber: 1, row: number, offset: 0, length: 9 },
  };
}
