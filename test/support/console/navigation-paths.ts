import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** The addresses of the pages of the navigation, as a wide page shows it. */
export async function navigationPaths(page: Page): Promise<readonly string[]> {
  await page.getByRole('navigation').getByRole('link').first().waitFor();
  const links = await page.getByRole('navigation').getByRole('link').all();
  const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
  assert.ok(paths.length >= 12, `${paths.length} pages`);
  return paths.filter((path) => path !== null);
}
