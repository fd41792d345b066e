export { IncidentError, type IncidentErrorCode } from './errors.ts';
export type { Foothold, Ground } from './foothold.ts';
export { FOOTHOLDS } from './footholds.ts';
export type { Seed, Taint } from './lineage.ts';
export type { Opening } from './openings.ts';
export {
  areTheyOut,
  type FootholdAnswer,
  type OutInput,
  type OutReport,
  type SuspectParty,
} from './out.ts';
export {
  parseAnswers,
  parseQuestions,
  type Questioned,
  questioned,
  type VendorAnswer,
  type VendorQuestion,
} from './questionnaire.ts';
export { namedSeed } from './seed.ts';
export { type IncidentSource, incidentSource, type Period } from './source.ts';
