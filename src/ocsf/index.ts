export { appIds, appNameOf } from './app-names.ts';
export { type EventEntry, type OcsfEvent, toOcsf } from './event.ts';
export { interpret, mailItemsOf } from './interpret.ts';
export { blank as blankEvent, type Interpretation, isSignIn } from './interpretation.ts';
export { createMemo, type Memo } from './memo.ts';
export { mergeInterpretations, sourceRank } from './merge.ts';
export { activityKey } from './operation.ts';
export { type ClassShape, classes, OCSF_VERSION, type Problem, validate } from './schema.ts';
export type { SourceRecord } from './subject.ts';
