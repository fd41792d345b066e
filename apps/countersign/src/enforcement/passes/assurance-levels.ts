import type { PassOpening } from '@countersign/policy';
import {
  type AssuranceLevel,
  assuranceLevelChange,
  type SecurityEvent,
} from '../ssf/security-event.ts';
import { complex, opaque } from '../ssf/subject-identifier.ts';
import type { OpenPass, OpenPassTable } from './open-pass-table.ts';
import { userSubject } from './pass-events.ts';

/**
 * A passkey with user verification is two factors in one. AAL3 depends on the authenticator's
 * certification, which no enforcement point sees.
 */
const LEVELS: ReadonlyMap<unknown, AssuranceLevel> = new Map([
  ['single', 'nist-aal1'],
  ['multi', 'nist-aal2'],
  ['phishing-resistant', 'nist-aal2'],
]);

type PassAssurance = { readonly pass: string; readonly level: AssuranceLevel };

/** The assurance level of each person's last sign-in, while its pass is open. */
export class AssuranceLevels {
  readonly #passes: OpenPassTable;
  readonly #known = new Map<string, PassAssurance>();

  constructor(passes: OpenPassTable) {
    this.#passes = passes;
  }

  /** Undefined: no change, or unknown. */
  opened({ pass, request }: OpenPass, issuer: string): SecurityEvent | undefined {
    const level = LEVELS.get(request.context['factor']);
    if (level === undefined || pass.principal.type.toLowerCase() !== 'user') return undefined;
    const key = `${pass.tenant}\n${pass.principal.id.toLowerCase()}`;
    const before = this.#known.get(key);
    this.#known.set(key, { pass: pass.pass, level });
    if (before === undefined || before.level === level) return undefined;
    // The earlier session is over, so there is no level that could change.
    if (this.#passes.get(before.pass) === undefined) return undefined;
    return changed(pass, { current: level, previous: before.level }, issuer);
  }

  /** Forgets people whose passes are over. */
  lapse(): void {
    for (const [key, { pass }] of this.#known) {
      if (this.#passes.get(pass) === undefined) this.#known.delete(key);
    }
  }
}

function changed(
  { pass, tenant, principal, atMs, enforcementPoint }: PassOpening,
  levels: { readonly current: AssuranceLevel; readonly previous: AssuranceLevel },
  issuer: string,
): SecurityEvent {
  const subject = complex({
    user: userSubject(principal.id, issuer),
    session: opaque(pass),
    tenant: opaque(tenant),
  });
  const reason = `signed in at ${enforcementPoint} with another strength than before`;
  return assuranceLevelChange(subject, { atMs, by: 'user', reason, transaction: pass }, levels);
}
