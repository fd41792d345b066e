export { ScenarioError, type ScenarioErrorCode } from './errors.ts';
export { type Played, runScenario } from './run.ts';
export {
  loadScenario,
  type Scenario,
  type ScenarioParameters,
  scenarioNames,
} from './scenario.ts';
export type { ClosedFoothold, Foothold, Intruder } from './stage.ts';
export { together } from './together.ts';
