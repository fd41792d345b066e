import { ActivityApiError } from './errors.ts';

const FORMS = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?$/;

const DAY_MS = 86_400_000;

/** How long content can be listed and fetched. */
export const RETENTION_MS: number = 7 * DAY_MS;

export type Window = { readonly fromMs: number; readonly toMs: number };

/** Parses `startTime` and `endTime` as strictly as the reference states. */
export function windowOf(query: URLSearchParams, nowMs: number): Window {
  const start = query.get('startTime');
  const end = query.get('endTime');
  if (start === null && end === null) {
    const toMs = Math.floor(nowMs / 1_000) * 1_000;
    return { fromMs: toMs - DAY_MS, toMs };
  }
  if (start === null || end === null) throw new ActivityApiError('AF20030');
  const [fromMs, toMs] = [start, end].map((text, i) => {
    const ms = timeOf(text);
    const name = i === 0 ? 'startTime' : 'endTime';
    if (ms === undefined) throw new ActivityApiError('AF20002', [name, 'datetime']);
    return ms;
  }) as [number, number];
  if (fromMs >= toMs || toMs - fromMs > DAY_MS) throw new ActivityApiError('AF20055');
  // One minute of tolerance, because the client computed "seven days ago" a moment earlier.
  if (fromMs < nowMs - RETENTION_MS - 60_000) throw new ActivityApiError('AF20030');
  return { fromMs, toMs };
}

/** The offset of a page in its window; 0 without `nextPage`. */
export function offsetOf(query: URLSearchParams, window: Window): number {
  const token = query.get('nextPage');
  if (token === null) return 0;
  const match = /^(\d{10})R(\d{12})$/.exec(token);
  if (match === null || match[1] !== hourOf(window)) {
    throw new ActivityApiError('AF20031', [token]);
  }
  return Number(match[2]);
}

/** The link to the page at `offset`. Its path contains `v1`, as in the reference. */
export function nextPageUri(options: {
  readonly origin: string;
  readonly tenantId: string;
  readonly operation: string;
  readonly contentType: string;
  readonly window: Window;
  readonly offset: number;
}): string {
  const { origin, tenantId, operation, contentType, window, offset } = options;
  const query = new URLSearchParams({
    contentType,
    startTime: textOf(window.fromMs),
    endTime: textOf(window.toMs),
    nextPage: `${hourOf(window)}R${String(offset).padStart(12, '0')}`,
  });
  const root = `${origin}/api/v1/${tenantId}/activity/feed`;
  return `${root}/subscriptions/${operation}?${query}`;
}

function hourOf(window: Window): string {
  return textOf(window.fromMs).replace(/\D/g, '').slice(0, 10);
}

/** Accepts the three formats of the reference, all UTC; undefined otherwise. */
function timeOf(text: string): number | undefined {
  if (!FORMS.test(text)) return undefined;
  const [date = '', clock = '00:00'] = text.split('T');
  const whole = `${date}T${clock.length === 5 ? `${clock}:00` : clock}`;
  const ms = Date.parse(`${whole}.000Z`);
  // Some parsers read 31 February as 3 March. Here it is invalid.
  return Number.isNaN(ms) || textOf(ms) !== whole ? undefined : ms;
}

/** The format in page links. */
function textOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** One blob in a list. */
export type Item = {
  readonly contentType: string;
  readonly contentId: string;
  readonly contentUri: string;
  readonly contentCreated: string;
  readonly contentExpiration: string;
};
