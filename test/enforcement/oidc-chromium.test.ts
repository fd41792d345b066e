import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '@countersign/core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { assertFsckClean } from '../support/account.ts';
import { findChromium, launchChromium, windowOf } from '../support/chromium.ts';
import { countersign } from '../support/command-line.ts';
import { EamNode, WIKI } from '../support/enforcement/eam-node.ts';
import { temporaryFolder } from '../support/folders.ts';

const file = findChromium();
const skip = 'there is no Chromium: install one (apt-get install chromium), or name it in CHROMIUM';
const root = temporaryFolder('oidc-chromium');
const VERIFIER = 'a-verifier-of-the-right-length-for-the-rfc-7636';
const [ADA, EVE] = [3, 4];
const HALF_AN_HOUR_MS = 30 * 60_000;

if (file === undefined) test('people sign in with a real browser', { skip }, () => undefined);
else
  describe('people sign in with a real browser', () => {
    const application = createServer((_, response) => response.end('You are in.'));
    let node: EamNode;
    let browser: Browser;
    let english: BrowserContext;
    let redirectUri: string;

    before(async () => {
      await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
      const { port } = application.address() as AddressInfo;
      redirectUri = `http://localhost:${port}/callback`;
      node = await EamNode.start(join(root, 'node'), redirectUri);
      browser = await launchChromium(file, node.certificates);
      english = await browser.newContext({ locale: 'en-GB' });
    });

    after(async () => {
      await browser?.close();
      application.close();
      application.closeAllConnections();
      await node?.stop();
    });

    /** Opens the application, which redirects to Entra, which redirects to us. */
    async function signIn(page: Page, index: number): Promise<void> {
      // Entra's time is ours. Hints of one second would be equal, and each is accepted once.
      const behindMs = systemClock.now() - node.emulator.clock.now();
      await node.emulator.advance(Math.max(behindMs, 1000));
      const query = new URLSearchParams({
        client_id: WIKI,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'openid offline_access https://graph.microsoft.com/User.Read',
        state: 'the state',
        code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        code_challenge_method: 'S256',
        login_hint: node.person(index).upn,
      });
      const authority = `${node.emulator.origins['login']}/${node.tenant}`;
      await page.goto(`${authority}/oauth2/v2.0/authorize?${query}`);
      await page.waitForURL(`${node.url}/**`);
    }

    async function register(page: Page, index: number): Promise<void> {
      const code = await node.code(index);
      await page.getByText('I have an enrollment code').click();
      await page.getByLabel('Enrollment code').fill(code.toLowerCase());
      await takeScreenshot(page, 'code');
      await page.getByRole('button', { name: 'Register a passkey' }).click();
      await page.getByRole('heading', { name: 'Register a passkey' }).waitFor();
      await takeScreenshot(page, 'register');
      await page.getByRole('button', { name: 'Register passkey' }).click();
      await page.getByRole('status').waitFor();
      await takeScreenshot(page, 'registered');
    }

    const usePasskey = (page: Page): Promise<void> =>
      page.getByRole('button', { name: 'Use passkey' }).click();

    test('steps up to a passkey, and lets in permitted people', async () => {
      const page = await windowOf(english);
      const complaints = complaintsOf(page);
      await signIn(page, ADA);
      await takeScreenshot(page, 'prove');
      await register(page, ADA);
      await usePasskey(page);
      await page.waitForURL(`${redirectUri}?**`);
      assert.equal(await page.textContent('body'), 'You are in.');
      // From now on, the passkey alone suffices.
      await signIn(page, ADA);
      await usePasskey(page);
      await page.waitForURL(`${redirectUri}?**`);
      assert.deepEqual(complaints, []);
      await page.close();
    });

    test('a denied person gets a reference for the help desk', async () => {
      const page = await windowOf(english);
      await signIn(page, EVE);
      await register(page, EVE);
      await usePasskey(page);
      await page.getByRole('heading', { name: 'You cannot sign in' }).waitFor();
      await takeScreenshot(page, 'refused');
      const reference = (await page.textContent('code')) ?? '';
      assert.match(reference, /^[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}$/);
      await page.getByRole('button', { name: 'Back to the sign-in page' }).click();
      await page.getByText('AADSTS50158').waitFor();
      await page.close();
      const { code, stdout, stderr } = await shown(reference);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /high-risk/);
      assert.ok(stdout.includes(node.person(EVE).objectId));
    });

    test('denies people without a passkey, and people who cannot use it now', async () => {
      const page = await windowOf(english);
      await signIn(page, ADA);
      await usePasskey(page);
      await page.getByRole('alert').getByText('could not be used').waitFor();
      await takeScreenshot(page, 'failed');
      await page.getByRole('button', { name: 'I cannot use a passkey now' }).click();
      await page.getByText('did not confirm your identity with a registered passkey').waitFor();
      await page.close();
    });

    test("uses the browser's language, and works by keyboard alone", async () => {
      const context = await browser.newContext({ locale: 'de-CH', colorScheme: 'dark' });
      const page = await windowOf(context);
      await signIn(page, ADA);
      await page.getByRole('button', { name: 'Passkey verwenden', exact: true }).waitFor();
      assert.equal(await page.getAttribute('html', 'lang'), 'de');
      await takeScreenshot(page, 'german');
      const focused = (): Promise<string> =>
        page.evaluate('document.activeElement?.textContent?.trim() ?? ""');
      const seen = [await focused()];
      for (let count = 0; count < 2; count++) {
        await page.keyboard.press('Tab');
        seen.push(await focused());
      }
      assert.deepEqual(seen, [
        'Passkey verwenden',
        'Ich habe einen Registrierungscode',
        'Ich kann gerade keinen Passkey verwenden',
      ]);
      await context.close();
    });

    test('each sign-in that Entra then reports is joined to its decision', async () => {
      const { emulator, tenant, dir } = node;
      await emulator.advance(HALF_AN_HOUR_MS);
      const nowMs = emulator.clock.now();
      const rows = emulator.store.byEventTime('graph/signIns', tenant, 0, nowMs, nowMs);
      const people = rows.map(({ record }) => record.body).filter(({ userId }) => userId !== '');
      const codes = people.map((row) => (row['status'] as { errorCode: number }).errorCode);
      assert.equal(codes.filter((code) => code === 0).length, 2);
      assert.ok(codes.includes(50158), 'a refusal is in the log of Entra');
      const reported = join(root, 'signIns.json');
      writeFileSync(reported, JSON.stringify({ value: people }));
      const imported = await countersign(['import', reported, '--data', dir]);
      assert.equal(imported.code, 0, imported.stderr);
      const result = await countersign(['verified', '--json', '--data', dir]);
      const { decided, flows } = JSON.parse(result.stdout) as {
        decided: number;
        flows: Record<string, { decided: number; unverified: object }>;
      };
      assert.equal(decided, 2, result.stdout);
      // These policies decide at the enforcement point and check no sign-in. The others let no one
      // in.
      const others = codes.filter((code) => code !== 0).length;
      assert.deepEqual(flows['interactiveUser']?.unverified, { 'no policy': others });
      assert.equal(await node.serving.end(), 0);
      await assertFsckClean(dir);
    });

    /** The decisions reach the store within a second or two. */
    async function shown(reference: string): ReturnType<typeof countersign> {
      for (;;) {
        const found = await countersign(['show', reference, '--data', node.dir]);
        if (found.code === 0 || !/not yet indexed/.test(found.stderr)) return found;
      }
    }
  });

/** The browser's complaints about a page: its policy, its scripts. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return complaints;
}

/** For developers who want to see the pages: SCREENSHOTS names a folder. */
async function takeScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}
