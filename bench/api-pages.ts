import { START_MS } from './generator.ts';

/** A list of the HTTP interface, or a document that pages show. */
export type ApiList = {
  readonly name: string;
  /** The request for the first page; `n` counts requests. */
  readonly path: (n: number) => string;
};

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Monday to Friday of four weeks. */
const WORKING_DAYS = 20;

const SAME_QUESTION = [
  'findings',
  'incidents',
  'events',
  'people',
  'apps',
  'decisions',
  'coverage',
];

export const LISTS: readonly ApiList[] = [
  { name: 'overview', path: () => '/api/v1/overview?wait=false' },
  ...SAME_QUESTION.map((name) => ({ name, path: () => `/api/v1/${name}?limit=100` })),
  { name: 'events of another hour', path: (n) => `/api/v1/events?limit=100&${anotherHour(n)}` },
];

/** An hour of work, on another day for each of twenty requests. */
function anotherHour(n: number): string {
  const day = n % WORKING_DAYS;
  const fromMs = START_MS + (day + 2 * Math.floor(day / 5)) * DAY_MS + 9 * HOUR_MS;
  const [from, to] = [fromMs, fromMs + HOUR_MS].map((ms) => new Date(ms).toISOString());
  return `from=${from}&to=${to}`;
}

/** Requests for a first page in one run, after one that is not counted. */
const FIRST_PAGES = 20;
/** Pages after each first one. */
const LATER_PAGES = 2;

/** The milliseconds of first pages, and of the pages after them. */
export async function apiPageTimes(
  { path }: ApiList,
  { url, token }: { readonly url: string; readonly token: string },
): Promise<{ readonly first: Float64Array; readonly later: Float64Array }> {
  const first: number[] = [];
  const later: number[] = [];
  const ask = async (question: string): Promise<{ ms: number; next: string | null }> => {
    const started = performance.now();
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}${question}`, { headers });
    const { next = null } = (await response.json()) as { readonly next?: string | null };
    if (response.status !== 200) throw new Error(`${question}: status ${response.status}`);
    return { ms: performance.now() - started, next };
  };
  for (let n = 0; n <= FIRST_PAGES; n++) {
    const question = path(n);
    let { ms, next } = await ask(question);
    if (n > 0) first.push(ms);
    for (let k = 0; k < LATER_PAGES && next !== null; k++) {
      ({ ms, next } = await ask(`${question}&cursor=${encodeURIComponent(next)}`));
      later.push(ms);
    }
  }
  return { first: Float64Array.from(first), later: Float64Array.from(later) };
}
