import { DelaySketch, type Observation, parseObservation } from '@countersign/coverage';
import { LeafParser, LedgerReader } from '@countersign/ledger/reader';
import { readChunk, readInputs } from '@countersign/m365/files';
import { parseBody } from '../../projection/deliveries.ts';
import type { TenantObservation } from './compare-tenant.ts';
import type { Delays } from './emulator-description.ts';
import { RecordFormTable } from './record-form-table.ts';

/** The observations of a tenant, with record counts. */
export type SeenTenant = TenantObservation & {
  readonly records: number;
  /** Input that could not be parsed as records. */
  readonly rejected: number;
};

/** Observes the ledger: its records, and the delays and errors that collectors noted. */
export async function seenOfLedger(
  dir: string,
  options: { readonly tenant: string | undefined; readonly signal: AbortSignal },
): Promise<SeenTenant> {
  const ledger = await LedgerReader.open(dir);
  const book = new RecordFormTable();
  const observed = new TenantObservations();
  const leaves = new LeafParser();
  try {
    for await (const batch of ledger.scan()) {
      options.signal.throwIfAborted();
      for (let position = 0; position < batch.count; position++) {
        const { kind, source, tenant } = leaves.parse(batch.leaf(position));
        if (kind !== 'record' && kind !== 'coverage') continue;
        const body = batch.body(position);
        if (body.kind === 'erased') continue;
        const value = parseBody(body.bytes);
        if (kind === 'record') {
          if (options.tenant === undefined || tenant === options.tenant) book.add(source, value);
          continue;
        }
        const seen = parseObservation(value);
        if (seen !== undefined) observed.add(seen, options.tenant);
      }
    }
  } finally {
    ledger.close();
  }
  return { ...observed.seen(), kinds: book.list(), records: book.records, rejected: 0 };
}

/** Observes files: captures of a tenant that need no import. */
export async function seenOfPaths(
  paths: readonly string[],
  signal: AbortSignal,
): Promise<SeenTenant> {
  const book = new RecordFormTable();
  let rejected = 0;
  const reject = (): void => {
    rejected += 1;
  };
  const sink = {
    record: ({ source }: { source: string }, value: unknown) => book.add(source, value),
    reject,
    page: () => undefined,
    addCompleteness: () => undefined,
  };
  for await (const event of readInputs(paths.map((path) => ({ kind: 'path', path })))) {
    signal.throwIfAborted();
    if (event.kind === 'refused' || event.kind === 'reject') reject();
    if (event.kind === 'chunk')
      readChunk(event.chunk, { importNumber: 0, tenant: undefined }, sink);
  }
  const nothing = { delays: [], errors: new Map<string, number>() };
  return { ...nothing, kinds: book.list(), records: book.records, rejected };
}

/** Collects delays by source, and error codes, from observation entries. */
class TenantObservations {
  readonly #delays = new Map<string, DelaySketch>();
  readonly #errors = new Map<string, number>();

  add(seen: Observation, tenant: string | undefined): void {
    if (tenant !== undefined && seen.tenant !== tenant) return;
    // The observation of all workloads includes that of each.
    if (seen.workload !== null || seen.collector === 'canary') return;
    if (seen.code !== null) this.#errors.set(seen.code, (this.#errors.get(seen.code) ?? 0) + 1);
    if (seen.delays === null) return;
    const sketch = this.#delays.get(seen.source) ?? new DelaySketch();
    sketch.addObserved(seen.delays);
    this.#delays.set(seen.source, sketch);
  }

  seen(): Pick<TenantObservation, 'delays' | 'errors'> {
    const delays = [...this.#delays].flatMap(([source, sketch]): Delays[] => {
      const found = sketch.observed();
      return found === null ? [] : [{ source, n: found.n, p50Ms: found.p50Ms, p99Ms: found.p99Ms }];
    });
    return { delays: delays.sort((a, b) => (a.source < b.source ? -1 : 1)), errors: this.#errors };
  }
}
