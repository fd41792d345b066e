import { CountersignError, type TenantId, tenantId } from '@countersign/core';
import { InvalidArgumentError } from 'commander';

/** Parsers of option values for commander. A bad value becomes one sentence and exit code 2. */

export function tenantOption(text: string): TenantId {
  try {
    return tenantId(text);
  } catch (error) {
    if (error instanceof CountersignError) throw new InvalidArgumentError(`${error.message}.`);
    throw error;
  }
}

/** For an option that may be repeated. */
export function appendValue(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** `127.0.0.1:8080`, `[::1]:8080`, or a port alone, which means loopback. */
export function listenOption(text: string): { host: string; port: number } {
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || port > 65_535) {
    throw new InvalidArgumentError('Give HOST:PORT, or a port to listen on loopback.');
  }
  return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
}
