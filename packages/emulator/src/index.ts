export { EventStream } from './azure-monitor/event-stream.ts';
export { selfSigned } from './certificate.ts';
export {
  type CommandOptions,
  CommandUsageError,
  type RunningCommand,
  startCommand,
} from './command-options.ts';
export type { Browser, BrowserVisit } from './company/challenged-sign-ins.ts';
export {
  ACTIVITY_FEEDS,
  type Actor,
  type Feed,
  type FeedRecord,
  type Occurrence,
} from './core/feed-record.ts';
export type { JsonObject } from './core/json-object.ts';
export { SeededRandom } from './core/seeded-random.ts';
export type { Emulator, EmulatorOptions } from './emulator-options.ts';
export type { FaultPlan } from './faults/faults.ts';
export type { FeedDelay } from './feeds/feed-delays.ts';
export type { EmulatorTruth } from './ground-truth.ts';
export { messageFile } from './life/message-file.ts';
export { lifeOf } from './life/tenant-life.ts';
export { WIKI } from './login/wiki.ts';
export { collectorEntry, type PolicyFiles, policyFilesOf } from './policy-files.ts';
export { Population } from './population/population.ts';
export { together } from './scenarios/merge-actors.ts';
export { runScenario } from './scenarios/run-scenario.ts';
export {
  loadScenario,
  type ScenarioParameters,
  scenarioNames,
} from './scenarios/steps/scenario.ts';
export type { ClosedFoothold, Foothold, Intruder } from './scenarios/steps/scenario-context.ts';
export {
  connectMethod,
  type MethodAddress,
  methodAddress,
} from './serve-config.ts';
export { startEmulator } from './start-emulator.ts';
