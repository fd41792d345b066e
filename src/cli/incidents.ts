import type { KeptFinding } from '../books/index.ts';
import type { Incident } from '../detect/index.ts';
import { type CliError, usage } from './errors.ts';
import type { Sources } from './question.ts';

/** Of all findings: what a period or a rule leaves out ties them together all the same. */
export async function knownIncidents({ books, ledger }: Sources): Promise<Incident[]> {
  const { incidentsOf } = await import('../detect/index.ts');
  const { incidentSource } = await import('../incident/index.ts');
  const history = books.findingHistory();
  const addresses = [...new Set(history.flatMap(({ draft }) => draft.addresses))];
  const sharers = await incidentSource(books, ledger).sharers(addresses, { fromMs: FIRST_MS });
  return incidentsOf({ history, current: books.findings(), sharers });
}

/** Before every event time that can be written. */
const FIRST_MS = -8.64e15;

/**
 * An incident by its id, by that of one that it took in, or by one of its findings.
 * @throws CliError USAGE where there is none
 */
export async function incidentCalled(sources: Sources, id: string): Promise<Incident> {
  const { incidentNamed } = await import('../detect/index.ts');
  const incident = incidentNamed(await knownIncidents(sources), id);
  if (incident !== undefined) return incident;
  throw noSuchIncident(id);
}

export function noSuchIncident(id: string): CliError {
  return usage(`there is no incident "${id}": "countersign findings incidents" lists them`);
}

/** A finding alone by its id, or all of an incident by the incident's. */
export async function findingsCalled(
  sources: Sources,
  id: string,
): Promise<readonly KeptFinding[]> {
  const one = sources.books.finding(id);
  return one === undefined ? (await incidentCalled(sources, id)).findings : [one];
}
