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
