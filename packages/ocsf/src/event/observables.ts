import { isRecord } from './event-schema.ts';

/** OCSF observable type_id by the path of the attribute that holds one. */
const OBSERVABLES: readonly (readonly [path: string, typeId: number, type: string])[] = [
  ['src_endpoint.ip', 2, 'IP Address'],
  ['actor.user.name', 4, 'User Name'],
  ['user.name', 4, 'User Name'],
  ['email.from', 5, 'Email Address'],
  ['email.message_uid', 42, 'Message UID'],
  ['device.hostname', 1, 'Hostname'],
  ['file.path', 45, 'File Path'],
  ['http_request.user_agent', 16, 'HTTP User-Agent'],
  ['src_endpoint.location.country', 14, 'Country'],
];

export function observablesOf(event: Readonly<Record<string, unknown>>): unknown[] {
  const found: unknown[] = [];
  for (const [name, type_id, type] of OBSERVABLES) {
    const value = at(event, name.split('.'));
    if (typeof value === 'string') found.push({ name, type_id, type, value });
  }
  return found;
}

function at(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const name of path) here = isRecord(here) ? here[name] : undefined;
  return here;
}
