import type { Page } from 'playwright-core';
import type { RunningService } from '../test/support/api/running-service.ts';
import { ConsoleBrowser } from '../test/support/console/console-browser.ts';
import type { ServerProcess } from '../test/support/server-process.ts';
import { type ApiList, apiPageTimes, LISTS } from './api-pages.ts';
import { BUSY, BUSY_ACTIONS, consoleLedger, MONTH, withPolling } from './console-ledger.ts';
import { type BenchOptions, type Figure, interleaved, number, type Variant } from './harness.ts';
import { quantile } from './http-load.ts';

/** How often each page is opened in one run. */
const VIEWS = { short: 4, long: 20 } as const;
const KEY_PRESSES = 30;

const FIRST_VIEW = { 'first view': { atMost: 1000 } } as const;
const PAGE = { p95: { atMost: 150 } } as const;
const STATEMENT = { 'first paint': { atMost: 500 } } as const;
const INTERACTION = { longest: { atMost: 200 } } as const;

/** Pages with a list: where the navigation leads, and what shows that it is there. */
const PAGES = ['Incidents', 'People', 'Apps', 'Access', 'Coverage'] as const;

export const MEASURES_THIS_ONLY = true;

/**
 * The interface and its pages over a large ledger, while a tenant's events arrive: the time of a
 * page of each list, and of views of the web console in a real Chromium.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const dir = await consoleLedger(options);
  return withPolling({ folder: options.folder, dir }, async (serving) => {
    const token = await serving.token();
    const lists = LISTS.map((list) => ofList(list, { url: serving.url, token }));
    await using browser = await openBrowser(options, dir, serving);
    if (browser === undefined) return await interleaved(lists, options);
    const cold = await firstView(browser);
    options.log(`Today after a start: first view ${number(cold)}`);
    const views = viewsOf(browser, options, await hasBusyPerson(serving));
    return [coldFigure(cold), ...(await interleaved([...lists, ...views], options))];
  });
}

/** Nothing was asked of the service before. */
function coldFigure(ms: number): Figure {
  const { 'first view': target } = FIRST_VIEW;
  return { name: 'Today after a start: first view', unit: 'ms', values: [ms], target };
}

function ofList(list: ApiList, at: { readonly url: string; readonly token: string }): Variant {
  const units = { p50: 'ms', p95: 'ms', 'later p95': 'ms' };
  const targets = { p95: { atMost: 150 }, 'later p95': { atMost: 150 } };
  return {
    ...{ name: `interface, ${list.name}`, units, targets },
    measure: async () => {
      const { first, later } = await apiPageTimes(list, at);
      return {
        p50: quantile(first, 0.5),
        p95: quantile(first, 0.95),
        ...(later.length > 0 && { 'later p95': quantile(later, 0.95) }),
      };
    },
  };
}

async function openBrowser(
  { folder, log }: BenchOptions,
  dir: string,
  server: ServerProcess,
): Promise<ConsoleBrowser | undefined> {
  const none = (): never => {
    throw new Error('the benchmark has a token of its own');
  };
  const running: RunningService = { dir, config: '', url: server.url, server, newToken: none };
  const skip = (because?: string): void => log(`no views: ${because}`);
  return ConsoleBrowser.start({ skip }, folder, async () => running);
}

async function hasBusyPerson(serving: ServerProcess): Promise<boolean> {
  const path = `/api/v1/people?text=${encodeURIComponent(BUSY)}&limit=1`;
  const { items } = await serving.ask<{ readonly items: readonly unknown[] }>(path);
  return items.length > 0;
}

function viewsOf(browser: ConsoleBrowser, { form }: BenchOptions, hasBusy: boolean): Variant[] {
  const times = VIEWS[form];
  const ofStatement: Variant = {
    name: `statement of ${BUSY_ACTIONS} actions`,
    ...{ units: { 'first paint': 'ms' }, targets: STATEMENT },
    measure: async () => ({ 'first paint': await statement(browser) }),
  };
  return [
    {
      ...{ name: 'Today', units: { 'first view': 'ms' }, targets: FIRST_VIEW },
      measure: async () => ({ 'first view': await firstView(browser) }),
    },
    {
      ...{ name: 'list pages', units: { p50: 'ms', p95: 'ms' }, targets: PAGE },
      measure: async () => {
        const took = await listPages(browser, times);
        return { p50: quantile(took, 0.5), p95: quantile(took, 0.95) };
      },
    },
    ...(hasBusy ? [ofStatement] : []),
    {
      name: 'interaction to next paint',
      ...{ units: { longest: 'ms' }, targets: INTERACTION },
      measure: async () => ({ longest: await longestInteraction(browser) }),
    },
  ];
}

async function firstView(browser: ConsoleBrowser): Promise<number> {
  const page = await browser.open('/settings');
  const started = performance.now();
  await page.goto(`${browser.url}/today`);
  await page.locator('[data-answer]').first().waitFor();
  const took = performance.now() - started;
  await page.context().close();
  return took;
}

/** Goes from page to page as a person does; a list that was seen is asked for again. */
async function listPages(browser: ConsoleBrowser, times: number): Promise<Float64Array> {
  const page = await browser.open('/settings', { role: 'analyst' });
  const navigation = page.getByRole('navigation');
  const took: number[] = [];
  for (let n = 0; n < times; n++) {
    for (const name of PAGES) {
      const started = performance.now();
      await navigation.getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.locator('main [role=row], main [data-answer]').first().waitFor();
      await page.locator('.fui-Skeleton').first().waitFor({ state: 'detached' });
      // The first visit also loads the code of the page.
      if (n > 0) took.push(performance.now() - started);
    }
  }
  await page.context().close();
  return Float64Array.from(took);
}

async function statement(browser: ConsoleBrowser): Promise<number> {
  const period = new URLSearchParams(MONTH);
  const page = await browser.open(`/people/${BUSY}?${period}`, { role: 'analyst' });
  await page.getByLabel('Case or ticket').fill('C-1');
  await page.getByLabel('Purpose').fill('A benchmark');
  const started = performance.now();
  await page.getByRole('button', { name: 'Start the case' }).click();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  const took = performance.now() - started;
  await page.context().close();
  return took;
}

/** Moves through a list by keys while events arrive, as the browser itself measures it. */
async function longestInteraction(browser: ConsoleBrowser): Promise<number> {
  const page = await browser.open('/people', { role: 'analyst' });
  await page.getByRole('row').nth(1).waitFor();
  await page.evaluate(OBSERVE);
  await page.getByRole('heading', { level: 1 }).click();
  for (let n = 0; n < KEY_PRESSES; n++) await page.keyboard.press(n % 10 === 9 ? 'k' : 'j');
  await go(page, 'Incidents');
  await go(page, 'Today');
  const longest = Number(await page.evaluate('globalThis.longestInteraction'));
  await page.context().close();
  return longest;
}

async function go(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Evaluated in the page (Event Timing API). The browser reports nothing below 16 ms. */
const OBSERVE = `globalThis.longestInteraction = 16;
  new PerformanceObserver((list) => {
    for (const { duration, interactionId } of list.getEntries()) {
      if (interactionId > 0 && duration > longestInteraction) longestInteraction = duration;
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });`;
