/** How people can sign in at this service. */
export type SignInMethods = { readonly provider: boolean; readonly passkey: boolean };

/** @throws Error if the service does not answer */
export async function readSignInMethods(signal: AbortSignal): Promise<SignInMethods> {
  const response = await fetch('/api/v1/sign-in', { signal });
  if (!response.ok) throw new Error(`The service replied with status ${response.status}.`);
  return (await response.json()) as SignInMethods;
}

/**
 * Signs a break-glass operator in, or proves again who is signed in (WebAuthn Level 3, section 5).
 *
 * @throws Error if the person cancels, or the service refuses the passkey
 */
export async function signInWithPasskey(): Promise<void> {
  const { publicKey } = (await post('/api/v1/sign-in/passkey/options', {})) as {
    readonly publicKey: PublicKeyCredentialRequestOptionsJSON;
  };
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
  const credential = await navigator.credentials.get({ publicKey: options });
  if (!(credential instanceof PublicKeyCredential)) throw new Error('No passkey was chosen.');
  await post('/api/v1/sign-in/passkey', { credential: credential.toJSON() });
}

async function post(path: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const reply = (await response.json()) as { readonly detail?: string };
  if (!response.ok) throw new Error(reply.detail ?? `status ${response.status}`);
  return reply;
}
