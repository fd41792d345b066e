/**
 * The scripts of the pages, under their nonce. They encode WebAuthn's JSON themselves, because not
 * every browser with passkeys can.
 */

const CODING = `
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
`;

const RUN = `
const form = document.getElementById('passkey');
const button = form.querySelector('button');
const alert = document.getElementById('alert');
const data = JSON.parse(document.getElementById('data').textContent);
const tell = (what) => { alert.textContent = what; alert.hidden = false; };
if (!window.PublicKeyCredential) tell(data.unsupported);
else { button.disabled = false; button.focus(); }
form.addEventListener('submit', (event) => {
  if (form.elements.credential.value) return;
  event.preventDefault();
  button.disabled = true;
  alert.hidden = true;
  ask(data.options).then(
    (credential) => {
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    },
    () => { button.disabled = false; tell(data.failed); button.focus(); },
  );
});
`;

const USE = `
const ask = async (options) => {
  const publicKey = { ...options, challenge: bytes(options.challenge) };
  const { id, type, rawId, response } = await navigator.credentials.get({ publicKey });
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return {
    id, type, rawId: text(rawId), clientExtensionResults: {},
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      ...(userHandle ? { userHandle: text(userHandle) } : {}),
    },
  };
};
`;

const REGISTER = `
const ask = async (options) => {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: options.excludeCredentials.map((each) => ({ ...each, id: bytes(each.id) })),
  };
  const { id, type, rawId, response } = await navigator.credentials.create({ publicKey });
  return {
    id, type, rawId: text(rawId), clientExtensionResults: {},
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports ? response.getTransports() : [],
    },
  };
};
`;

/** Submits the only form at once. */
export const SUBMIT_SCRIPT = 'document.forms[0].submit();';

export const USE_SCRIPT: string = CODING + USE + RUN;
export const REGISTER_SCRIPT: string = CODING + REGISTER + RUN;
