import type { DirectoryObject, Kind } from '../../directory/model/directory-seed.ts';
import { type Call, isAppOnly } from './graph-call.ts';
import { badRequest, notFound } from './graph-error.ts';

/** Finds users also by name, and applications and service principals also by `appId=…`. */
export function need(call: Call, kind: Kind, key: string): DirectoryObject {
  const { state } = call.directory;
  const named = /^(\w+)=(.+)$/.exec(key);
  const found =
    named !== null && (named[1] === 'appId' || named[1] === 'roleTemplateId')
      ? state.find(kind, named[2] ?? '')
      : kind === 'users'
        ? state.find(kind, key)
        : state.get(kind, key);
  if (found === undefined) throw notFound(key);
  return found;
}

/** The user in the path: `{user}`, or the token's own for `/me`. */
export function needUser(call: Call): DirectoryObject {
  const key = call.params['user'];
  if (key !== undefined) return need(call, 'users', key);
  if (isAppOnly(call.caller))
    throw badRequest('/me request is only valid with delegated authentication flow.', 'BadRequest');
  return need(call, 'users', call.caller.objectId);
}

/** The object that `@odata.id` of a `$ref` call names. */
export function referenceIn(body: { readonly [member: string]: unknown }): string {
  const address = body['@odata.id'];
  const id = typeof address === 'string' ? /\/([^/]+)\/?$/.exec(address)?.[1] : undefined;
  if (id === undefined) throw badRequest("The reference '@odata.id' is missing or not valid.");
  return decodeURIComponent(id);
}
