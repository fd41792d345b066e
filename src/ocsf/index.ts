export { type EventEntry, type OcsfEvent, toOcsf } from './event.ts';
export { interpret } from './interpret.ts';
export { type Interpretation, isSignIn } from './interpretation.ts';
export { createMemo, type Memo } from './memo.ts';
export { mergeInterpretations, sourceRank } from './merge.ts';
export { type ClassShape, classes, OCSF_VERSION, type Problem, validate } from './schema.ts';
export type { SourceRecord } from './subject.ts';
