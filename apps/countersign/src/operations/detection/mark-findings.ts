import { msOfInstant } from '@countersign/core';
import { z } from 'zod';
import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import { field, instantText } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { findFindings } from '../readers/find-incident.ts';
import { Readers } from '../readers/readers.ts';

const STATUSES = ['new', 'in-progress', 'suppressed', 'resolved'] as const;

type MarkInput = {
  /** The id of a finding or incident, or a part of it. */
  readonly id: string;
  readonly status: (typeof STATUSES)[number];
  readonly reason: string;
  readonly until?: string | undefined;
};

export type MarkedFindings = {
  readonly findings: readonly string[];
  readonly status: string;
  readonly entries: readonly number[];
};

export const markFindings: LedgerOperation<MarkInput, MarkedFindings> = {
  name: 'findings mark',
  summary: 'set the status of a finding',
  description:
    'Sets the status of a finding, or of all findings of an incident. The status becomes a ' +
    'ledger entry. A match after the resolution, or after the end of a suppression, sets the ' +
    'status to "new" again.',
  scope: 'findings:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: z
    .strictObject({
      id: field(z.string().min(1), 'id of a finding or of an incident', { value: 'id' }),
      status: field(z.enum(STATUSES), 'the new status', { value: 'status' }),
      reason: field(z.string().min(1), 'the reason', { value: 'reason' }),
      until: field(instantText.optional(), 'when a suppression ends', { value: 'time' }),
    })
    .refine(({ status, until }) => until === undefined || status === 'suppressed', {
      error: '--until is the end of a suppression: give it with --status suppressed',
    }),
  output: z.strictObject({
    findings: z.array(z.string()),
    status: z.string(),
    entries: z.array(z.int()),
  }),
  examples: [
    {
      summary: 'Suppress the finding of a known backup job',
      input: {
        id: '56c97',
        status: 'suppressed',
        reason: 'nightly backup',
        until: '2026-12-31T00:00:00Z',
      },
      commandLine:
        'findings mark 56c97 --status suppressed --reason "nightly backup" --until 2026-12-31',
      runsOn: 'sample',
    },
  ],
  async run(writer, input, { actor }) {
    const marks = await import('../../detection/findings/mark-findings.ts');
    const { id, status: name, reason, until } = input;
    using readers = new Readers({ dataDir: writer.dir, clock: writer.clock });
    const uids = (await findFindings(await readers.sources(), id)).map(({ uid }) => uid);
    const status = (STATUSES.indexOf(name) + 1) as FindingStatus;
    const untilMs = until === undefined ? null : msOfInstant(until);
    const by = `${actor.who}@${actor.host}`;
    const { entries } = await marks.markFindings(writer, { uids, status, reason, untilMs, by });
    return { findings: uids, status: name, entries };
  },
};
