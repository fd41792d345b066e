import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('console-incidents');

/** Of the sample: a password spray, one account taken over. */
const INCIDENT = '/incidents/dc026';
const FINDING = '/findings/56c97';

const PAGES = [
  ['/today', 'Cannot tell whether every access is accounted for.'],
  ['/incidents', '2 incidents are open.'],
  [INCIDENT, 'They are not out: 7 footholds are open'],
  [`${INCIDENT}/brief`, 'How they got in'],
  [FINDING, 'Could be harmless if'],
  ['/unaccounted', 'Cannot tell whether these actions were authorized.'],
] as const;

/** Evaluated in the page. */
const WIDER = 'document.documentElement.scrollWidth > innerWidth';

test('today, incidents and findings', async (t: TestContext) => {
  await using browser = await ConsoleBrowser.start(t, root);
  if (browser === undefined) return;

  await t.test('each page answers first, is accessible, and fits its screen', async () => {
    for (const [path, sentence] of PAGES) {
      for (const [size, colors] of [
        ['wide', 'light'],
        ['narrow', 'dark'],
      ] as const) {
        const page = await browser.open(path, { role: 'analyst', size, colors });
        await settled(page, sentence);
        await browser.checkAccess(page);
        const name = `${path.slice(1).replaceAll('/', '-')}-${size}-${colors}`;
        await browser.picture(page, name);
        assert.equal(await page.evaluate(WIDER), false, `${name} is wider than its screen`);
        await page.context().close();
      }
    }
  });

  await t.test(
    'a switch shows the answer without a finding, and the address holds it',
    async () => {
      const page = await browser.open(INCIDENT);
      await settled(page, 'They are not out: 7 footholds are open');
      await page.getByRole('switch', { name: 'Answer without it' }).first().click();
      await page.getByText('This is the answer without 1 finding.').waitFor();
      await page
        .getByRole('button', { name: /cleared/ })
        .first()
        .waitFor();
      assert.match(page.url(), /without=ac03166b/);
      await page.getByRole('button', { name: 'Show the whole answer' }).click();
      await page.getByText('This is the answer without 1 finding.').waitFor({ state: 'hidden' });
      await page.context().close();
    },
  );

  await t.test('the picture is a table too, and the arrow keys move in it', () =>
    moveInPicture(browser),
  );

  await t.test('two operators on one finding learn of each other', () => twoOperators(browser));

  // The last one: it changes an incident.
  await t.test('a false alarm counts in the precision of its rule', () => markFalseAlarm(browser));
});

/** Shows this, and nothing loads any more. */
async function settled(page: Page, text: string): Promise<void> {
  await page.getByText(text).first().waitFor();
  await page.locator('.fui-Skeleton').first().waitFor({ state: 'detached' });
}

async function moveInPicture(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open(INCIDENT);
  await settled(page, 'They are not out: 7 footholds are open');
  await page.locator('[data-node]').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const pressed = page.locator('[data-node][aria-pressed=true]');
  assert.match((await pressed.textContent()) ?? '', /^account /);
  await page.getByRole('button', { name: 'Table' }).click();
  await page
    .getByRole('table', { name: 'Who tainted what: acts' })
    .getByText('read')
    .first()
    .waitFor();
  await page.context().close();
}

async function markFalseAlarm(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open(FINDING, { role: 'analyst' });
  await settled(page, 'Could be harmless if');
  await page.getByRole('button', { name: 'Set status' }).click();
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByRole('radio', { name: 'A false alarm' }).count(), 0);
  await dialog.getByRole('radio', { name: 'Resolved' }).check();
  await dialog.getByRole('radio', { name: 'A false alarm' }).check();
  await dialog.getByLabel('Reason').fill('our own test');
  await browser.checkAccess(page);
  await browser.picture(page, 'finding-verdict');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/A false alarm\./).waitFor();
  await page.goto(`${browser.url}/detections`);
  await page.getByText('0 % of 1').first().waitFor();
  await page.context().close();
}

/** Two people have a finding open. What the slower one saves is about what they both did. */
async function twoOperators(browser: ConsoleBrowser): Promise<void> {
  const [ada, ben] = [
    await browser.open(FINDING, { role: 'analyst' }),
    await browser.open(FINDING, { role: 'responder' }),
  ];
  for (const page of [ada, ben]) await settled(page, 'Could be harmless if');
  await ben.getByRole('button', { name: 'Set status' }).click();
  const dialog = ben.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'In progress' }).check();
  await dialog.getByLabel('Reason').fill('I look at the address');
  await ada.getByRole('button', { name: 'Comment' }).click();
  await ada.getByRole('textbox', { name: 'Comment' }).fill('asked the carrier');
  await ada.getByRole('button', { name: 'Save' }).click();
  // It shows on the other open page, below its form.
  await ben.locator('ol').getByText('asked the carrier').waitFor({ state: 'attached' });
  assert.equal(await dialog.getByLabel('Reason').inputValue(), 'I look at the address');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('Someone else changed this meanwhile').waitFor();
  await dialog.getByText('asked the carrier').waitFor();
  assert.equal(await dialog.getByLabel('Reason').inputValue(), 'I look at the address');
  assert.equal(await dialog.getByRole('radio', { name: 'In progress' }).isChecked(), true);
  await browser.checkAccess(ben);
  await browser.picture(ben, 'finding-changed-meanwhile');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await ada.getByText(/set the status to .*I look at the address/).waitFor();
  for (const page of [ada, ben]) await page.context().close();
}
