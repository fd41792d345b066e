import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { freePort } from '../../bench/ports.ts';
import { startSampleService } from '../support/api/running-service.ts';
import { countersignHere } from '../support/command-here.ts';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { navigationPaths } from '../support/console/navigation-paths.ts';
import { PixelContrast } from '../support/console/pixel-contrast.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess } from '../support/server-process.ts';

const root = temporaryFolder('console-states');
const TENANT = 'b7c1a5d2-6e34-4f80-9a2b-c3d4e5f60718';

/** Runs if a page takes the text for HTML, or for a link. */
const SCRIPT = '<img src=x onerror="document.title=\'taken over\'"><script>alert(1)</script>';
/** Turns the order of what follows, and hides. */
const BIDI = 'invoice\u202Egnp.exe\u2066\u200B\u00AD';
const HIDING: readonly string[] = ['\u202E', '\u2066', '\u200B', '\u00AD', '\u001B'];
/** As long as a body may be. */
const LONG = 'n'.repeat(10 * 1024 * 1024);

/** Pages with the lists and texts of records. */
const LISTS = ['/people?kind=all', '/apps', '/unaccounted', '/ledger?tab=entries', '/incidents'];

test('states of the console that are rare', async (t: TestContext) => {
  await using browser = await ConsoleBrowser.start(t, root, async () => {
    const service = await startSampleService(root, `127.0.0.1:${await freePort()}`);
    await importHostile(service.dir);
    return service;
  });
  if (browser === undefined) return;
  for (const colors of ['light', 'dark'] as const) {
    await t.test(`in forced colors on ${colors}, text and focus have contrast`, () =>
      forcedColors(browser, colors),
    );
  }
  await t.test('hostile names are text on every page', () => hostileNames(browser));
  // The last ones: the service ends, and starts again.
  let second: ServerProcess | undefined;
  await t.test('a service that restarts loses nothing that was typed', async () => {
    second = await restart(browser);
  });
  await t.test('without a service, each page says so', () => withoutService(browser, second));
  browser.problems.splice(0);
});

/** The hash of a token that no one has. */
const TOOL = { TOOL: '0'.repeat(64) } as const;

async function importHostile(dir: string): Promise<void> {
  const record = (n: number, name: string): object => ({
    ...{ Id: `b0570000-0000-4000-8000-${String(n).padStart(12, '0')}`, RecordType: 6 },
    ...{ CreationTime: '2026-03-08T10:00:00', Operation: 'FileAccessed', UserType: 0 },
    ...{ OrganizationId: TENANT, UserId: name, UserKey: name, Workload: 'SharePoint' },
    ...{ ResultStatus: 'Success', ObjectId: `https://northmoor.example/${name}` },
    ...{ AppAccessContext: { ClientAppName: name, ClientAppId: '' }, ClientAppName: name },
  });
  const file = join(root, 'hostile.ndjson');
  const records = [SCRIPT, BIDI, LONG, '=cmd|calc!A1', '\u001B[2J'].map((name, n) =>
    JSON.stringify(record(n, name)),
  );
  writeFileSync(file, `${records.join('\n')}\n`);
  const { code, stderr } = await countersignHere(['import', file, '--data', dir, '--json']);
  assert.ok(code === 0 || code === 3, stderr);
}

const FORCED_PAGES = ['/today', '/incidents', '/coverage', '/detections'];

/** WCAG 2.2, 1.4.3: text. */
const TEXT_RATIO_MIN = 4.5;
/** 1.4.11 and 2.4.13: what shows where the focus is. */
const FOCUS_RATIO_MIN = 3;

async function forcedColors(browser: ConsoleBrowser, colors: 'light' | 'dark'): Promise<void> {
  const page = await browser.open('/today', { colors });
  await page.emulateMedia({ forcedColors: 'active', colorScheme: colors });
  const contrast = await PixelContrast.of(page);
  for (const path of FORCED_PAGES) {
    await page.goto(`${browser.url}${path}`);
    await page.locator('[data-answer]').first().waitFor();
    await page.locator('.fui-Skeleton').first().waitFor({ state: 'detached' });
    // The browser chooses the colors. What only a color shows is lost.
    assert.equal(await page.evaluate('matchMedia("(forced-colors: active)").matches'), true);
    const marks = await page.locator('main [data-answer]').all();
    for (const mark of marks) assert.notEqual((await mark.textContent())?.trim(), '', path);
    await browser.picture(page, `forced-${path.slice(1)}-${colors}`);
    const texts = (await page.evaluate(TEXT_BOXES)) as readonly TextBox[];
    assert.ok(texts.length > 5, `${texts.length} texts`);
    for (const [at, { ratio, background, mark }] of (await contrast.inside(texts)).entries()) {
      const colorsOf = `${mark} on ${background}, ${ratio.toFixed(1)}`;
      assert.ok(ratio >= TEXT_RATIO_MIN, `${path}: "${texts[at]?.text}" is ${colorsOf}`);
    }
    if (FOCUS_PAGES.includes(path)) await checkFocusRings(page, contrast, path);
  }
  await page.context().close();
}

