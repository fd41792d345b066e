import { createHash } from 'node:crypto';
import { LINK_API_PATH, PASSKEY_API_PATH } from './paths.ts';

/**
 * Takes the secret out of the address, where the history of the browser would keep it, and sends
 * it when the person asks for it: a preview or a prefetch of the page must not use the link up.
 */
const SCRIPT = `
const secret = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
const button = document.querySelector('button');
const status = document.querySelector('[role=status]');
if (secret === '') status.textContent = 'This address has no secret. Open the whole link.';
else button.disabled = false;
const post = async (path, body) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.detail);
  return reply;
};
const register = async () => {
  const { publicKey } = await post('${PASSKEY_API_PATH}/registration/options', {});
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
  const credential = await navigator.credentials.create({ publicKey: options });
  await post('${PASSKEY_API_PATH}/registration', { credential: credential.toJSON() });
};
let signedIn;
button.addEventListener('click', async () => {
  button.disabled = true;
  status.textContent = '';
  try {
    signedIn ??= await post('${LINK_API_PATH}', { secret });
    if (signedIn.passkey) await register();
    location.replace(signedIn.returnTo);
  } catch (error) {
    button.disabled = false;
    status.textContent = 'Could not sign in: ' + error.message + '. Try again.';
  }
});
`;

const STYLE = `
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }
button { font: inherit; padding: .5rem 1rem }
`;

export const LINK_PAGE: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to Countersign</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Sign in to Countersign</h1>
<p>This link works once. It signs in the person who uses it first.</p>
<p><button type="button" disabled>Sign in</button></p>
<p role="status"></p>
<noscript><p>This page needs JavaScript to read the secret of the link.</p></noscript>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;

/** Only this script and this style, and only requests to this service (CSP Level 3). */
export const LINK_PAGE_POLICY: string = [
  "default-src 'none'",
  `script-src '${digestOf(SCRIPT)}'`,
  `style-src '${digestOf(STYLE)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function digestOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
