import type { FaultPlan, SeededRandom } from '@countersign/emulator';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How records are withheld in a run; a client may or may not be able to detect it. */
export type WithheldRecords =
  | { readonly kind: 'none' }
  /** This share of all records, including canaries, from every source. */
  | { readonly kind: 'uniform'; readonly share: number }
  /** Some records of people, from every source. */
  | { readonly kind: 'aimed' }
  /** Some records of people, only from the Activity API. */
  | { readonly kind: 'aimed-at-lists' }
  /** A share of all records, only from the Activity API. */
  | { readonly kind: 'unlisted'; readonly share: number }
  /** A share of all records, only from Graph's audit search. */
  | { readonly kind: 'unsearched'; readonly share: number };

/** The faults of one run, drawn from its seed. */
export type DrawnFaults = {
  readonly withholding: WithheldRecords;
  /** Temporary faults. */
  readonly passing: Partial<FaultPlan>;
  /** Faults that lose records permanently, and can be detected. */
  readonly lasting: Partial<FaultPlan>;
  /** Hours of the run without collection. */
  readonly away: { readonly from: number; readonly to: number } | undefined;
  /** The hour in which the collecting process ends, and another continues. */
  readonly restart: number | undefined;
};

/** `hours` of activity from `startMs` on. */
export function drawFaults(
  random: SeededRandom,
  { startMs, hours }: { readonly startMs: number; readonly hours: number },
): DrawnFaults {
  const withholding = withholdingOf(random.fork('withholding'));
  const other = random.fork('others');
  const awayFrom = other.int(1, hours - 6);
  return {
    withholding,
    passing: temporaryFaults(random.fork('passing')),
    lasting: {
      ...lastingFaults(random.fork('lasting'), { startMs, hours }),
      ...planOf(withholding),
    },
    away: other.chance(0.25) ? { from: awayFrom, to: awayFrom + other.int(1, 5) } : undefined,
    restart: other.chance(0.25) ? other.int(2, hours) : undefined,
  };
}

function withholdingOf(random: SeededRandom): WithheldRecords {
  const share = random.pick([0.005, 0.02, 0.05, 0.1]);
  const kinds: readonly WithheldRecords[] = [
    { kind: 'none' },
    { kind: 'uniform', share },
    { kind: 'uniform', share },
    { kind: 'aimed' },
    { kind: 'aimed-at-lists' },
    { kind: 'unlisted', share },
    { kind: 'unsearched', share: share / 10 },
  ];
  return random.pick(kinds);
}

function planOf(withholding: WithheldRecords): Partial<FaultPlan> {
  // By the random id: one record of people in two hundred.
  const isAimedAt: FaultPlan['aimed'][number] = ({ id }, { truth }) =>
    truth.scenario === 'at work' && Number.parseInt(id.slice(0, 6), 16) < 0.005 * 2 ** 24;
  switch (withholding.kind) {
    case 'none':
      return {};
    case 'uniform':
      return { lost: withholding.share };
    case 'aimed':
      return { aimed: [isAimedAt] };
    case 'aimed-at-lists':
      return { unlistedAims: [isAimedAt] };
    case 'unlisted':
      return { unlisted: withholding.share };
    case 'unsearched':
      return { unsearched: withholding.share };
  }
}

const PASSING: readonly Partial<FaultPlan>[] = [
  { throttled: 0.05 },
  { failing: 0.1 },
  { cut: 0.05 },
  { expired: 0.1 },
  { duplicated: 0.2 },
  { repeated: 0.2 },
  { late: 0.02, lateMs: [HOUR_MS, 4 * HOUR_MS] },
  { hidden: 0.1, hiddenMs: 30 * MINUTE_MS },
  { looping: 0.05 },
  { skewMs: 7 * MINUTE_MS },
  { skewMs: -7 * MINUTE_MS },
  { html: 0.03 },
  { redirected: 0.03 },
  { slow: 0.05, slowMs: 5 },
  { foreign: 0.02 },
];

function temporaryFaults(random: SeededRandom): Partial<FaultPlan> {
  const drawn = PASSING.filter(() => random.chance(0.25));
  return Object.assign({}, ...drawn) as Partial<FaultPlan>;
}

function lastingFaults(
  random: SeededRandom,
  { startMs, hours }: { readonly startMs: number; readonly hours: number },
): Partial<FaultPlan> {
  const at = (from: number, to: number): number => startMs + random.int(from, to) * HOUR_MS;
  const outFromMs = at(4, hours - 3);
  const lasting: readonly Partial<FaultPlan>[] = [
    { gone: 0.01 },
    { deep: 0.01 },
    { disabled: [{ contentType: 'Audit.Exchange', atMs: at(2, hours - 2), by: 'a tenant admin' }] },
    {
      outages: [
        {
          ...{ workload: 'SharePoint', afterwards: random.pick(['late', 'lost'] as const) },
          ...{ fromMs: outFromMs, toMs: outFromMs + random.int(2, 4) * HOUR_MS },
        },
      ],
    },
  ];
  return Object.assign({}, ...lasting.filter(() => random.chance(0.25))) as Partial<FaultPlan>;
}
