export {
  COLLECTORS,
  type Collector,
  OBSERVATION_OUTCOMES,
  type Observation,
  type ObservationOutcome,
  type ObservedCanaries,
  type ObservedDelays,
  parseObservation,
} from './observation.ts';
export { type Buckets, DelaySketch } from './sketch.ts';
