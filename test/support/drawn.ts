import { BooksReader } from '../../src/books/index.ts';
import { type Incident, incidentsOf, surroundingsOf } from '../../src/detect/index.ts';

/** The incidents of an account. */
export async function drawnIn(data: string): Promise<Incident[]> {
  const books = await BooksReader.open(data);
  try {
    const findings = books.findings({ withdrawn: 'with' });
    return incidentsOf(findings, await surroundingsOf(books, findings));
  } finally {
    books.close();
  }
}
