import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { freePort } from '../../bench/ports.ts';
import { startSampleService } from '../support/api/running-service.ts';
import { countersignHere } from '../support/command-here.ts';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess } from '../support/server-process.ts';

const root = temporaryFolder('console-times');
const PERSON = '/people/vivian.castellan@northmoor.example';
const FINDING = '/findings/56c97';
const DAY_MS = 86_400_000;

/** Names need a sign-in of the last five minutes. */
const PROOF_MS = 5 * 60_000;

test('sessions, streams and clocks that end, stop and differ', async (t: TestContext) => {
  await using browser = await ConsoleBrowser.start(t, root, async () =>
    startSampleService(root, `127.0.0.1:${await freePort()}`),
  );
  if (browser === undefined) return;
  const statement = await browser.open(PERSON, { role: 'analyst' });
  const signedInMs = performance.now();
  await t.test('a case stays over a reload', () => caseStays(statement));
  await t.test('a session that ends in a form loses nothing that was typed', () =>
    sessionEnds(browser),
  );
  await t.test('another time zone and a wrong clock change no time of a record', () =>
    clockDiffers(browser),
  );
  await t.test('after five minutes, names need a new proof of who reads', async () => {
    await pause(Math.max(0, signedInMs + PROOF_MS + 1000 - performance.now()));
    await proofIsOld(browser, statement);
  });
  // The last one: the service ends, and starts again.
  let again: ServerProcess | undefined;
  try {
    await t.test('a stream that was cut goes on, and shows what it missed', async () => {
      const page = await browser.open(FINDING, { role: 'responder' });
      await page.getByText('Could be harmless if').waitFor();
      const { dir, config, server } = browser.service;
      await server.end();
      const { code, stderr } = await countersignHere([
        ...['findings', 'mark', '56c97', '--comment', 'while it was down', '--data', dir],
      ]);
      assert.equal(code, 0, stderr);
      again = await ServerProcess.start(dir, config, { TOOL: '0'.repeat(64) });
      await page.getByText('while it was down').waitFor();
      await page.context().close();
    });
  } finally {
    await again?.end();
    browser.problems.splice(0);
  }
});

async function caseStays(page: Page): Promise<void> {
  await page.getByLabel('Case or ticket').fill('C-1042');
  await page.getByLabel('Purpose').fill('Investigation of the consent phishing');
  await page.getByRole('button', { name: 'Start the case' }).click();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  assert.match((await page.locator('main').textContent()) ?? '', /C-1042/);
}

async function sessionEnds(browser: ConsoleBrowser): Promise<void> {
  const page = await browser.open(FINDING, { role: 'responder' });
  await page.getByRole('button', { name: 'Comment' }).click();
  const form = page.getByRole('dialog', { name: 'Add a comment' });
  const field = form.getByRole('textbox', { name: 'Comment' });
  await field.fill('typed before the end of the session');
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await form.getByRole('button', { name: 'Save' }).click();
  const ended = page.getByRole('alertdialog');
  await ended.getByText('Your session has ended').waitFor();
  await browser.checkAccess(page);
  await page.context().addCookies(cookies);
  await ended.getByRole('button', { name: 'I signed in' }).click();
  await ended.waitFor({ state: 'detached' });
  assert.equal(await field.inputValue(), 'typed before the end of the session');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.waitFor({ state: 'hidden' });
  await page.getByText('typed before the end of the session').first().waitFor();
  await page.context().close();
}

/** The pages take the time of records and of the service, whatever the browser's clock says. */
async function clockDiffers(browser: ConsoleBrowser): Promise<void> {
  const seen: string[] = [];
  for (const [timeZone, days] of [
    ['UTC', 0],
    ['Pacific/Kiritimati', 3],
    ['America/Los_Angeles', -30],
  ] as const) {
    const page = await browser.open('/incidents', { role: 'analyst', timeZone });
    await page.clock.setSystemTime(new Date(performance.timeOrigin + days * DAY_MS));
    await page.reload();
    await page.getByRole('row').nth(2).waitFor();
    const rows = await page.getByRole('row').allTextContents();
    await page.getByRole('combobox', { name: 'Period' }).click();
    await page.getByRole('option', { name: 'Last 7 days' }).click();
    await page.waitForURL(/from=/);
    const { searchParams } = new URL(page.url());
    const behindMs =
      performance.timeOrigin + performance.now() - Date.parse(searchParams.get('to') ?? '');
    assert.ok(Math.abs(behindMs) < DAY_MS / 2, `the period ends ${behindMs} ms ago`);
    seen.push(rows.join('\n'));
    await page.goto(`${browser.url}/today`);
    await page.getByText('Something is wrong.').waitFor();
    await page.getByRole('button', { name: 'Colors and time zone' }).click();
    await page.getByRole('menuitemradio', { name: 'Time zone of this device' }).click();
    await page.keyboard.press('Escape');
    await page.goto(`${browser.url}/incidents`);
    await page.getByRole('row').nth(2).waitFor();
    const local = (await page.getByRole('row').allTextContents()).join('\n');
    assert.equal(/UTC(?![+\-−])/.test(local), timeZone === 'UTC', local);
    await page.context().close();
  }
  assert.equal(new Set(seen).size, 1, seen.join('\n\n'));
}

async function proofIsOld(browser: ConsoleBrowser, page: Page): Promise<void> {
  await page.reload();
  const alert = page.locator('main').getByRole('alert');
  await alert.getByText('Prove again who you are.').waitFor();
  await alert.getByText('countersign operators link').waitFor();
  await browser.checkAccess(page);
  await browser.picture(page, 'proof-is-old');
  const { stdout, stderr } = await countersignHere([
    ...['operators', 'link', '--role', 'analyst', '--data', browser.service.dir, '--json'],
  ]);
  assert.notEqual(stdout, '', stderr);
  const second = await page.context().newPage();
  await second.goto((JSON.parse(stdout) as { readonly link: string }).link);
  await second.getByRole('button', { name: 'Sign in' }).click();
  await second.getByRole('navigation').first().waitFor();
  await alert.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await page.context().close();
}
