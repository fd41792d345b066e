export { READ_AGAIN_CODE } from './asked.ts';
export {
  CANARY_ACTS,
  type CanaryAct,
  type CanaryPlan,
  canaryPlans,
  canaryTimeMs,
} from './canary-plan.ts';
export { CANARY_MARK, type CanarySign, canarySigns } from './canary-sign.ts';
export { type CanaryRecord, type CanaryWait, CanaryWatch } from './canary-watch.ts';
export {
  type CheckPair,
  checkObservation,
  compareIds,
  type DueCheck,
  type RecordScope,
} from './cross-check.ts';
export { activitySourceOf, isSpotSource, isUncollected } from './expected.ts';
export {
  OBSERVATION_NAME_CHARACTERS_MAX,
  OBSERVATION_TEXT_CHARACTERS_MAX,
} from './limits.ts';
export {
  COLLECTORS,
  type Collector,
  OBSERVATION_OUTCOMES,
  type Observation,
  type ObservationOutcome,
  type ObservedCanaries,
  type ObservedCheck,
  type ObservedDelays,
  parseObservation,
} from './observation.ts';
export {
  type AskedWindow,
  type CanaryTally,
  CoverageReducer,
  type KeptReducer,
  type UnreadWindow,
} from './reducer.ts';
export { type Buckets, DelaySketch } from './sketch.ts';
export {
  COVERAGE_STATES,
  type CoverageInterval,
  type CoverageState,
  type StreamKey,
} from './states.ts';
export { isStillComing } from './words.ts';
