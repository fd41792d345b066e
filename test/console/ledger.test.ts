import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('console-ledger');

/** Evaluated in the page. */
const WIDER = 'document.documentElement.scrollWidth > innerWidth';

/** An entry of the sample: a credential that was added. */
const ENTRY = '3461';

const PAGES = [
  ['/ledger', 'Ledger'],
  ['/coverage', 'Coverage'],
  ['/detections', 'Detections'],
  ['/rule?rule=c0de51a0-5160-4000-8000-000000000019', 'Disabled account enabled'],
] as const;

test('the pages of ledger, coverage and detections', async (t: TestContext) => {
  await using web = await ConsoleBrowser.start(t, root);
  if (web === undefined) return;

  await t.test('they are accessible at both sizes, light and dark', async () => {
    for (const [path, heading] of PAGES) {
      for (const size of ['wide', 'narrow'] as const) {
        const colors = size === 'wide' ? 'light' : 'dark';
        const page = await web.open(path, { role: 'auditor', size, colors });
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await page.locator('[data-answer]').first().waitFor();
        await web.checkAccess(page);
        const name = `${heading.split(' ')[0]}-${size}-${colors}`;
        await web.picture(page, name);
        assert.equal(await page.evaluate(WIDER), false, `${name} is wider than its screen`);
        await page.context().close();
      }
    }
  });

  await proveRecords(t, web);
  await openDetails(t, web);
});

async function proveRecords(t: TestContext, web: ConsoleBrowser): Promise<void> {
  await t.test('an auditor proves one record, by keyboard alone', async () => {
    const page = await web.open('/coverage', { role: 'auditor' });
    await page.getByRole('heading', { level: 1, name: 'Coverage' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await page.getByLabel('Prove a record').focus();
    await page.keyboard.type(ENTRY);
    await page.keyboard.press('Enter');
    const proof = page.getByRole('region', { name: 'Proof, checked in this browser' });
    await proof.locator('[data-proof=unknown]').waitFor();
    // Without a pinned key, all is computed, and it stays unknown whose log it is.
    const kinds = await proof.locator('[data-step]').evaluateAll(stepsOf);
    assert.deepEqual(kinds, ['leaf yes', 'path yes', 'root yes', 'signature unknown']);
    await pin(page, await vkeyOf(page));
    await proof.locator('[data-proof=yes]').waitFor();
    await web.checkAccess(page);
    await web.picture(page, 'proof');
    await pin(page, 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    await proof.locator('[data-proof=no]').waitFor();
    await page.context().close();
  });

  await t.test('a proof that was changed on its way is not believed', async () => {
    const page = await web.open('/ledger', { role: 'auditor' });
    await pin(page, await vkeyOf(page));
    await page.locator('[data-answer=yes]').first().waitFor();
    await page.route(`**/api/v1/entries/${ENTRY}/proof`, async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replaceAll(`index ${ENTRY}`, 'index 3462');
      await route.fulfill({ response, body });
    });
    await page.goto(`${web.url}/ledger?entry=${ENTRY}`);
    await page.locator('[data-proof=no]').waitFor();
    await page.context().close();
  });

  await t.test('an export asks an analyst for purpose and case, once', async () => {
    const page = await web.open(`/ledger?entry=${ENTRY}`, { role: 'analyst' });
    await page.getByRole('button', { name: 'Export evidence (HTML)' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Case or ticket').fill('C-2077');
    await dialog.getByLabel('Purpose').fill('Evidence for the auditor');
    await web.checkAccess(page);
    await web.picture(page, 'export-case');
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Start the case' }).click();
    assert.match((await download).suggestedFilename(), /^evidence-.*\.html$/);
    await page.getByText(/^Exported: /).waitFor();
    await page.context().close();
  });

  await t.test('a reader with pseudonyms cannot export bodies, and learns why', async () => {
    const page = await web.open(`/ledger?entry=${ENTRY}`, { role: 'auditor' });
    await page.getByRole('button', { name: 'Export evidence (HTML)' }).click();
    await page
      .locator('main')
      .getByText(/pseudonyms only/)
      .waitFor();
    assert.doesNotMatch(await page.content(), /northmoor\.example/);
    await page.context().close();
  });
}

async function openDetails(t: TestContext, web: ConsoleBrowser): Promise<void> {
  await t.test('a cell of the map opens its reason, and the map is a table too', async () => {
    const page = await web.open('/coverage', { role: 'auditor' });
    const cell = page.locator('[role=gridcell][tabindex="0"]');
    await cell.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    const detail = page.locator('[data-cell]');
    await detail.getByText('Canaries', { exact: true }).waitFor();
    await web.picture(page, 'coverage-cell');
    await page.getByRole('button', { name: 'As a table' }).click();
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: 'What would fix it' }).click();
    await page
      .getByText(/A file cannot prove that none of its records is missing/)
      .first()
      .waitFor();
    await web.checkAccess(page);
    await web.picture(page, 'coverage-holes');
    await page.getByRole('button', { name: 'Quota' }).click();
    await page.getByText(/^Cannot tell whether the quotas are large enough/).waitFor();
    await web.checkAccess(page);
    await page.context().close();
  });

  await t.test('a backtest runs, and the figures are those of the document', async () => {
    const page = await web.open(
      '/rule?rule=c0de51a0-5160-4000-8000-000000000019' +
        '&from=2026-03-02T00:00:00Z&to=2026-03-09T00:00:00Z',
      { role: 'auditor' },
    );
    await page.getByRole('button', { name: 'Run over this period' }).click();
    await page.locator('[data-backtest]').waitFor();
    assert.match((await page.locator('[data-backtest]').textContent()) ?? '', /records match/);
    await page.goto(`${web.url}/detections?tab=figures`);
    await page.getByRole('cell', { name: 'midnight-blizzard' }).first().waitFor();
    await web.checkAccess(page);
    await web.picture(page, 'figures');
    await page.context().close();
  });
}

function stepsOf(items: { readonly dataset: Readonly<Record<string, string>> }[]): string[] {
  return items.map(({ dataset }) => `${dataset['step']} ${dataset['answer']}`);
}

/** The key that the service states; in life it comes from elsewhere. */
async function vkeyOf(page: Page): Promise<string> {
  const response = await page.request.get(new URL('/api/v1/ledger/checkpoint', page.url()).href);
  return ((await response.json()) as { result: { vkey: string } }).result.vkey;
}

async function pin(page: Page, vkey: string): Promise<void> {
  await page
    .getByRole('button', { name: /Pin a key|Change the pinned key/ })
    .first()
    .click();
  await page.getByLabel('Key of the log').fill(vkey);
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}
