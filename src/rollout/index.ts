export {
  answerGate,
  type Condition,
  type GateAnswer,
  type GateInput,
  type RuleSight,
} from './gate.ts';
export { GATE_SEVERITIES, type GateFile, parseGate } from './gate-file.ts';
