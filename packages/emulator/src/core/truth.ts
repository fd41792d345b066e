/** Who really acted. No client can see it; tests verify results with it. */
export type Truth = {
  /** `life` for ordinary people, otherwise the scenario's name. */
  readonly scenario: string;
  /** MITRE ATT&CK technique of an attacker's step. */
  readonly technique?: string;
  readonly isAttacker: boolean;
  /** The attack within a scenario that plays several. */
  readonly attack?: string;
};
