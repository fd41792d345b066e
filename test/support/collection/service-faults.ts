import type { FaultPlan } from '@countersign/emulator';

const MINUTE_MS = 60_000;

/** The faults of any service: each one alone, and all temporary ones together. */
export function serviceFaults(
  late: Pick<FaultPlan, 'late' | 'lateMs'>,
): Readonly<Record<string, Partial<FaultPlan>>> {
  return {
    'no fault': {},
    throttling: { throttled: 0.3 },
    'server errors': { failing: 0.3 },
    'slow and cut answers': { slow: 0.05, slowMs: 20, cut: 0.2 },
    'expired tokens': { expired: 0.3 },
    'repeated records': { repeated: 0.5 },
    'late records': late,
    'lost records': { lost: 0.2 },
    'a clock ahead': { skewMs: 10 * MINUTE_MS },
    'a clock behind': { skewMs: -10 * MINUTE_MS },
    'HTML and redirects': { html: 0.2, redirected: 0.2 },
    'all temporary faults': {
      ...{ throttled: 0.05, failing: 0.05, cut: 0.05, expired: 0.05, repeated: 0.2, html: 0.05 },
      ...late,
    },
  };
}
