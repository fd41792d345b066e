import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { contentFolder } from '../../../apps/countersign/src/config/installed-package.ts';
import type { ConsoleBrowser } from './console-browser.ts';

const isLong = process.env['COUNTERSIGN_LONG'] === '1';

/** An auditor never gets names. In the long form, every role. */
const ROLES: readonly string[] = isLong
  ? [
      ...['viewer', 'analyst', 'responder', 'approver', 'policy-editor', 'auditor'],
      ...['works-council', 'administrator'],
    ]
  : ['auditor'];

/** Addresses of people, as the sample's sign-ins have them. */
function addresses(): readonly string[] {
  const file = join(contentFolder(), 'sample/export/sign-ins.json.gz');
  const text = gunzipSync(readFileSync(file)).toString().toLowerCase();
  return [...new Set(Array.from(text.matchAll(/"userprincipalname":\s*"([^"]+)"/g), ([, a]) => a))]
    .filter((address) => address !== undefined)
    .filter((address) => address.includes('@'));
}

/** Every page for each role, without the name of a person. */
export async function checkRoles(t: TestContext, browser: ConsoleBrowser): Promise<void> {
  const known = addresses();
  assert.ok(known.length > 3, 'the sample has people');
  for (const role of ROLES) {
    await t.test(`${role} sees no name on any page`, async () => {
      const page = await browser.open('/', { role });
      await page.getByRole('navigation').getByRole('link').first().waitFor();
      const links = await page.getByRole('navigation').getByRole('link').all();
      const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
      assert.ok(paths.length >= 12, `${paths.length} pages`);
      for (const path of paths) {
        await page.goto(`${browser.url}${path}`);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        // Answers and refusals are what a page ends with; skeletons are neither.
        await page.locator('.fui-Skeleton').first().waitFor({ state: 'detached' });
        const text = ((await page.locator('main').textContent()) ?? '').toLowerCase();
        assert.ok(text.length > 20, `${role} sees nothing at ${path}`);
        for (const address of known) {
          assert.ok(!text.includes(address), `${role} sees ${address} at ${path}`);
        }
      }
      await page.context().close();
    });
  }
}
