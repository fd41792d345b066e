import { idsNamed } from '@countersign/core';
import type { Incident } from '../../detection/incidents/incident.ts';
import type { PersonNames } from '../../reports/findings/person-names.ts';
import type { ReadableIds } from '../../reports/findings/readable-ids.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { ambiguousId, noSuchId, resolveId } from './ids.ts';
import { needWholeIndex, type Sources } from './readers.ts';

/** Of all findings: those outside the period or rule still link the others. */
export async function knownIncidents({
  store,
  kept = (_, compute) => compute(),
}: Pick<Sources, 'store'> & Partial<Pick<Sources, 'kept'>>): Promise<Incident[]> {
  const { incidentsOf } = await import('../../detection/incidents/incident.ts');
  const { surroundingsOf } = await import('../../detection/incidents/surroundings.ts');
  const findings = store.findings.list({ withdrawn: 'with' });
  const indices = findings.flatMap(({ index, mark }) => [index, mark?.index ?? 0]);
  const last = indices.reduce((a, b) => Math.max(a, b), 0);
  return kept(`incidents of findings and marks up to ${last}`, async () =>
    incidentsOf(findings, await surroundingsOf(store, findings)),
  );
}

export async function peopleNames({ store }: Sources): Promise<PersonNames> {
  const { personNames } = await import('../../reports/findings/person-names.ts');
  return personNames(store.identities());
}

/** Replaces ids by names in the texts of findings. */
export async function readableNames({ store, kept }: Sources): Promise<ReadableIds> {
  const { readableIds } = await import('../../reports/findings/readable-ids.ts');
  const found = store.findings.list();
  const texts = found.flatMap(({ draft }) => [draft.title, draft.message]);
  const last = found.reduce((most, { index }) => Math.max(most, index), 0);
  return kept(`readable ids of findings up to ${last}`, () => readableIds(store, texts));
}

/** The events behind the entries of a finding. */
export async function eventsOf(
  { store }: Sources,
  { entries, firstMs, lastMs }: FindingDraft,
): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  const period = { fromMs: firstMs, toMs: lastMs + 1 };
  for await (const row of store.rows({ entries, ...period })) rows.push(row);
  return rows;
}

const INCIDENT = { what: 'incident', list: 'findings incidents' } as const;

/**
 * An incident by its id, by a former id, by one of its findings, or by a part of these.
 *
 * @throws OperationError INVALID_INPUT if it matches none, or several
 */
export async function findIncident(
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

/** A finding by its id or a part of it, or all findings of an incident by the incident's id. */
export async function findFindings(
  { store }: Sources,
  text: string,
): Promise<readonly StoredFinding[]> {
  const findings = store.findings.list();
  const uids = idsNamed(
    text,
    findings.map(({ uid }) => uid),
  );
  const [only, ...more] = findings.filter(({ uid }) => uids.includes(uid));
  if (only === undefined)
    return (await findIncident(await knownIncidents({ store }), text)).findings;
  if (more.length === 0) return [only];
  throw ambiguousId(text, uids, { what: 'finding', list: 'findings' });
}

/**
 * One finding, by its id or a part of it.
 *
 * @throws OperationError INVALID_INPUT if it matches none or several; CANNOT_TELL if the store
 * has no finding and is behind the ledger
 */
export function findFinding({ store, head }: Sources, text: string): StoredFinding {
  const findings = store.findings.list();
  if (findings.length === 0) needWholeIndex(head);
  const kind = { what: 'finding', list: 'findings' };
  const uid = resolveId(
    text,
    findings.map((each) => each.uid),
    kind,
  );
  return findings.find((each) => each.uid === uid) as StoredFinding;
}
