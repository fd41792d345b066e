/**
 * The files of secrets that a configuration names: members `secret`, `certificate`, `keyFile`,
 * `key`, `sas` and the like whose value is a place with a `file`.
 */
export function secretFilesOf(value: unknown): readonly string[] {
  const files = new Set<string>();
  collect(value, files);
  return [...files];
}

/** A certificate without its key may be read by everyone, and a public key may be too. */
const SECRETS: ReadonlySet<string> = new Set([
  ...['place', 'secret', 'authId', 'sas', 'connectionString', 'token', 'password', 'key'],
]);

function collect(value: unknown, files: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    if (name === 'keyFile' && typeof member === 'string') files.add(member);
    const file = (member as { readonly file?: unknown } | null)?.file;
    if (SECRETS.has(name) && typeof file === 'string') files.add(file);
    collect(member, files);
  }
}
