import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { contentFolder } from '../../apps/countersign/src/config/installed-package.ts';
import { type RunningService, startSampleService } from '../support/api/running-service.ts';
import { countersignHere } from '../support/command-here.ts';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('console-people');
const PERSON = 'vivian.castellan@northmoor.example';

/** The sample's tenant, by the name that the company gives it. */
const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const INVENTORY = `tenants:
  - { id: ${TENANT}, name: Northmoor Main, use: production }
  - { id: a7c4e9d2-5b18-4f3a-8e60-d2f1b3c59a74, name: Northmoor Old, use: test }
`;

/** Evaluated in the page. */
const WIDER = 'document.documentElement.scrollWidth > innerWidth';

/** A refused sign-in: its reference. The example directory knows the person. */
let reference = '';

async function serviceWithDecisions(): Promise<RunningService> {
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, 'inventory.yaml'), INVENTORY);
  const service = await startSampleService(root, undefined, 'inventory: inventory.yaml\n');
  const example = join(contentFolder(), 'policies/example');
  const request = JSON.parse(readFileSync(join(example, 'request.json'), 'utf8')) as object;
  for (const [name, context] of [
    ['permitted', { factor: 'phishing-resistant', address: '198.51.100.7' }],
    ['refused', { factor: 'single', address: '198.51.100.7' }],
  ] as const) {
    const file = join(root, `${name}.json`);
    writeFileSync(file, JSON.stringify({ ...request, context }));
    const directory = join(example, 'directory.yaml');
    const { stdout, stderr } = await countersignHere([
      ...['decide', file, '--directory', directory, '--data', service.dir, '--json'],
    ]);
    assert.notEqual(stdout, '', stderr);
    const { context: decided } = JSON.parse(stdout) as { context: { id: string } };
    reference = decided.id.slice(-12).replace(/(.{4})(?=.)/g, '$1-');
  }
  return service;
}

async function stateCase(page: Page): Promise<void> {
  await page.getByLabel('Case or ticket').fill('C-1042');
  await page.getByLabel('Purpose').fill('Investigation of the consent phishing');
  await page.getByRole('button', { name: 'Start the case' }).click();
}

test('people, applications, access and search', async (t: TestContext) => {
  await using browser = await ConsoleBrowser.start(t, root, serviceWithDecisions);
  if (browser === undefined) return;
  await t.test('lists are accessible at both sizes and in both colors', () =>
    listsAreAccessible(browser),
  );
  await t.test('a statement takes a case, and shows sessions, actions and evidence', () =>
    statementTakesCase(browser),
  );
  await t.test('the ledger records the case of a look', () => caseIsRecorded(browser));
  await t.test('a caller reads a reference, and two clicks explain the refusal', () =>
    refusalIsExplained(browser),
  );
  await t.test('a mistake in a policy shows its line, and the tests run', () =>
    policyMistakeShows(browser),
  );
  await t.test('a search opens what it found, and the person by keyboard', () =>
    searchOpens(browser),
  );
  await t.test('a tenant has its name, and its id stays available', () => tenantIsNamed(browser));
  await t.test('an application shows what it did, and says what it cannot tell', () =>
    appShows(browser),
  );
});

const inspect = async (
  browser: ConsoleBrowser,
  page: Page,
  path: string,
  ready: (page: Page) => Promise<unknown>,
  name: string,
) => {
  await page.goto(`${browser.url}${path}`);
  await ready(page);
  await browser.checkAccess(page);
  await browser.picture(page, name);
  assert.equal(await page.evaluate(WIDER), false, `${name} is wider than its screen`);
};
const table = (page: Page) => page.getByRole('row').nth(1).waitFor();
const cards = (page: Page) => page.locator('[role=row], tbody tr').first().waitFor();

async function listsAreAccessible(browser: ConsoleBrowser): Promise<void> {
  for (const [size, colors, list] of [
    ['wide', 'light', table],
    ['narrow', 'dark', cards],
  ] as const) {
    const page = await browser.open('/people', { role: 'analyst', size, colors });
    const suffix = `${size}-${colors}`;
    await inspect(browser, page, '/people', list, `people-${suffix}`);
    await inspect(browser, page, '/apps', list, `apps-${suffix}`);
    await inspect(browser, page, '/access', list, `access-${suffix}`);
    await inspect(browser, page, '/access?tab=verification', cards, `verification-${suffix}`);
    const passes = (of: Page) => of.getByText(/: open passes\./).waitFor();
    await inspect(browser, page, '/access?tab=passes', passes, `passes-${suffix}`);
    await inspect(browser, page, '/search?q=castellan', list, `search-${suffix}`);
    await inspect(browser, page, '/connections?ip=192.0.2.118', list, `connections-${suffix}`);
    await page.context().close();
  }
}

