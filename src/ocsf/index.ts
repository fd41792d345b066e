export { type Interpretation, isSignIn } from './interpretation.ts';
export { interpret } from './interpret.ts';
export { createMemo, type Memo } from './memo.ts';
export type { SourceRecord } from './subject.ts';
