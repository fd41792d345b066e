import type { BooksReader, KeptFinding } from '../books/index.ts';
import { idsNamed } from '../core/index.ts';
import type { Incident } from '../detect/index.ts';
import { ambiguousId, noSuchId } from './ids.ts';
import type { Sources } from './question.ts';

/** Of all findings: what a period or a rule leaves out ties them together all the same. */
export async function knownIncidents({ books }: { books: BooksReader }): Promise<Incident[]> {
  const { incidentsOf, surroundingsOf } = await import('../detect/index.ts');
  const findings = books.findings({ withdrawn: 'with' });
  return incidentsOf(findings, await surroundingsOf(books, findings));
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
  const { incidentsNamed } = await import('../detect/index.ts');
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
  { books }: Sources,
  text: string,
): Promise<readonly KeptFinding[]> {
  const findings = books.findings();
  const uids = idsNamed(
    text,
    findings.map(({ uid }) => uid),
  );
  const [only, ...more] = findings.filter(({ uid }) => uids.includes(uid));
  if (only === undefined)
    return (await incidentCalled(await knownIncidents({ books }), text)).findings;
  if (more.length === 0) return [only];
  throw ambiguousId(text, uids, { what: 'finding', list: 'findings' });
}