async function statementTakesCase(browser: ConsoleBrowser): Promise<void> {
  for (const [size, colors] of [
    ['wide', 'light'],
    ['narrow', 'dark'],
  ] as const) {
    const page = await browser.open(`/people/${PERSON}`, { role: 'analyst', size, colors });
    await page.getByText('A statement takes a purpose and a case.').waitFor();
    await browser.checkAccess(page);
    await stateCase(page);
    await page.getByRole('heading', { name: 'Sessions' }).waitFor();
    assert.match((await page.getByLabel('Statement').textContent()) ?? '', /C-1042/);
    // Without a start of the period, nothing is "new"; the busiest day has days before it.
    await page
      .getByText(/Cannot tell what is new: the period has no start/)
      .first()
      .waitFor();
    // The sample is files, so records may be missing.
    await page.getByText('Mail items read: cannot tell, because records').waitFor();
    await browser.checkAccess(page);
    await browser.picture(page, `statement-${size}-${colors}`);
    assert.equal(await page.evaluate(WIDER), false);
    await page.context().close();
  }
}

async function caseIsRecorded(browser: ConsoleBrowser): Promise<void> {
  const { stdout } = await countersignHere([
    ...['query', "SELECT count(*) AS n FROM entries WHERE kind = 'act'"],
    ...['--data', browser.service.dir, '--json'],
  ]);
  const [{ n } = { n: 0 }] = [JSON.parse(stdout.split('\n')[0] ?? '{}') as { n: number }];
  assert.ok(Number(n) >= 2, stdout);
}

async function refusalIsExplained(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/people', { role: 'analyst' });
  await page.getByRole('link', { name: 'Access' }).click();
  await page.getByLabel('The reference that the caller reads out').fill(reference);
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  await page.getByText('What would help').waitFor();
  await page.getByText('Ask the person to sign in again with a second factor.').waitFor();
  await browser.checkAccess(page);
  await browser.picture(page, 'refusal-wide-light');
  await page.context().close();
}

async function policyMistakeShows(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/access?tab=policies', { role: 'policy-editor' });
  await page.getByText('policies are valid').waitFor();
  await page.getByRole('button', { name: 'Run the tests' }).click();
  await page.getByText('tests pass.').waitFor();
  await browser.checkAccess(page);
  await browser.picture(page, 'policies-wide-light');
  const editor = page.getByRole('textbox', { name: /Text of the policies/ });
  await editor.fill(`${await editor.inputValue()}\nforbid (principal, action, resource) when`);
  await page.getByText(/^\d+ problems?\.$/).waitFor();
  assert.equal(await page.getByText('tests pass.').count(), 0, 'results of another text stay');
  await browser.picture(page, 'policy-problem-wide-light');
  await page.reload();
  await page.getByText(/^\d+ problems?\.$/).waitFor();
  await page.context().close();
}

async function searchOpens(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/people', { role: 'analyst' });
  await page.getByRole('row').nth(1).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('castellan');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Search' }).waitFor();
  await page.getByRole('row').nth(1).waitFor();
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('j');
  await page.locator('[data-row]:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('A statement takes a purpose and a case.').waitFor();
  await page.context().close();
}

async function appShows(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/apps', { role: 'analyst' });
  await page.getByRole('link', { name: 'Outlook Mobile' }).click();
  await page.getByText('MailItemsAccessed').waitFor();
  await page.getByText('Cannot tell everything about this application.').waitFor();
  await browser.checkAccess(page);
  await browser.picture(page, 'app-wide-light');
  await page.context().close();
}

async function tenantIsNamed(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open('/access?tab=verification&entry=3580', { role: 'analyst' });
  const panel = page.getByRole('complementary', { name: 'Entry 3580' });
  await panel.getByRole('button', { name: 'State a case to see names' }).click();
  await stateCase(page);
  await panel.getByText('Northmoor Main').waitFor();
  await panel.getByText(TENANT, { exact: true }).waitFor();
  await page.context().close();
}
