import { leftOutOf, TENANT_NOT_STATED } from '@countersign/core';
import { isUncollected, type Observation } from '@countersign/coverage';
import { ANY, type CoverageRow } from '../store/rows/entry-rows.ts';

/**
 * Why records are missing, or may be.
 *
 * - `settling`        they may still arrive, and are requested again
 * - `not-connected`   a tenant of the inventory is not connected
 * - `not-collected`   no collector reads this source
 * - `file`            the records are from a file
 * - `off`             the source is switched off
 * - `license`         the tenant has no license for the source
 * - `rights`          the service refused the collector
 * - `credential`      the collector could not sign in
 * - `unreachable`     the service did not answer
 * - `quota`           the quota of requests was exhausted
 * - `expired`         the service no longer keeps what was not fetched in time
 * - `unreadable`      content arrived that could not be read
 * - `left-out`        a part of the source is not requested
 * - `silent`          canaries do not come back
 * - `not-requested`   nothing was requested for this time
 * - `other`           see the reason
 */
export const HOLE_CAUSES = [
  'not-connected',
  'credential',
  'rights',
  'license',
  'off',
  'quota',
  'unreachable',
  'silent',
  'not-requested',
  'not-collected',
  'left-out',
  'unreadable',
  'expired',
  'file',
  'other',
  'settling',
] as const;
export type HoleCause = (typeof HOLE_CAUSES)[number];

/**
 * The cause of a hole.
 *
 * @param seen what the collector observed there; undefined if no entry states it, `unread` if one
 * does whose body is erased, of an unknown form, or beyond a limit
 */
export function holeCauseOf(row: CoverageRow, seen: Observation | 'unread' | undefined): HoleCause {
  if (row.entries === undefined) return 'file';
  if (row.source === ANY) return 'not-connected';
  if (isUncollected(row)) return 'not-collected';
  if (row.because.includes(SILENT)) return 'silent';
  if (seen === 'unread') return 'other';
  if (seen === undefined) return row.state === 'lost' ? 'expired' : 'not-requested';
  if (seen.outcome === 'complete') return row.state === 'lost' ? 'expired' : 'settling';
  return failureCauseOf(row, seen);
}

/** As `silentHoles` of the package `coverage` begins its reason. */
const SILENT = 'silent: none of the last';

/** Without Entra ID P1, Graph refuses sign-ins with one of these. */
const LICENSE = /NonPremiumTenant|license/i;
const CREDENTIAL = /^(?:AADSTS\d+|CREDENTIAL|invalid_client|unauthorized_client)$/;
const RIGHTS =
  /^(?:UNAUTHORIZED|Authorization|Forbidden|AF10001|AF20020|AccessDenied|HTTP 40[13])/i;
const QUOTA: ReadonlySet<string> = new Set(['AF429', '429', 'quota', 'THROTTLED']);
const UNREACHABLE: ReadonlySet<string> = new Set([
  ...['UNREACHABLE', 'TIMED_OUT', 'CERTIFICATE', 'SERVER_FAILED', 'AF50000', 'DAMAGED'],
]);
const UNREADABLE: ReadonlySet<string> = new Set(['quarantined', 'unreadable', 'malformed']);
const EXPIRED: ReadonlySet<string> = new Set(['gone', 'AF20050', 'AF20051', 'AF20022']);

function failureCauseOf(row: CoverageRow, { outcome, code }: Observation): HoleCause {
  const text = code ?? '';
  if (LICENSE.test(text)) return 'license';
  if (outcome === 'off' && row.state === 'off') return 'off';
  if (leftOutOf(code) !== undefined) return 'left-out';
  if (CREDENTIAL.test(text)) return 'credential';
  if (RIGHTS.test(text)) return 'rights';
  if (QUOTA.has(text)) return 'quota';
  if (UNREACHABLE.has(text)) return 'unreachable';
  if (UNREADABLE.has(text)) return 'unreadable';
  if (row.state === 'lost' || EXPIRED.has(text)) return 'expired';
  return 'other';
}

/** Causes that go on until a person acts, so that a later collection shows that they are over. */
const LASTING: ReadonlySet<HoleCause> = new Set([
  ...(['credential', 'rights', 'license', 'off', 'quota', 'unreachable'] as const),
]);

const IMPORT_EXPORT =
  'Import an export of that time: the unified audit log keeps 180 days or longer.';

/**
 * What an operator does about a hole.
 *
 * @param later whether the source was collected again after it
 */
export function holeCureOf(
  cause: HoleCause,
  { source, tenant }: CoverageRow,
  later: 'collected' | 'not collected',
): string {
  if (later === 'collected' && LASTING.has(cause)) {
    return `It is over: ${source} is collected again. ${IMPORT_EXPORT}`;
  }
  switch (cause) {
    case 'settling':
      return 'Nothing: it is requested again until its records have settled.';
    case 'not-connected':
      return (
        'Connect the tenant: "countersign init" writes the steps. If the company no longer owns ' +
        'it, take it out of the inventory.'
      );
    case 'not-collected':
      return `Add ${source} to "collect" of the tenant in the configuration.`;
    case 'file':
      return tenant === TENANT_NOT_STATED
        ? 'Import a file that states its tenant, or connect the tenant.'
        : 'Connect the source. A file cannot prove that none of its records is missing.';
    case 'off':
      return (
        'Switch it on: auditing in the tenant, and the diagnostic setting or subscription of ' +
        `${source}. "countersign doctor" names what is off.`
      );
    case 'license':
      return (
        `Assign the license that ${source} needs (Entra ID P1 for sign-ins), or accept the ` +
        'hole.'
      );
    case 'rights':
      return (
        `Grant the collector the permission for ${source}, with admin consent. ` +
        '"countersign doctor" compares what it has with what it needs.'
      );
    case 'credential':
      return 'Renew the collector\'s secret or certificate. "countersign doctor" tests it.';
    case 'unreachable':
      return (
        'Check DNS, firewall and proxy of this machine. What the vendor keeps is fetched ' +
        'later.'
      );
    case 'quota':
      return (
        'Ask the vendor for a higher quota and raise requestsPerMinute, or collect fewer ' +
        'sources. See "countersign quota".'
      );
    case 'expired':
      return `It is lost for this source. ${IMPORT_EXPORT}`;
    case 'unreadable':
      return 'Update Countersign, then run "countersign import --quarantined".';
    case 'left-out':
      return (
        `Request the missing part of ${source} in "collect", if another source does not ` +
        'have it.'
      );
    case 'silent':
      return (
        `Check whether ${source} still delivers: a record that Countersign itself caused does ` +
        'not come back. Ask the vendor, with the entries of the canaries.'
      );
    case 'not-requested':
      return 'Keep the service running. What the vendor still keeps is fetched by itself.';
    case 'other':
      return 'Read the reason, and run "countersign doctor".';
  }
}
