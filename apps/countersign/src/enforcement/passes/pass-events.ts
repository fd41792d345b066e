import type { TenantId } from '@countersign/core';
import type { DirectoryChange, PassEnding, PassOpening } from '@countersign/policy';
import { isObject } from '../http/i-json.ts';
import {
  accountDisabled,
  accountEnabled,
  type Circumstances,
  deviceComplianceChange,
  EVENT_TYPES,
  type Initiator,
  type Level,
  riskLevelChange,
  type SecurityEvent,
  sessionRevoked,
} from '../ssf/security-event.ts';
import type { SsfRecord } from '../ssf/ssf-record.ts';
import { complex, email, issSub, opaque, type SubjectId } from '../ssf/subject-identifier.ts';

/** The initiator of a pass revocation by policy. */
export const BY_POLICY = 'policy';

/** The event about a pass that ended early. */
export function endedEvent(
  { pass, tenant, principal, constraints }: PassOpening,
  { atMs, by, reason }: PassEnding,
  issuer: string,
): SecurityEvent {
  const subject = complex({
    user: userSubject(principal.id, issuer),
    session: opaque(pass),
    tenant: opaque(tenant),
    device: constraints.device === null ? undefined : opaque(constraints.device),
  });
  const initiator: Initiator = by === BY_POLICY ? 'policy' : 'admin';
  const text = reason ?? 'no reason was given';
  return sessionRevoked(subject, { atMs, by: initiator, reason: text, transaction: pass });
}

/** The event about a directory change; undefined if receivers do not need it. */
export function changeEvent(
  tenant: TenantId,
  change: DirectoryChange,
  { issuer, ...because }: Pick<Circumstances, 'atMs' | 'transaction'> & { readonly issuer: string },
): SecurityEvent | undefined {
  // A value that becomes known for the first time has not changed.
  if (change.kind !== 'attribute' || change.before === undefined) return undefined;
  const { type, id, attribute, before, after } = change;
  const said = (reason: string): Circumstances => ({ ...because, by: 'system', reason });
  const member = { tenant: opaque(tenant) };
  const user = complex({ ...member, user: userSubject(id, issuer) });
  switch (`${type}.${attribute}`) {
    case 'Person.risk':
      return riskEvent(user, before, after, said('the risk of the person changed'));
    case 'Person.enabled':
      if (before === true && after === false) return accountDisabled(user, said(''));
      return before === false && after === true ? accountEnabled(user, said('')) : undefined;
    case 'Device.compliant': {
      const device = complex({ ...member, device: opaque(id) });
      return deviceEvent(device, before, after, said('the health of the device changed'));
    }
    default:
      return undefined;
  }
}

/** The pass in a sent event; undefined for every other record. */
export function sentPassOf(record: SsfRecord): string | undefined {
  if (record.what !== 'ssf-issued' || !(EVENT_TYPES.sessionRevoked in record.claims.events)) {
    return undefined;
  }
  const { session } = record.claims.sub_id;
  const id = isObject(session) ? session['id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** CAEP Interoperability Profile, 2.5: an address, or issuer and subject. */
export function userSubject(id: string, issuer: string): SubjectId {
  return /^[^\s@]+@[^\s@]+$/.test(id) ? email(id) : issSub(issuer, id);
}

function riskEvent(
  user: SubjectId,
  before: unknown,
  after: unknown,
  because: Circumstances,
): SecurityEvent | undefined {
  const [previous, current] = [levelOf(before), levelOf(after)];
  if (current === undefined || current === previous) return undefined;
  return riskLevelChange(user, because, { current, previous });
}

/** Unknown compliance is reported as not compliant, which is what it means to a policy. */
function deviceEvent(
  device: SubjectId,
  before: unknown,
  after: unknown,
  because: Circumstances,
): SecurityEvent | undefined {
  const [was, is] = [before === true, after === true];
  if (was === is) return undefined;
  const name = (isHealthy: boolean) => (isHealthy ? 'compliant' : 'not-compliant');
  return deviceComplianceChange(device, because, { previous: name(was), current: name(is) });
}

function levelOf(risk: unknown): Level | undefined {
  switch (risk) {
    case 'none':
    case 'low':
      return 'LOW';
    case 'medium':
      return 'MEDIUM';
    case 'high':
      return 'HIGH';
    default:
      return undefined;
  }
}
