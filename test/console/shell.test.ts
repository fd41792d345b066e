import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { addAuthenticator } from '../support/chromium.ts';
import { countersignHere } from '../support/command-here.ts';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('console-shell');

/** Every page, as a first look at all of them: each with its heading. */
const PAGES = [
  ['/feeds', 'Feeds'],
  ['/inventory', 'Inventory'],
  ['/vendor-requests', 'Vendor requests'],
  ['/gate', 'Gate'],
  ['/settings', 'Settings'],
] as const;

const isLong = process.env['COUNTERSIGN_LONG'] === '1';

/** Each size and each color once; in the long form, all pairs. */
const VISITS = [
  { size: 'wide', colors: 'light' },
  { size: 'narrow', colors: 'dark' },
  ...(isLong
    ? [{ size: 'wide', colors: 'dark' } as const, { size: 'narrow', colors: 'light' } as const]
    : []),
] as const;

const DAY_MS = 86_400_000;

/** Evaluated in the page. */
const WIDER = 'document.documentElement.scrollWidth > innerWidth';

test('the shell, its pages and its keys', async (t: TestContext) => {
  await using browser = await ConsoleBrowser.start(t, root);
  if (browser === undefined) return;

  await t.test('pages are accessible at both sizes and in both colors', () =>
    pagesAreAccessible(browser),
  );

  await t.test('keys show help, and go to a page', async () => {
    const page = await browser.open('/feeds');
    await page.getByRole('heading', { level: 1, name: 'Feeds' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Show the keys').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await page.getByRole('heading', { level: 1, name: 'Gate' }).waitFor();
    await page.context().close();
  });

  await t.test('a narrow page chooses a period, and the next page keeps it', () =>
    periodIsChosen(browser),
  );

  await t.test('may the next wave go? Four clicks, with reasons that lead on', () =>
    waveIsAnswered(browser),
  );

  await t.test('settings show the configuration without secrets, and looks at people', () =>
    settingsShow(browser),
  );

  await t.test('a session that ends leaves the page, and asks for a sign-in', async () => {
    const page = await browser.open('/feeds');
    await page.getByRole('heading', { level: 1, name: 'Feeds' }).waitFor();
    await page.context().clearCookies();
    // The next question of the page is refused.
    await page.getByText('Inventory').click();
    await page.getByRole('alertdialog').getByText('Your session has ended').waitFor();
    await page.getByText('Inventory').first().waitFor();
    await page.context().close();
  });

  await t.test('no session, no page: only a sign-in', async () => {
    const page = await browser.open('/inventory');
    await page.getByRole('heading', { level: 1, name: 'Inventory' }).waitFor();
    await page.context().clearCookies();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Sign in to Countersign' }).waitFor();
    await browser.checkAccess(page);
    await page.context().close();
  });

  await t.test('an operator signs in with a passkey', () => passkeySignsIn(browser));

  // The last one: the service ends.
  await t.test('a list says when it cannot tell what is new', async () => {
    const page = await browser.open('/incidents', { role: 'analyst' });
    await page.getByRole('row').nth(1).waitFor();
    assert.equal(await page.getByText('Cannot tell what is new').count(), 0);
    await browser.service.server.end();
    await page.getByText('Cannot tell what is new').waitFor();
    await page.context().close();
    // The end of the service is what this test is about.
    browser.problems.splice(0);
  });
});

async function periodIsChosen(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/unaccounted', { size: 'narrow', role: 'analyst' });
  const picker = page.getByRole('combobox', { name: 'Period' });
  assert.equal(await picker.textContent(), 'All time');
  await picker.click();
  await page.getByRole('option', { name: 'Last 24 hours' }).click();
  // The sample is older than a day: the page names the period in which nothing is.
  await page
    .getByText(/from \d{4}-\d\d-\d\d .* to \d{4}-.* UTC/)
    .first()
    .waitFor();
  await browser.picture(page, 'period-narrow-light');
  assert.equal(await page.evaluate(WIDER), false);
  const period = periodOf(page);
  assert.equal(Date.parse(period.to) - Date.parse(period.from), DAY_MS);
  await page.getByRole('navigation').getByRole('link', { name: 'People' }).click();
  await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
  assert.equal(await picker.textContent(), 'Last 24 hours');
  assert.deepEqual(periodOf(page), period);
  await browser.checkAccess(page);
  await page.context().close();
}

function periodOf(page: Page): { readonly from: string; readonly to: string } {
  const { searchParams } = new URL(page.url());
  return { from: searchParams.get('from') ?? '', to: searchParams.get('to') ?? '' };
}

async function waveIsAnswered(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/today', { role: 'analyst' });
  await page.getByRole('link', { name: 'Gate' }).click();
  await page.getByRole('button', { name: 'Evaluate a gate' }).click();
  const text = page.getByRole('textbox', { name: 'Gate' });
  const example = await text.inputValue();
  // A mistake is explained, and what was typed stays.
  await text.fill(example.replace('14d', 'two weeks'));
  await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
  await page.getByText('is not a duration').waitFor();
  assert.match(await text.inputValue(), /two weeks/);
  await text.fill(example);
  await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
  const answer = /(wave may go|the wave must not go): the people and data that move next/;
  await page.getByText(answer).waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // What is behind a dialog is hidden until its animation ends.
  await page.locator('#root:not([aria-hidden])').waitFor();
  await browser.checkAccess(page);
  await browser.picture(page, 'gate-answer-wide-light');
  await page.getByRole('button', { name: 'Evaluate now' }).click();
  await page.getByText('The gate was evaluated.').waitFor();
  await page.getByRole('link', { name: 'Show the rules' }).click();
  await page.getByRole('heading', { level: 1, name: 'Detections' }).waitFor();
  await page.context().close();
}

/** Registers a passkey with its link, as the operator does, and uses it on the sign-in page. */
async function passkeySignsIn(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/feeds');
  await page.context().clearCookies();
  await addAuthenticator(page);
  const { stdout, stderr } = await countersignHere([
    ...['operators', 'link', '--passkey', '--name', 'ben', '--data', browser.service.dir, '--json'],
  ]);
  assert.notEqual(stdout, '', stderr);
  await page.goto((JSON.parse(stdout) as { readonly link: string }).link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation').first().waitFor();
  await page.context().clearCookies();
  await page.goto(`${browser.url}/feeds`);
  const button = page.getByRole('button', { name: 'Sign in with a passkey' });
  await button.waitFor();
  await browser.checkAccess(page);
  await browser.picture(page, 'sign-in-passkey-wide-light');
  await button.click();
  await page.getByRole('heading', { level: 1, name: 'Feeds' }).waitFor();
  await page.context().close();
}

async function pagesAreAccessible(browser: ConsoleBrowser): Promise<void> {
  for (const [path, heading] of PAGES) {
    for (const visit of VISITS) {
      const page = await browser.open(path, visit);
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await page.locator('[data-answer], [role=table]').first().waitFor();
      await page.locator('.fui-Skeleton').first().waitFor({ state: 'detached' });
      await browser.checkAccess(page);
      const name = `${path.slice(1)}-${visit.size}-${visit.colors}`;
      await browser.picture(page, name);
      const overflow = await page.evaluate(WIDER);
      assert.equal(overflow, false, `${name} is wider than its screen`);
      await page.context().close();
    }
  }
}

async function settingsShow(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/settings');
  await page.getByRole('textbox', { name: 'Filter settings' }).fill('tokenHash');
  await page.getByText('secret, from variable TOOL').waitFor();
  await page.getByRole('tab', { name: 'Looks at people' }).click();
  await page.getByText('None: looks at people.').waitFor();
  await browser.checkAccess(page);
  await browser.picture(page, 'settings-audit-wide-light');
  await page.context().close();
}
