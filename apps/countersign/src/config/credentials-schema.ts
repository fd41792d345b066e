import { z } from 'zod';
import type { ConfigEnvironment } from './config-environment.ts';
import type { CredentialPlace } from './config-values.ts';
import { environment, existingFile, oneOf, secretPlace } from './path-values.ts';
import { guid, refuse } from './scalar-values.ts';

/** How an application authenticates to the vendor. */
export function credentials(world: ConfigEnvironment): z.ZodType<{
  readonly clientId: string;
  readonly credential: CredentialPlace;
}> {
  const shape = z.strictObject({
    clientId: guid,
    secret: secretPlace(world).optional(),
    certificate: z
      .strictObject({
        file: existingFile(world).optional(),
        env: environment(world).optional(),
        keyFile: existingFile(world).optional(),
      })
      .optional(),
  });
  return shape.transform(({ clientId, secret, certificate }, context) => {
    if ((secret === undefined) === (certificate === undefined)) {
      return refuse(context, 'needs a secret or a certificate: name the one that the app has');
    }
    const { file, env, keyFile = null } = certificate ?? {};
    const place = secret ?? oneOf(context, { file, env });
    const kind = secret === undefined ? 'certificate' : 'secret';
    const credential: CredentialPlace =
      kind === 'secret' ? { kind, place } : { kind, place, keyFile };
    return { clientId, credential };
  });
}
