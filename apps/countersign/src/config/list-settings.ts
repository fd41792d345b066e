import type { Config } from './config.ts';

/** One value of the configuration in force. */
export type Setting = {
  /** As in messages about the file: `tenants[0].collect.graph.root`. */
  readonly setting: string;
  /** Of a secret: where it comes from, never the secret. */
  readonly value: string;
  readonly isSecret: boolean;
};

/** Every value of a configuration, in the order of the document. */
export function listSettings(config: Config): readonly Setting[] {
  return [...settingsOf('', config)];
}

function* settingsOf(setting: string, value: unknown): Generator<Setting> {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each !== 'object')) {
      const text = value.length === 0 ? 'none' : value.map((each) => shown(each)).join(', ');
      yield { setting, value: text, isSecret: false };
      return;
    }
    for (const [at, each] of value.entries()) yield* settingsOf(`${setting}[${at}]`, each);
    return;
  }
  if (typeof value !== 'object') {
    yield { setting, value: shown(value), isSecret: false };
    return;
  }
  const members = Object.entries(value);
  const place = placeOf(members);
  if (place !== undefined) {
    yield { setting, value: place, isSecret: true };
    return;
  }
  for (const [name, member] of members) {
    yield* settingsOf(setting === '' ? name : `${setting}.${name}`, member);
  }
}

/** The form of a `SecretPlace`. */
function placeOf(members: readonly (readonly [string, unknown])[]): string | undefined {
  const [[name, value] = []] = members;
  if (members.length !== 1 || typeof value !== 'string') return undefined;
  if (name === 'env') return `variable ${value}`;
  return name === 'file' ? `file ${value}` : undefined;
}

/** The query of an address may hold a key, such as a signature of storage. */
function shown(value: unknown): string {
  const text = String(value);
  const url = /^[a-z]+:\/\//.test(text) ? URL.parse(text) : null;
  if (url === null || (url.search === '' && url.username === '')) return text;
  return `${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`;
}
