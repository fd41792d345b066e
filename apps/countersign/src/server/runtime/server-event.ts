import { instantOfMs, plural } from '@countersign/core';

/** One line of the server's log. It names no person and holds no secret. */
export type ServeEvent =
  | {
      readonly event: 'started';
      readonly url: string;
      readonly origin: string;
      readonly entries: number;
      readonly collectors: number;
    }
  | {
      readonly event: 'polled';
      readonly collector: string;
      readonly tenant: string;
      readonly windows: number;
      readonly short: number;
      readonly records: number;
      readonly duplicates: number;
      readonly quarantined: number;
      readonly ms: number;
    }
  /** A problem of a service. The ledger records it as well. */
  | { readonly event: 'problem'; readonly collector: string; readonly because: string }
  /** A collector that cannot go on: the ledger failed, or a bug in Countersign. */
  | { readonly event: 'failed'; readonly collector: string; readonly because: string }
  /** A webhook call from another caller than the vendor, or about another tenant. */
  | {
      readonly event: 'webhook-refused';
      readonly tenant: string;
      readonly because: string;
      readonly calls: number;
    }
  | { readonly event: 'disk-low'; readonly freePercent: number }
  | { readonly event: 'disk-enough'; readonly freePercent: number }
  | { readonly event: 'enforcement-started'; readonly url: string }
  | { readonly event: 'enforcement-stopped'; readonly freePercent: number }
  | { readonly event: 'enforcement-resumed'; readonly freePercent: number }
  | { readonly event: 'work-begun'; readonly command: string; readonly who: string }
  | {
      readonly event: 'work-ended';
      readonly command: string;
      readonly outcome: 'done' | 'failed';
      readonly ms: number;
    }
  | { readonly event: 'config-said'; readonly entry: number; readonly what: string }
  /** Counts of the detectors' results. Counts only, because a finding names people. */
  | {
      readonly event: 'detection-run';
      readonly said: number;
      readonly revised: number;
      readonly withdrawn: number;
    }
  | {
      readonly event: 'feed';
      readonly feed: string;
      readonly what: 'failing' | 'recovered' | 'stopped' | 'refused' | 'state-failed';
      readonly because: string;
    }
  | {
      readonly event: 'reloaded';
      readonly sha256: string;
      readonly applied: readonly string[];
      readonly needsRestart: readonly string[];
    }
  | { readonly event: 'reload-refused'; readonly problems: readonly string[] }
  | { readonly event: 'stopping'; readonly because: string }
  | { readonly event: 'stopped'; readonly entries: number };

export type LogServerEvent = (event: ServeEvent) => void;

/** One line in either form. */
export function logLine(atMs: number, event: ServeEvent, form: 'text' | 'json'): string {
  const at = instantOfMs(atMs) ?? '';
  if (form === 'json') return JSON.stringify({ at, ...event });
  return `${at.slice(0, 19)}Z ${textOf(event)}`;
}

function textOf(event: ServeEvent): string {
  switch (event.event) {
    case 'started': {
      const { url, origin, entries, collectors } = event;
      const by = plural(collectors, 'collector');
      return `started ${url}, ledger ${origin} of ${plural(entries, 'entry')}, ${by}`;
    }
    case 'polled': {
      const { collector, windows, short, records, duplicates, quarantined, ms } = event;
      const came = `${plural(records, 'record')}, ${duplicates} known, ${quarantined} quarantined`;
      return `polled ${collector}: ${plural(windows, 'window')}, ${short} short, ${came}, ${ms} ms`;
    }
    case 'problem':
      return `problem ${event.collector}: ${event.because}`;
    case 'failed':
      return `failed ${event.collector}: ${event.because}`;
    case 'webhook-refused': {
      const { tenant, because, calls } = event;
      return `webhook-refused ${plural(calls, 'call')} about tenant ${tenant}: ${because}`;
    }
    case 'disk-low':
      return `disk-low ${event.freePercent} % of the disk are free: collection is paused`;
    case 'disk-enough':
      return `disk-enough ${event.freePercent} % of the disk are free: collection resumes`;
    case 'enforcement-started':
      return `enforcement-started ${event.url}`;
    case 'enforcement-stopped':
      return `enforcement-stopped ${event.freePercent} % of the disk are free: no decisions`;
    case 'enforcement-resumed':
      return `enforcement-resumed ${event.freePercent} % of the disk are free: decisions resume`;
    case 'work-begun':
      return `work-begun ${event.command}, for ${event.who}`;
    case 'work-ended':
      return `work-ended ${event.command}: ${event.outcome} after ${event.ms} ms`;
    case 'config-said':
      return `config-said ${event.what} is entry ${event.entry}`;
    case 'detection-run': {
      const { said, revised, withdrawn } = event;
      const made = plural(said, 'finding');
      return `detection-run: ${made}, ${revised} revised, ${withdrawn} withdrawn`;
    }
    case 'feed':
      return `feed ${event.feed} ${event.what}: ${event.because}`;
    case 'reloaded': {
      const applied = event.applied.join(', ') || 'nothing';
      const more = event.needsRestart.join(', ');
      return `reloaded ${applied}${more === '' ? '' : `; needs a restart: ${more}`}`;
    }
    case 'reload-refused': {
      const found = plural(event.problems.length, 'problem');
      return `reload-refused the configuration has ${found}: ${event.problems.join('; ')}`;
    }
    case 'stopping':
      return `stopping: ${event.because}`;
    case 'stopped':
      return `stopped with ${plural(event.entries, 'entry')}`;
  }
}
