import { idsNamed } from '@countersign/core';
import type { Incident } from '../../detection/incidents/incident.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { ambiguousId, noSuchId } from './ids.ts';
import type { Sources } from './open-readers.ts';

/** Of all findings: what a period or a rule leaves out ties them together all the same. */
export async function knownIncidents({ store }: { store: StoreReader }): Promise<Incident[]> {
  const { incidentsOf } = await import('../../detection/incidents/incident.ts');
  const { surroundingsOf } = await import('../../detection/incidents/surroundings.ts');
  const findings = store.findings({ withdrawn: 'with' });
  return incidentsOf(findings, await surroundingsOf(store, findings));
}

const INCIDENT = { what: 'incident', list: 'findings incidents' } as const;

/**
 * An incident by its id, by one that it had before, by one of its findings, or by a part of these.
 * @throws CliError USAGE where it is none, or not one alone
 */
export async function incidentCalled(
  incidents: readonly Incident[],
  text: string,
): Promise<Incident> {
  const { incidentsNamed } = await import('../../detection/incidents/incident.ts');
  const [only, ...more] = incidentsNamed(incidents, text);
  if (only === undefined) throw noSuchId(text, INCIDENT);
  if (more.length === 0) return only;
  throw ambiguousId(
    text,
    [only, ...more].map(({ id }) => id),
    INCIDENT,
  );
}

/** A finding alone by its id or a part of it, or all of an incident by the incident's. */
export async function findingsCalled(
  { store }: Sources,
  text: string,
): Promise<readonly StoredFinding[]> {
  const findings = store.findings();
  const uids = idsNamed(
    text,
    findings.map(({ uid }) => uid),
  );
  const [only, ...more] = findings.filter(({ uid }) => uids.includes(uid));
  if (only === undefined)
    return (await incidentCalled(await knownIncidents({ store }), text)).findings;
  if (more.length === 0) return [only];
  throw ambiguousId(text, uids, { what: 'finding', list: 'findings' });
}
