import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { OpenPasses } from '../eam/token-issuance.ts';
import { knownPasses } from './pass-ledger.ts';

type Latest = { readonly pass: string; readonly expiresMs: number };

/** A pass that the external method opened. */
export type SignInPass = Latest & { readonly tenant: string; readonly person: string };

/** The latest open pass of each person who signed in by the external method. */
export class SignInPasses implements OpenPasses {
  readonly #writer: Pick<LedgerWriter, 'store' | 'clock'>;
  /** By person, in order of opening. */
  readonly #latest = new Map<string, Latest>();

  /** Starts with the passes in the store. */
  constructor(writer: Pick<LedgerWriter, 'store' | 'clock'>) {
    this.#writer = writer;
    const nowMs = writer.clock.now();
    const known = knownPasses(writer.store, nowMs, { liveFromMs: nowMs });
    for (const { enforcementPoint, state, tenant, principal, id, expiresMs } of known) {
      if (enforcementPoint !== 'eam' || state !== 'open') continue;
      this.opened({ tenant, person: principal.id, pass: id, expiresMs });
    }
  }

  opened({ tenant, person, pass, expiresMs }: SignInPass): void {
    this.#forget();
    const key = keyOf(tenant, person);
    this.#latest.delete(key);
    this.#latest.set(key, { pass, expiresMs });
  }

  latest(tenant: string, names: readonly string[]): string | undefined {
    const { store, clock } = this.#writer;
    const nowMs = clock.now();
    const found = names.flatMap((name) => this.#latest.get(keyOf(tenant, name)) ?? [])[0];
    if (found === undefined || found.expiresMs <= nowMs) return undefined;
    // Not in the store yet: it opened within the last second, so it cannot have been ended.
    const [known] = knownPasses(store, nowMs, { pass: found.pass });
    return known === undefined || known.state === 'open' ? found.pass : undefined;
  }

  /** Passes usually have the same lifetime, so the oldest expire first. */
  #forget(): void {
    const nowMs = this.#writer.clock.now();
    for (const [key, { expiresMs }] of this.#latest) {
      if (expiresMs > nowMs) return;
      this.#latest.delete(key);
    }
  }
}

function keyOf(tenant: string, person: string): string {
  return `${tenant} ${person.toLowerCase()}`;
}
