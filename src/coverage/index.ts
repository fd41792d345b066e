export {
  type CanaryAct,
  type CanaryPlan,
  type CanarySender,
  type CanarySign,
  type CanaryWait,
  CanaryWatch,
  canaryPlans,
  canaryTimeMs,
  type KeptWatch,
} from './canary.ts';
export {
  type CheckPair,
  checkObservation,
  compareIds,
  type DueCheck,
  type RecordScope,
} from './cross-check.ts';
export { activitySourceOf, isSpotSource } from './expected.ts';
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
export { CoverageReducer, type KeptReducer } from './reducer.ts';
export { type Buckets, DelaySketch } from './sketch.ts';
export {
  COVERAGE_STATES,
  type CoverageInterval,
  type CoverageState,
  type StreamKey,
} from './states.ts';
