import { msOfInstant } from '@countersign/core';
import { z } from 'zod';
import { type FindingStatus, VERDICTS, type Verdict } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { type Fields, field, instantText } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import type { HandlerContext } from '../host/handler-context.ts';
import type { HostWriter } from '../host/open-writer.ts';
import { findFindings, findIncident, knownIncidents } from '../readers/find-incident.ts';
import { Readers } from '../readers/readers.ts';

const STATUSES = ['new', 'in-progress', 'suppressed', 'resolved'] as const;

type MarkInput = {
  /** The id of a finding or incident, or a part of it. */
  readonly id: string;
  readonly status?: (typeof STATUSES)[number] | undefined;
  readonly reason?: string | undefined;
  readonly until?: string | undefined;
  readonly verdict?: Verdict | undefined;
  /** Empty: no one. */
  readonly assignee?: string | undefined;
  readonly comment?: string | undefined;
};

export type MarkedFindings = {
  readonly findings: readonly string[];
  /** Null: as before. */
  readonly status: string | null;
  readonly entries: readonly number[];
};

const MARK_FIELDS: Omit<Fields<MarkInput>, 'id'> = {
  status: field(z.enum(STATUSES).optional(), 'the new status; it needs a reason', {
    value: 'status',
  }),
  reason: field(z.string().min(1).optional(), 'the reason of the status', { value: 'reason' }),
  until: field(instantText.optional(), 'when a suppression ends', { value: 'time' }),
  verdict: field(
    z.enum(VERDICTS).optional(),
    'with "resolved" or "suppressed": was it what the rule searches for? The precision of a rule ' +
      'counts verdicts',
    { value: 'verdict' },
  ),
  assignee: field(z.string().optional(), 'who works on it; an empty name: no one', {
    value: 'name',
  }),
  comment: field(z.string().min(1).optional(), 'a comment', { value: 'text' }),
};

const OUTPUT = z.strictObject({
  findings: z.array(z.string()),
  status: z.string().nullable(),
  entries: z.array(z.int()),
});

/** What every mark is, besides the objects that it is about. */
const COMMON = {
  scope: 'findings:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  output: OUTPUT,
} as const;

const DESCRIPTION =
  'Each change becomes a ledger entry with the name of the person who made it. A match after the ' +
  'resolution, or after the end of a suppression, sets the status to "new" again.';

export const markFindings: LedgerOperation<MarkInput, MarkedFindings> = {
  ...COMMON,
  name: 'findings mark',
  summary: 'set the status of a finding, assign it, or comment on it',
  description:
    'Sets the status or the assignee of a finding, or of all findings of an incident, or adds a ' +
    `comment. ${DESCRIPTION}`,
  input: refined(
    z.strictObject({
      id: field(z.string().min(1), 'id of a finding or of an incident', { value: 'id' }),
      ...MARK_FIELDS,
    }),
  ),
  examples: [
    {
      summary: 'Suppress the finding of a known backup job',
      input: {
        id: '3faa0',
        status: 'suppressed',
        reason: 'nightly backup',
        until: '2026-12-31T00:00:00Z',
      },
      commandLine:
        'findings mark 3faa0 --status suppressed --reason "nightly backup" --until 2026-12-31',
      runsOn: 'sample',
    },
    {
      summary: 'Close a finding as a false alarm',
      input: {
        id: '3faa0',
        status: 'resolved',
        reason: 'our own penetration test',
        verdict: 'false-positive',
      },
      commandLine:
        'findings mark 3faa0 --status resolved --verdict false-positive ' +
        '--reason "our own penetration test"',
      runsOn: 'sample',
    },
    {
      summary: 'Assign a finding, with a comment',
      input: { id: '3faa0', assignee: 'ada', comment: 'asked the owner of the job' },
      commandLine: 'findings mark 3faa0 --assignee ada --comment "asked the owner of the job"',
      runsOn: 'sample',
    },
  ],
  run: (writer, input, by) =>
    mark(writer, input, by, (readers) => findingsNamed(readers, input.id)),
};

export const markIncident: LedgerOperation<MarkInput, MarkedFindings> = {
  ...COMMON,
  name: 'findings mark-incident',
  summary: 'set the status of an incident, assign it, or comment on it',
  description:
    'Sets the status or the assignee of all findings of an incident, or adds a comment to it. ' +
    DESCRIPTION,
  input: refined(
    z.strictObject({
      id: field(z.string().min(1), 'id of an incident, or of one of its findings', {
        value: 'id',
      }),
      ...MARK_FIELDS,
    }),
  ),
  examples: [
    {
      summary: 'Assign an incident',
      input: { id: 'dc026', assignee: 'ada' },
      commandLine: 'findings mark-incident dc026 --assignee ada',
      runsOn: 'sample',
    },
  ],
  run: (writer, input, by) =>
    mark(writer, input, by, async (readers) => {
      const incidents = await knownIncidents(await readers.sources());
      return (await findIncident(incidents, input.id)).findings;
    }),
};

function refined(schema: z.ZodType<MarkInput>): z.ZodType<MarkInput> {
  return schema
    .refine(({ status, until }) => until === undefined || status === 'suppressed', {
      error: '--until is the end of a suppression: give it with --status suppressed',
    })
    .refine(({ status, verdict }) => verdict === undefined || isClosing(status), {
      error: 'a verdict closes a finding: give it with the status "resolved" or "suppressed"',
    })
    .refine(({ status, reason }) => (status === undefined) === (reason === undefined), {
      error: 'a status needs a reason, and a reason needs a status: give both',
    })
    .refine(
      ({ status, assignee, comment }) =>
        status !== undefined || assignee !== undefined || comment !== undefined,
      { error: 'there is nothing to change: give a status, an assignee or a comment' },
    );
}

function isClosing(status: MarkInput['status']): boolean {
  return status === 'resolved' || status === 'suppressed';
}

async function findingsNamed(readers: Readers, id: string): Promise<readonly StoredFinding[]> {
  return findFindings(await readers.sources(), id);
}

async function mark(
  writer: HostWriter,
  input: MarkInput,
  { actor }: HandlerContext,
  chosen: (readers: Readers) => Promise<readonly StoredFinding[]>,
): Promise<MarkedFindings> {
  const marks = await import('../../detection/findings/mark-findings.ts');
  const { status, reason = '', until, verdict, assignee, comment } = input;
  using readers = new Readers({ dataDir: writer.dir, clock: writer.clock });
  const uids = (await chosen(readers)).map(({ uid }) => uid);
  const by = `${actor.who}@${actor.host}`;
  const entries: number[] = [];
  if (assignee !== undefined || comment !== undefined) {
    const name = assignee === undefined ? undefined : assignee.trim();
    const noted = await marks.noteFindings(writer, {
      ...{ uids, comment, by },
      assignee: name === '' ? null : name,
    });
    entries.push(...noted.entries);
  }
  if (status !== undefined) {
    const value = (STATUSES.indexOf(status) + 1) as FindingStatus;
    const untilMs = until === undefined ? null : msOfInstant(until);
    const said = { status: value, reason, untilMs, verdict };
    const marked = await marks.markFindings(writer, { uids, ...said, by });
    entries.push(...marked.entries);
  }
  return { findings: uids, status: status ?? null, entries };
}
