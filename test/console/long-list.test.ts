import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { generateFile } from '../../bench/generator.ts';
import { countersignHere } from '../support/command-here.ts';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { ENFORCEMENT_POINT, startService } from '../support/console/start-service.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('console-long-list');

const RECORDS = 10_000;

/** Rows of a screen, and those beyond it that are drawn ahead. */
const DRAWN_MAX = 60;

/** A page has 100 items, and some steps wait for one. */
const STEPS_MAX = 5000;

/** Quiet machines stay below 200 ms. This machine runs other tests. */
const INTERACTION_MS_MAX = 2000;

test('a list of 10,000 items', async (t: TestContext) => {
  await using browser = await ConsoleBrowser.start(t, root, async () => {
    mkdirSync(root, { recursive: true });
    const file = join(root, 'records.ndjson');
    generateFile(file, { count: RECORDS });
    const dir = join(root, 'data');
    const { code, stderr } = await countersignHere(['import', file, '--data', dir, '--json']);
    assert.ok(code === 0 || code === 3, stderr);
    return startService(root, ENFORCEMENT_POINT);
  });
  if (browser === undefined) return;

  await t.test('the keyboard reaches its end, and the focus is always visible', () =>
    scrollByKeyboard(browser, t),
  );
  await t.test('the wheel reaches its end', () => scrollByWheel(browser, t));
});

async function openList(browser: ConsoleBrowser, size: 'wide' | 'narrow'): Promise<Page> {
  const page = await browser.open('/ledger?tab=entries', { role: 'analyst', size });
  await page.evaluate(OBSERVE);
  await page.locator('[data-row="0"]').waitFor();
  return page;
}

async function scrollByKeyboard(browser: ConsoleBrowser, t: TestContext): Promise<void> {
  const page = await openList(browser, 'wide');
  const table = page.getByRole('table', { name: 'Entries' });
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('j');
  await checkFocus(page, table);
  await page.getByRole('button', { name: /^CSV of the .* shown/ }).waitFor();
  for (let steps = 0; !(await isWhole(page)); steps++) {
    assert.ok(steps < STEPS_MAX, 'the end of the list does not come');
    await page.keyboard.press('End');
    await checkFocus(page, table);
  }
  await page.keyboard.press('End');
  for (const [key, move] of [
    ['k', -1],
    ['k', -1],
    ['j', 1],
    ['ArrowUp', -1],
  ] as const) {
    const before = await focusedRow(page);
    await page.keyboard.press(key);
    await page.waitForFunction(IS_FOCUSED, before + move);
    await checkFocus(page, table);
  }
  const rows = Number(await table.getAttribute('aria-rowcount')) - 1;
  assert.ok(rows >= RECORDS, `${rows} rows`);
  await browser.checkAccess(page);
  await browser.picture(page, 'long-list-end');
  await checkExport(page, rows);
  await page.keyboard.press('Home');
  await checkInteractions(page, t, 'keyboard');
  await page.context().close();
}

async function scrollByWheel(browser: ConsoleBrowser, t: TestContext): Promise<void> {
  const page = await openList(browser, 'narrow');
  const table = page.getByRole('table', { name: 'Entries' });
  await table.hover();
  for (let steps = 0; !(await isWhole(page)); steps++) {
    assert.ok(steps < STEPS_MAX, 'the end of the list does not come');
    await page.mouse.wheel(0, 20_000);
    await page.waitForTimeout(20);
    await checkDrawn(table);
  }
  await page.mouse.wheel(0, 10_000_000);
  const rows = Number(await table.getAttribute('aria-rowcount')) - 1;
  await page.locator(`[data-row="${rows - 1}"]`).waitFor();
  await checkDrawn(table);
  await browser.checkAccess(page);
  await browser.picture(page, 'long-list-end-narrow');
  await checkInteractions(page, t, 'wheel');
  await page.context().close();
}

/** An export says how many items it has, and has them. */
async function checkExport(page: Page, rows: number): Promise<void> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'CSV', exact: true }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  assert.equal(text.trimEnd().split('\n').length, rows + 1);
}

/** The focus is on a row that shows, and few rows exist. */
async function checkFocus(page: Page, table: Locator): Promise<void> {
  await page.waitForFunction(IS_FOCUS_VISIBLE);
  await checkDrawn(table);
}

async function checkDrawn(table: Locator): Promise<void> {
  const count = await table.locator('[data-row]').count();
  assert.ok(count > 0 && count <= DRAWN_MAX, `${count} rows exist`);
}

async function isWhole(page: Page): Promise<boolean> {
  return (await page.getByText(/^[\d,]+ in all$/).count()) > 0;
}

async function focusedRow(page: Page): Promise<number> {
  return Number(await page.evaluate('document.activeElement.dataset.row'));
}

async function checkInteractions(page: Page, t: TestContext, name: string): Promise<void> {
  const longest = Number(await page.evaluate('Math.max(0, ...window.interactionsMs)'));
  t.diagnostic(`${name}: the longest interaction took ${longest} ms`);
  assert.ok(longest < INTERACTION_MS_MAX, `an interaction took ${longest} ms`);
}

/** Evaluated in the page. */
const IS_FOCUSED = 'row => document.activeElement.dataset.row === String(row)';

/** Evaluated in the page. */
const IS_FOCUS_VISIBLE = `() => {
  const row = document.activeElement;
  if (row?.dataset.row === undefined) return false;
  const { top, bottom } = row.getBoundingClientRect();
  const table = row.closest('[role=table]');
  const frame = table.getBoundingClientRect();
  const head = table.querySelector('[role=columnheader]')?.parentElement.getBoundingClientRect();
  return top >= (head?.bottom ?? frame.top) - 1 && bottom <= frame.bottom + 1;
}`;

/** Evaluated in the page: the Event Timing API reports each interaction of 16 ms or more. */
const OBSERVE = `(() => {
  window.interactionsMs = [];
  new PerformanceObserver((list) => {
    for (const { duration, interactionId } of list.getEntries()) {
      if (interactionId > 0) window.interactionsMs.push(duration);
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
})()`;
