import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium, windowOf } from '../chromium.ts';

/** A step takes a second. A missing text fails the step soon. */
const STEP_TIMEOUT_MS = 30_000;
const WIKI = 'http://localhost/wiki?';

/** Steps of the tutorial "Sign in with a passkey": registers a passkey and signs in. */
export async function visitSignInPage(chromium: string, folder: string): Promise<void> {
  const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
  const { code } = JSON.parse(read('invitation.json')) as { code: string };
  const certificates = ['access.pem', 'authorities.pem'].map((name) => read('entra', name));
  const browser = await launchChromium(chromium, certificates);
  try {
    const context = await browser.newContext({ locale: 'en-US' });
    const page = await windowOf(context);
    page.setDefaultTimeout(STEP_TIMEOUT_MS);
    await page.goto(read('entra', 'sign-in.url'));
    await page.getByText('I have an enrollment code').click();
    await page.getByLabel('Enrollment code').fill(code);
    await page.getByRole('button', { name: 'Register a passkey' }).click();
    await page.getByRole('button', { name: 'Register passkey' }).click();
    // No application answers there. It only matters that Entra redirects the person to it.
    const arrival = page.waitForRequest((request) => request.url().startsWith(WIKI));
    await page.getByRole('button', { name: 'Use passkey' }).click();
    const { searchParams } = new URL((await arrival).url());
    assert.ok(searchParams.has('code'), 'Entra let the person in');
  } finally {
    await browser.close();
  }
}
