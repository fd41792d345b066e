import { normalizeInstant, tenantId } from '@countersign/core';
import { createMemo, type Reading, read } from '@countersign/ocsf';
import {
  type ContentFile,
  ruleContent,
} from '../apps/countersign/src/detection/rules/rule-content.ts';
import { readContent } from '../apps/countersign/src/operations/host/load-detectors.ts';
import { SignalExtractor } from '../apps/countersign/src/projection/signals/signal-extractor.ts';
import { pieces } from './generator.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const EVENTS = { short: 20_000, long: 100_000 } as const;
/** How often a run evaluates each event. The first rounds warm up the engine. */
const ROUNDS = { short: 5, long: 10 } as const;
const RULES = [150, 1500] as const;
const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');

/**
 * Matches rules against events that are already read: our own rules, extended to 150 and 1500. One
 * core. Includes the part of correlations that depends on a single record.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? EVENTS[options.form];
  const readings = readingsOf(count);
  const own = readContent();
  const variants = RULES.map((rules) => {
    const content = ruleContent({ ...own, rules: [...own.rules, ...more(own.rules, rules)] });
    const signaler = new SignalExtractor(content.plan);
    return {
      name: `${content.plan.rules.length} rules`,
      units: { rate: 'events/s', fitting: '%' },
      targets: rules === 150 ? { rate: { atLeast: 400_000 } } : {},
      measure: async () => measure(signaler, readings, ROUNDS[options.form]),
    };
  });
  return interleaved(variants, options);
}

function measure(
  signaler: SignalExtractor,
  readings: readonly Reading[],
  rounds: number,
): { rate: number; fitting: number } {
  for (const reading of readings) signaler.of(reading);
  let fitting = 0;
  const startMs = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (const reading of readings) if (signaler.of(reading).length > 0) fitting += 1;
  }
  const seconds = (performance.now() - startMs) / 1000;
  const asked = readings.length * rounds;
  return { rate: asked / seconds, fitting: (fitting / asked) * 100 };
}

/** Records in the usual mix. */
function readingsOf(count: number): Reading[] {
  const memo = createMemo();
  const readings: Reading[] = [];
  for (const piece of pieces({ count })) {
    for (const line of piece.toString('utf8').split('\n')) {
      if (line === '') continue;
      const value = JSON.parse(line) as Readonly<Record<string, unknown>>;
      const at = normalizeInstant(String(value['CreationTime'])) ?? '';
      const source = 'm365.export/unified-audit-log';
      readings.push(read({ source, tenant: TENANT, id: String(value['Id']), at, value }, memo));
    }
  }
  return readings;
}

/** Rules about their own operations, in the form of most rules. */
function more(own: readonly ContentFile[], rules: number): ContentFile[] {
  const known = ruleContent({ rules: own, pipelines: [] }).plan.rules.length;
  return Array.from({ length: Math.max(0, rules - known) }, (_, n): ContentFile => {
    const text = `title: Made for the benchmark ${n}
id: 00000000-0000-4000-8000-${String(n).padStart(12, '0')}
logsource: { product: m365, service: audit }
detection:
  selection:
    Operation: ["Operation ${n}", "Other operation ${n}"]
  detail:
    UserId|endswith: "@other-${n}.example"
    ClientIP|cidr: 10.${n % 256}.0.0/16
  filter:
    UserAgent|contains: "script-${n}"
  condition: selection and detail and not filter
level: medium
`;
    return { path: `made/${n}.yml`, text };
  });
}
