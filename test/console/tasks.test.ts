import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { ClickCounter } from '../support/console/click-counter.ts';
import { ConsoleBrowser } from '../support/console/console-browser.ts';
import { startDecidedService } from '../support/console/decided-service.ts';
import { checkRoles } from '../support/console/role-walk.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('console-tasks');

/** From Today, for a person who has never seen the console. */
const CLICKS_MAX = 4;

/** An entry of the sample: a credential that was added. */
const ENTRY = '3461';

type Task = {
  readonly name: string;
  readonly role: string;
  /** Ends when the page shows the answer. */
  readonly solve: (page: Page, reference: string) => Promise<void>;
};

const TASKS: readonly Task[] = [
  {
    name: 'find who was compromised',
    role: 'analyst',
    solve: async (page) => {
      await page.getByRole('link', { name: 'Open the gravest incident' }).click();
      await page
        .getByRole('button', { name: /^account / })
        .first()
        .click();
      await shows(page, /probably got in as/);
    },
  },
  {
    name: 'see what they read',
    role: 'analyst',
    solve: async (page) => {
      await page.getByRole('link', { name: 'Open the gravest incident' }).click();
      await shows(page, /at least 1,043 items/);
      // The evidence of a step is one click away.
      await page.getByText('#3580').first().click();
      await page.getByRole('complementary', { name: 'Entry 3580' }).waitFor();
    },
  },
  {
    name: 'see what is still open',
    role: 'analyst',
    solve: async (page) => {
      await page.getByRole('link', { name: 'Open the gravest incident' }).click();
      await shows(page, /They are not out: \d+ footholds are open/);
      const open = page.getByRole('region', { name: 'Still open' });
      await open.getByText('Refresh tokens and browser sessions').first().waitFor();
    },
  },
  {
    name: 'explain a refusal to a caller',
    role: 'analyst',
    solve: async (page, reference) => {
      await go(page, 'Access');
      await page.getByLabel('The reference that the caller reads out').click();
      await page.keyboard.type(reference);
      await page.getByRole('button', { name: 'Explain', exact: true }).click();
      await shows(page, 'Ask the person to sign in again with a second factor.');
    },
  },
  {
    name: 'prove one record to an auditor',
    role: 'auditor',
    solve: async (page) => {
      await go(page, 'Ledger');
      await page.getByLabel('Prove a record').click();
      await page.keyboard.type(ENTRY);
      await page.keyboard.press('Enter');
      // The auditor has the key from elsewhere. Until it is pinned, the log is anyone's.
      await page.locator('[data-proof=unknown]').waitFor();
      const steps = await page.locator('[data-step]').allTextContents();
      assert.equal(steps.length, 4, steps.join('\n'));
    },
  },
  {
    name: "say whether next week's wave may go",
    role: 'viewer',
    solve: async (page) => {
      await go(page, 'Gate');
      await shows(page, /the wave (may|must not) go:|cannot tell whether the (next )?wave may go/i);
    },
  },
];

test('tasks of a new user, and what each role sees', async (t: TestContext) => {
  let reference = '';
  await using browser = await ConsoleBrowser.start(t, root, async () => {
    const decided = await startDecidedService(root);
    reference = decided.reference;
    return decided.service;
  });
  if (browser === undefined) return;
  for (const { name, role, solve } of TASKS) {
    await t.test(`${name}: at most ${CLICKS_MAX} clicks from Today`, async () => {
      const page = await browser.open('/today', { role });
      await page.locator('[data-answer]').first().waitFor();
      const clicks = await ClickCounter.on(page);
      await solve(page, reference);
      const count = await clicks.count();
      assert.ok(count > 0 && count <= CLICKS_MAX, `${count} clicks`);
      t.diagnostic(`${name}: ${count} clicks`);
      await page.context().close();
    });
  }
  await checkRoles(t, browser);
});

/** Opens a page by the navigation. */
function go(page: Page, name: string): Promise<void> {
  return page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
}

function shows(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).first().waitFor();
}
