import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { contentFolder } from '../../apps/countersign/src/config/installed-package.ts';
import { countersignHere } from '../support/command-here.ts';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { navigationPaths } from '../support/console/navigation-paths.ts';
import { ENFORCEMENT_POINT, startService } from '../support/console/start-service.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('console-empty');
const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';

/** Nothing listens there: the vendor is out of reach from the start. */
const UNREACHABLE = 'http://127.0.0.1:9';

/** What a service can be configured for before its first record. Without work it does not start. */
const SERVICES = {
  'an enforcement point': ENFORCEMENT_POINT,
  'a tenant that does not answer': `tenants:
  - id: ${TENANT}
    authority: ${UNREACHABLE}
    credentials: { clientId: 66666666-7d2a-4f6b-9c3d-2e8a61f0b794, secret: { env: TOOL } }
    collect: { activityApi: { root: "${UNREACHABLE}", every: 1m } }
`,
} as const;

const VISITS = [
  { size: 'wide', colors: 'light' },
  { size: 'narrow', colors: 'dark' },
] as const;

/** Together they may open every page. */
const ROLES = 'analyst,policy-editor,administrator';

/** Lists and views that the navigation does not open at once. */
const MORE_VIEWS = [
  ...['/unaccounted', '/people?kind=all', '/search?q=castellan', '/connections?ip=192.0.2.118'],
  ...['/access?tab=verification', '/coverage?view=holes', '/ledger?tab=erasures'],
];

/** Their first answer is certain: without a source every rule is blind. */
const CERTAIN_NO: readonly string[] = ['/detections', '/coverage', '/coverage?view=holes'];

/** About the service itself, which knows its own state. */
const SERVICE_PAGES: readonly string[] = ['/settings'];

/** A list of what Countersign did or was told is complete: that none exists is known. */
const OWN_LISTS =
  /^None: (decisions of the policy|feeds in the configuration|erasures|active holds)/;

/** What to do next, on each page whose question needs records. */
const NEXT_STEP = /import an export|import its exports|connect|could not reach|add "feeds"/i;
const WITHOUT_RECORDS = ['/ledger', '/vendor-requests', '/gate', '/settings'];

/** Evaluated in the page. */
const WIDER = 'document.documentElement.scrollWidth > innerWidth';

for (const [name, lines] of Object.entries(SERVICES)) {
  test(`a console without a record: ${name}`, async (t: TestContext) => {
    const folder = join(root, name.replaceAll(' ', '-'));
    await using browser = await ConsoleBrowser.start(t, folder, () => startService(folder, lines));
    if (browser === undefined) return;
    const first = await browser.open('/today', { role: ROLES });
    const paths = [...(await navigationPaths(first)), ...MORE_VIEWS];
    await first.context().close();
    for (const visit of VISITS) {
      const page = await browser.open('/today', { role: ROLES, ...visit });
      for (const path of paths) {
        await t.test(`${path}, ${visit.size}, ${visit.colors}`, async () => {
          await page.goto(`${browser.url}${path}`);
          await settled(page);
          await browser.picture(page, `${name}-${path.replace(/\W+/g, '-')}-${visit.size}`);
          await browser.checkAccess(page);
          assert.equal(await page.evaluate(WIDER), false, 'wider than its screen');
          await checkAnswers(page, path);
        });
      }
      await page.context().close();
    }
    if (name === 'an enforcement point') {
      await t.test('the first import changes the open page', () => firstImport(browser));
    } else {
      await t.test('a collector that delivered nothing is no tenant with records', () =>
        silentTenant(browser),
      );
    }
  });
}

/** Nothing loads any more. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.locator('main [data-answer]').first().waitFor();
  await page.locator('.fui-Skeleton').first().waitFor({ state: 'detached' });
}

/** No data is never fine: a page cannot tell, says why, and what to do next. */
async function checkAnswers(page: Page, path: string): Promise<void> {
  const main = page.locator('main');
  assert.equal(await main.getByRole('alert').count(), 0, 'an error');
  const answers = await main.locator('[data-answer]').all();
  const kinds = await Promise.all(answers.map((each) => each.getAttribute('data-answer')));
  if (!SERVICE_PAGES.includes(path)) {
    assert.equal(kinds[0], CERTAIN_NO.includes(path) ? 'no' : 'unknown');
    for (const [at, kind] of kinds.entries()) {
      if (kind === 'yes') assert.match((await answers[at]?.textContent()) ?? '', OWN_LISTS);
    }
  }
  const text = (await main.textContent()) ?? '';
  if (!WITHOUT_RECORDS.some((each) => path.startsWith(each))) assert.match(text, NEXT_STEP);
  assert.doesNotMatch(text, /has records here|Nothing is wrong|Nothing waits/);
}

async function firstImport(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/today', { role: ROLES });
  await page.getByText('No record has arrived yet').waitFor();
  const sample = join(contentFolder(), 'sample/export');
  const imported = await countersignHere([
    ...['import', sample, '--data', browser.service.dir, '--json'],
  ]);
  assert.equal(imported.code, 0, imported.stderr);
  await page.getByText('No record has arrived yet').waitFor({ state: 'detached' });
  await page.getByText('Something is wrong.').waitFor();
  await page.context().close();
}

/** After its first attempts, the collector states what it could not list. */
async function silentTenant(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/inventory', { role: ROLES });
  const sentence = page.getByText(`${TENANT} has delivered no record yet`);
  for (;;) {
    await settled(page);
    if ((await sentence.count()) > 0) break;
    await pause(5000);
    await page.reload();
  }
  assert.equal(await page.getByText('has records here').count(), 0);
  await page.goto(`${browser.url}/today`);
  await page.getByText('No record has arrived yet').waitFor();
  await page.context().close();
}