/** The places that the tab key reaches first: navigation, search, links, buttons and rows. */
async function checkFocusRings(page: Page, contrast: PixelContrast, path: string): Promise<void> {
  for (let n = 0; n < FOCUS_STOPS; n++) {
    await page.keyboard.press('Tab');
    const box = (await page.evaluate(FOCUS_BOX)) as TextBox | null;
    if (box === null) continue;
    const focused = await contrast.picture();
    await page.evaluate(BLUR);
    const plain = await contrast.picture();
    await page.evaluate(FOCUS_AGAIN);
    const { ratio = 1 } = (await contrast.between(plain, focused, box)) ?? {};
    const what = `${path}: the focus on "${box.text}" has ${ratio.toFixed(1)}`;
    assert.ok(ratio >= FOCUS_RATIO_MIN, what);
  }
}

/** Past the navigation of 13 pages, into the page. */
const FOCUS_STOPS = 26;

/** Links and buttons on one, rows on the other. */
const FOCUS_PAGES: readonly string[] = ['/today', '/incidents'];

type TextBox = {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/** Evaluated in the page: one text of each style on the screen. Disabled ones may be faint. */
const TEXT_BOXES = `(() => {
  const styles = new Map();
  for (const element of document.querySelectorAll('header *, nav *, main *')) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3);
    const text = own.map((node) => node.data.trim()).join(' ').trim();
    const { x, y, width, height } = element.getBoundingClientRect();
    const isThere = text.length > 1 && width > 4 && height > 4 && x >= 0 && y >= 0 &&
      x + width <= innerWidth && y + height <= innerHeight &&
      element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    if (!isThere || element.closest(':disabled, [aria-disabled=true]') !== null) continue;
    const { color } = getComputedStyle(element);
    const key = element.className + color + element.parentElement.className;
    if (!styles.has(key)) styles.set(key, { text: text.slice(0, 40), x, y, width, height });
  }
  return [...styles.values()].slice(0, 40);
})()`;

/** Evaluated in the page: the area of the focused element, with its ring. */
const FOCUS_BOX = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const { x, y, width, height } = element.getBoundingClientRect();
  const left = Math.max(0, x - 4);
  const top = Math.max(0, y - 4);
  const box = {
    text: (element.ariaLabel ?? element.textContent ?? element.tagName).trim().slice(0, 40),
    x: left, y: top,
    width: Math.min(innerWidth, x + width + 4) - left,
    height: Math.min(innerHeight, y + height + 4) - top,
  };
  return box.width > 4 && box.height > 4 ? box : null;
})()`;

/** Evaluated in the page. */
const BLUR = 'window.focusedElement = document.activeElement; window.focusedElement.blur()';

/** Evaluated in the page. */
const FOCUS_AGAIN = 'window.focusedElement.focus()';

async function hostileNames(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/today', { role: 'administrator' });
  page.on('dialog', (dialog) => {
    browser.problems.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  for (const path of [...(await navigationPaths(page)), ...LISTS]) {
    await page.goto(`${browser.url}${path}`);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.locator('.fui-Skeleton').first().waitFor({ state: 'detached' });
    assert.doesNotMatch(await page.title(), /taken over/, path);
    const shown = (await page.locator('main').textContent()) ?? '';
    assert.ok(shown.length < 1024 * 1024, `${path} shows ${shown.length} characters`);
    // What turns or hides text shows as itself, or not at all.
    const hidden = HIDING.filter((character) => shown.includes(character));
    assert.deepEqual(hidden, [], path);
    assert.equal(await page.locator('main img[src=x], main script').count(), 0, path);
  }
  await page.context().close();
}

const FINDING = '/findings/56c97';

async function restart(browser: ConsoleBrowser): Promise<ServerProcess> {
  const { dir, config, server } = browser.service;
  const page = await browser.open(FINDING, { role: 'responder' });
  await page.getByRole('button', { name: 'Comment' }).click();
  const field = page.getByRole('dialog').getByRole('textbox', { name: 'Comment' });
  await field.fill('typed before the restart');
  await server.end();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').first().waitFor();
  assert.equal(await field.inputValue(), 'typed before the restart');
  const again = await ServerProcess.start(dir, config, TOOL);
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.getByText('typed before the restart').first().waitFor();
  await page.context().close();
  return again;
}

async function withoutService(
  browser: ConsoleBrowser,
  server: ServerProcess | undefined,
): Promise<void> {
  const page = await browser.open('/today');
  const paths = await navigationPaths(page);
  await page.locator('[data-answer]').first().waitFor();
  await (server ?? browser.service.server).end();
  for (const path of paths.filter((each) => each !== '/today')) {
    await page.locator(`nav a[href="${path}"]`).first().click();
    await page
      .locator('main')
      .getByRole('alert')
      .first()
      .waitFor()
      .catch((cause: unknown) => {
        throw new Error(`${path} does not say that the service is gone`, { cause });
      });
    const text = (await page.locator('main').textContent()) ?? '';
    assert.match(text, /Try again/, `${path}: ${text.slice(0, 200)}`);
  }
  await page.context().close();
}
