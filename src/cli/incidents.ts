import type { BooksReader, KeptFinding } from '../books/index.ts';
import type { Incident } from '../detect/index.ts';
import { type CliError, usage } from './errors.ts';
import type { Sources } from './question.ts';

/** Of all findings: what a period or a rule leaves out ties them together all the same. */
export async function knownIncidents({ books }: { books: BooksReader }): Promise<Incident[]> {
  const { incidentsOf, surroundingsOf } = await import('../detect/index.ts');
  const findings = books.findings({ withdrawn: 'with' });
  return incidentsOf(findings, await surroundingsOf(books, findings));
}

/**
 * An incident by its id, by one that it had before, or by one of its findings.
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
