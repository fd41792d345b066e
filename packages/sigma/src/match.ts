// The entry point `@countersign/sigma/match`: all that matches records with compiled rules. A
// thread that only matches loads no YAML parser.
export { type EventModel, type PlainEvent, plainModel } from './event-model.ts';
export type { Expression } from './expressions/expression.ts';
export { FIELD_VALUES_MAX } from './limits.ts';
export { correlate, type Hit, partsMin, type Sample, samplesMin } from './match/correlate.ts';
export { textsOf } from './match/event-fields.ts';
export { Matcher } from './match/matcher.ts';
export type { LogSource } from './rule-document.ts';
