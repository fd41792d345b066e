import { type CodeGrant, nobody } from '../authorize.ts';
import { isSame } from '../client-proof.ts';
import type { RegisteredApp } from '../login-directory.ts';
import type { Session } from '../session.ts';

/**
 * RFC 6749 section 4.3: a program posts a name and a password. That is one factor without an
 * interactive person, so people who need a second one are refused.
 */
export function grantByPassword(session: Session, app: RegisteredApp): CodeGrant {
  const { form, tenantId, options, writer } = session;
  const { directory } = options;
  const name = form.get('username');
  const password = form.get('password');
  if (name === null) throw session.refuse(90014, 'username');
  if (password === null) throw session.refuse(90014, 'password');
  const person = directory.person(tenantId, name);
  if (person === undefined) throw session.refuse(50034, name, nobody(name));
  const right = directory.passwordOf(tenantId, person.objectId);
  if (right === undefined || !isSame(right, password)) {
    throw session.refuse(50126, undefined, person);
  }
  if (!person.isEnabled) throw session.refuse(50057, undefined, person);
  const method = directory.externalMethod(tenantId, person.objectId, app.clientId);
  if (method !== undefined) throw session.refuse(50076, undefined, person);
  return { person, sid: writer.guid(), nonce: undefined, scope: form };
}
