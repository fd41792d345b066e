import { AssertionSigner, type Credential, readSecret, readSecretFile } from '@countersign/m365';
import type { CredentialPlace } from './config-values.ts';

export function credentialOf(
  stated: CredentialPlace,
  env: Readonly<Record<string, string | undefined>>,
): Credential {
  const secret = readSecret(stated.place, env);
  if (stated.kind === 'secret') return { kind: 'secret', secret };
  const key = stated.keyFile === null ? '' : readSecretFile(stated.keyFile);
  return { kind: 'certificate', signer: new AssertionSigner(`${secret.reveal()}\n${key}`) };
}
