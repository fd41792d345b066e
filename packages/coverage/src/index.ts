export { CANARY_MARK, type CanaryMarker, canarySigns } from './canaries/canary-marker.ts';
export {
  CANARY_ACTS,
  type CanaryAct,
  type CanaryPlan,
  canaryPlans,
  canaryTimeMs,
} from './canaries/canary-plan.ts';
export { type CanaryRecord, CanaryTracker, type CanaryWait } from './canaries/canary-tracker.ts';
export {
  COVERAGE_STATES,
  type CoverageInterval,
  type CoverageState,
  type StreamKey,
} from './coverage-state.ts';
export { type Buckets, DelaySketch, type ObservedDelays } from './delay-sketch.ts';
export { OBSERVATION_NAME_CHARACTERS_MAX, OBSERVATION_TEXT_CHARACTERS_MAX } from './limits.ts';
export {
  type Collector,
  type Observation,
  type ObservationOutcome,
  type ObservedCanaries,
  type ObservedCheck,
  parseObservation,
} from './observation.ts';
export { READ_AGAIN_CODE } from './streams/collection-state.ts';
export {
  type AskedWindow,
  type CanaryTally,
  CoverageReducer,
  type KeptReducer,
  type UnreadWindow,
} from './streams/coverage-reducer.ts';
export { isStillComing } from './streams/coverage-text.ts';
export {
  type CheckPair,
  compareIds,
  type DueCheck,
  observationOfCheck,
  type RecordScope,
} from './streams/cross-check.ts';
export { activitySourceOf, isSpotSource, isUncollected } from './streams/expected-sources.ts';
