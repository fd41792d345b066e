/** What nobody outside can see: who really did it. Tests judge by this. */
export type Truth = {
  /** `life` for ordinary people, else the scenario's name. */
  readonly scenario: string;
  /** MITRE ATT&CK technique of an attacker's step. */
  readonly technique?: string;
  readonly isAttacker: boolean;
  /** Which of a scenario's attacks it belongs to, where the scenario plays several. */
  readonly attack?: string;
};
