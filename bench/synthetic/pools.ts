import { FastRandom } from './random.ts';

export const WORDS: readonly Buffer[] = [
  'Quotations',
  'Harbour dues',
  'Berth plan',
  'Tariffs',
  'Inspections',
  'Pilotage',
  'Dredging',
  'Customs',
  'Crane hire',
  'Storage',
  'Claims',
  'Insurance',
  'Payroll',
  'Roster',
  'Minutes',
  'Reefer logs',
  'Manifests',
  'Invoices',
  'Tenders',
  'Training',
  'Works council',
  'Safety',
].map((word) => Buffer.from(word));

export const SITES: readonly Buffer[] = [
  'operations',
  'berth-planning',
  'finance',
  'works',
  'people',
  'legal',
  'pilots',
  'tenders-2026',
].map((site) => Buffer.from(site));

export const FOLDERS: readonly Buffer[] = [
  'General',
  'General/2026',
  'Contracts/Signed',
  'Drafts',
  'Reports/Weekly',
  'Archive/2024/Q3',
  'Plans/North quay/Revision B',
].map((folder) => Buffer.from(folder));

export const SERVERS: readonly Buffer[] = [
  'HBLP251MB0412',
  'HBLP251MB0977',
  'HBLP193MB1530',
  'HBLP193MB0061',
  'HBLP302MB2218',
].map((server) => Buffer.from(server));

/** A few thousand names, of which some are asked for often. */
export function fileNames(seed: number): readonly Buffer[] {
  const random = new FastRandom(seed);
  const subjects = ['Berth allocation', 'Tariff table', 'Crane roster', 'Incident report', 'Offer'];
  return Array.from({ length: 4000 }, (_, i) => {
    const version = random.below(9) + 1;
    return Buffer.from(`${random.pick(subjects)} ${2020 + (i % 7)}-${i} v${version}.docx`);
  });
}
