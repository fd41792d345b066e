import { createHash, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Names under which distributions install it. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** The path of a Chromium: from CHROMIUM, on the path, or as its own tool installed it. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((each) => each !== '');
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...found, chromium.executablePath()].find((file) => existsSync(file));
}

/** A browser that trusts these certificates in addition to the machine's. */
export function launchChromium(file: string, certificates: readonly string[]): Promise<Browser> {
  const keys = certificates.map((pem) => {
    const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(spki).digest('base64');
  });
  return chromium.launch({
    executablePath: file,
    args: [
      `--ignore-certificate-errors-spki-list=${keys.join(',')}`,
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-dev-shm-usage'],
      // Chromium's own sandbox does not work as root, which only happens in containers.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
}

/** A window whose device has an authenticator with automatic user verification. */
export async function windowOf(
  context: BrowserContext,
  ceremony: 'goes through' | 'fails' = 'goes through',
): Promise<Page> {
  const page = await context.newPage();
  // A busy machine is slow, and the test run limits the total time.
  page.setDefaultTimeout(0);
  await addAuthenticator(page, ceremony);
  return page;
}

/** Gives the device of a window an authenticator with automatic user verification. */
export async function addAuthenticator(
  page: Page,
  ceremony: 'goes through' | 'fails' = 'goes through',
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: ceremony === 'goes through',
      automaticPresenceSimulation: true,
    },
  });
}
