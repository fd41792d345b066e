import { OCSF_VERSION, type OcsfEvent } from '@countersign/ocsf';
import { z } from 'zod';
import { listConclusion, reasonsOf } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import type { ListOperation, Rows } from '../definition/operation.ts';
import { entriesSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { untilAborted } from '../definition/until-aborted.ts';
import { idOr } from '../readers/ids.ts';
import { type TimelineLine, withHoles } from './timeline-lines.ts';

type TimelineInput = PeriodInput & {
  readonly user?: string | undefined;
  readonly ip?: string | undefined;
  readonly session?: string | undefined;
  readonly app?: string | undefined;
};

export const timeline: ListOperation<TimelineInput, OcsfEvent, Rows<TimelineLine>> = {
  name: 'timeline',
  summary: 'list events in time order',
  description: 'Lists events in time order, each action once. --json prints OCSF 1.8.0.',
  scope: 'events:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    user: field(z.string().optional(), 'the actor: UPN in any case, object id, PUID or SID', {
      value: 'who',
    }),
    ip: field(z.string().optional(), 'only events from this address', { value: 'ip' }),
    session: field(z.string().optional(), 'only events of this session', { value: 'id' }),
    app: field(z.string().optional(), 'only events of this application: id or name', {
      value: 'app',
    }),
    ...PERIOD_FIELDS,
  }),
  // The tables of OCSF say more of each class.
  output: z.looseObject({
    class_uid: z.int(),
    type_uid: z.int(),
    time: z.number(),
    metadata: z.looseObject({ version: z.literal(OCSF_VERSION) }),
    unmapped: z.looseObject({ entries: entriesSchema }),
  }),
  examples: [
    {
      summary: 'What did one address do?',
      input: { ip: '192.0.2.118' },
      commandLine: 'timeline --ip 192.0.2.118',
      runsOn: 'sample',
    },
    {
      summary: 'One person on one day, as OCSF events',
      input: {
        user: 'scanops@northmoor.example',
        from: '2026-03-02T00:00:00Z',
        to: '2026-03-03T00:00:00Z',
      },
      commandLine:
        'timeline --user scanops@northmoor.example --from 2026-03-02 --to 2026-03-03 --json',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant, dataDir, signal, notice }, input) {
    const { ErasureIndex } = await import('../../projection/entries/erasure-index.ts');
    const { EventBuilder } = await import('../../projection/event-builder.ts');
    const { RowNames } = await import('../readers/row-names.ts');
    const { ledger, store, head } = await readers.sources();
    const user = await idOr(input.user, { store, column: 'actor_uid', what: 'person' });
    const session = await idOr(input.session, { store, column: 'session_uid', what: 'session' });
    const app = await idOr(input.app, { store, column: 'app_uid', what: 'application' });
    const erasures = await ErasureIndex.read({ store, reader: ledger, dir: dataDir });
    const filter = {
      ...{ user, ip: input.ip, session, app, tenant, ...periodOf(input) },
      isSubject: erasures.isSubject.bind(erasures),
    };
    const { rows, coverage } = await store.timeline(filter, head);
    let count = 0;
    const events = counted(untilAborted(rows, signal), () => count++);
    const because = reasonsOf(coverage.answer);
    return {
      view: withHoles(events, { holes: coverage.holes, erasures, names: new RowNames(store) }),
      conclude: async () => listConclusion({ count, because }, notice),
      [Symbol.asyncIterator]: () => new EventBuilder(ledger).ofRows(events, erasures),
    };
  },
};

async function* counted<Item>(items: AsyncIterable<Item>, count: () => void): AsyncGenerator<Item> {
  for await (const item of items) {
    count();
    yield item;
  }
}
