// Written by "npm run reference" from docs/reference/openapi.json. Do not edit.

export type Answer = {
  readonly kind: 'yes' | 'no' | 'unknown';
  /** empty only for yes */
  readonly because: readonly {
    readonly code: string;
    readonly text: string;
  }[];
};

export type Watermark = {
  readonly origin: string;
  readonly size: number;
  readonly at: string | null;
} | null;

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** stable, for programs */
  readonly code: string;
  readonly [member: string]: unknown;
};

export type Operations = {
  /** list the applications that acted or were used, the last active first */
  readonly appsList: {
    readonly form: 'list';
    readonly input: {
      /** part of a name or an id */
      readonly text?: string | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly tenant: string;
      readonly id: string;
      readonly name: string | null;
      readonly events: number;
      readonly first: string;
      readonly last: string;
    };
  };
  /** one application: permissions, consents, credentials, owners, and what it did */
  readonly appsShow: {
    readonly form: 'document';
    readonly input: {
      /** id or name of the application */
      readonly app: string;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly tenant: string;
      readonly id: string;
      readonly name: string | null;
      readonly events: number;
      readonly first: string;
      readonly last: string;
      readonly people: number;
      readonly mailboxes: number;
      readonly activity: readonly {
        readonly operation: string | null;
        readonly workload: string | null;
        readonly events: number;
        readonly items: number;
        readonly first: string;
        readonly last: string;
      }[];
      readonly addresses: readonly {
        readonly address: string;
        readonly events: number;
      }[];
      readonly directory: {
        readonly servicePrincipal: string | null;
        readonly publisher: string | null;
        readonly enabled: boolean | null;
        readonly permissions: readonly {
          readonly resource: string;
          readonly permission: string;
          readonly entry: number;
        }[];
        readonly consents: readonly {
          readonly resource: string;
          readonly scopes: readonly string[];
          readonly entry: number;
          readonly people: 'all' | 'one';
          readonly principal: string | null;
        }[];
        readonly credentials: readonly {
          readonly kind: 'secret' | 'certificate';
          readonly id: string;
          readonly name: string | null;
          readonly entry: number;
          readonly from: string | null;
          readonly until: string | null;
        }[];
        readonly owners: readonly string[] | null;
      } | null;
    } | null;
  };
  /** write one page: who got in, what they did, what is open, what to do first */
  readonly brief: {
    readonly form: 'document';
    readonly input: {
      /** id of an incident, or of one of its findings */
      readonly incident?: string | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly incident: {
        readonly id: string;
        readonly shortId: string;
      } | null;
      readonly period: {
        readonly from: string | null;
        readonly to: string | null;
      };
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly conclusion: string;
      readonly severity: number;
      readonly sections: readonly {
        readonly id: string;
        readonly title: string;
        readonly sentences: readonly {
          readonly text: string;
          readonly entries: readonly number[];
          readonly findings: readonly string[];
        }[];
        readonly unknown: readonly {
          readonly text: string;
          readonly entries: readonly number[];
          readonly findings: readonly string[];
          readonly because: string;
          readonly wouldDecide: string;
        }[];
      }[];
    } | null;
  };
  /** list all bypasses and their states */
  readonly bypassList: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly bypass: string;
      readonly group: string;
      readonly reason: string;
      readonly requestedBy: string;
      readonly untilMs: number;
      readonly approvedBy: string | null;
      readonly endedBy: string | null;
      readonly effect: {
        readonly v: 1;
        readonly what: 'bypass-effect';
        readonly bypass: string;
        readonly wanted: 'past us' | 'by us';
        readonly state: 'begun' | 'done' | 'cannot tell';
        readonly because: string;
        readonly atMs: number;
      } | null;
      readonly entries: readonly number[];
    };
  };
  /** which planted actions came back through which feed, and how late */
  readonly canaries: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly tenant: string;
      readonly source: string;
      readonly workload: string | null;
      readonly sent: number;
      readonly seen: number;
      readonly delays: {
        readonly n: number;
        readonly p50Ms: number;
        readonly p99Ms: number;
        readonly maxMs: number;
      } | null;
    };
  };
  /** what the tenant records, for how long, and which API reads it */
  readonly checkTenant: {
    readonly form: 'list';
    readonly input: {
      /** a license group of people in this tenant; repeatable */
      readonly license?: readonly ('E3' | 'E5' | 'F' | 'none')[] | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly fact: string;
      readonly what: string;
      readonly license: 'E3' | 'E5' | 'F' | 'none';
      readonly recorded: 'yes' | 'partly' | 'no' | 'unknown';
      readonly days: number | null;
      readonly paths: readonly {
        readonly source: string;
        readonly state: string;
      }[];
      readonly proof: 
        | 'canary'
        | 'compared'
        | 'seen'
        | 'documented'
        | 'assumed';
      readonly tenant: 
        | 'canary'
        | 'compared'
        | 'seen'
        | 'documented'
        | 'assumed';
      readonly limit: string | null;
      readonly source: string;
      readonly request: string | null;
      readonly entries: readonly number[];
    };
  };
  /** list the configuration of the running service as it is in force */
  readonly configuration: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly setting: string;
      readonly value: string;
      readonly isSecret: boolean;
    };
  };
  /** which intervals were collected, and which were not */
  readonly coverage: {
    readonly form: 'list';
    readonly input: {
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly tenant: string;
      readonly source: string;
      readonly workload: string | null;
      readonly subject: string | null;
      readonly from: string | null;
      readonly to: string | null;
      readonly state: 
        | 'corroborated'
        | 'collected'
        | 'late'
        | 'lost'
        | 'off'
        | 'unknown';
      readonly bound: number | null;
      readonly because: string;
      readonly entries: readonly number[];
    };
  };
  /** which records are missing, why, and what would fix it */
  readonly coverageHoles: {
    readonly form: 'list';
    readonly input: {
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly tenant: string;
      readonly source: string;
      readonly workload: string | null;
      readonly cause: 
        | 'not-connected'
        | 'credential'
        | 'rights'
        | 'license'
        | 'off'
        | 'quota'
        | 'unreachable'
        | 'silent'
        | 'not-requested'
        | 'not-collected'
        | 'left-out'
        | 'unreadable'
        | 'expired'
        | 'file'
        | 'other'
        | 'settling';
      readonly state: 
        | 'corroborated'
        | 'collected'
        | 'late'
        | 'lost'
        | 'off'
        | 'unknown';
      readonly intervals: number;
      readonly from: string | null;
      readonly to: string | null;
      readonly because: string;
      readonly cure: string;
      readonly entries: readonly number[];
    };
  };
  /** list the decisions of the policy, the newest first */
  readonly decisionsList: {
    readonly form: 'list';
    readonly input: {
      /** only decisions with this answer */
      readonly outcome?: 
        | 'permit' | 'deny' | 'step-up' | 'unknown'
        | undefined;
      /** only decisions about this person or workload */
      readonly user?: string | undefined;
      /** only the decision with the reference that a refused person sees */
      readonly reference?: string | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly entry: number;
      readonly id: string;
      readonly reference: string;
      readonly at: string;
      readonly tenant: string;
      readonly enforcementPoint: string;
      readonly outcome: 'permit' | 'deny' | 'step-up' | 'unknown';
      readonly cause: string;
      readonly principal: {
        readonly type: string;
        readonly id: string;
      };
      readonly action: string;
      readonly resource: string;
      readonly address: string | null;
      readonly method: string | null;
      readonly session: string | null;
      readonly pass: string | null;
      readonly policies: readonly string[];
      readonly because: readonly string[];
      readonly obligations: readonly string[];
      readonly policyVersion: string;
    };
  };
  /** decide one AuthZEN request, and explain the decision */
  readonly decide: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** an AuthZEN evaluation: subject, action, resource, context */
      readonly request: Readonly<Record<string, unknown>>;
      /** the enforcement point (default: "enforcementPoint" in the request, else authzen) */
      readonly enforcementPoint?: string | undefined;
      /** print the smallest change that would reverse the decision */
      readonly flip?: boolean | undefined;
    };
    readonly output: {
      readonly decision: boolean;
      readonly context: {
        readonly cause: 'policy' | 'no-policy' | 'unknown' | 'error';
        readonly policies: readonly string[];
        readonly obligations: readonly string[];
        readonly inputs: readonly {
          readonly name: string;
          readonly source: string | null;
          readonly ageMs: number | null;
          readonly state: 'fresh' | 'stale' | 'missing';
        }[];
        readonly because: readonly {
          readonly code: string;
          readonly text: string;
        }[];
        readonly policyVersion: string;
        readonly flip?: {
          readonly changes: readonly {
            readonly input: string;
            readonly to: string;
          }[];
        } | null;
        readonly id?: string;
        readonly atMs?: number;
        readonly enforcementPoint?: string;
        readonly tenant?: string;
        readonly pass?: {
          readonly id: string;
          readonly expiresMs: number;
        };
        readonly entry?: number;
      };
    } | null;
  };
  /** what would be decided, without an entry */
  readonly decidePreview: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** an AuthZEN evaluation: subject, action, resource, context */
      readonly request: Readonly<Record<string, unknown>>;
      /** the enforcement point (default: "enforcementPoint" in the request, else authzen) */
      readonly enforcementPoint?: string | undefined;
      /** print the smallest change that would reverse the decision */
      readonly flip?: boolean | undefined;
    };
    readonly output: {
      readonly decision: boolean;
      readonly context: {
        readonly cause: 'policy' | 'no-policy' | 'unknown' | 'error';
        readonly policies: readonly string[];
        readonly obligations: readonly string[];
        readonly inputs: readonly {
          readonly name: string;
          readonly source: string | null;
          readonly ageMs: number | null;
          readonly state: 'fresh' | 'stale' | 'missing';
        }[];
        readonly because: readonly {
          readonly code: string;
          readonly text: string;
        }[];
        readonly policyVersion: string;
        readonly flip?: {
          readonly changes: readonly {
            readonly input: string;
            readonly to: string;
          }[];
        } | null;
        readonly id?: string;
        readonly atMs?: number;
        readonly enforcementPoint?: string;
        readonly tenant?: string;
        readonly pass?: {
          readonly id: string;
          readonly expiresMs: number;
        };
        readonly entry?: number;
      };
    } | null;
  };
  /** explain one decision: policies, inputs with their ages, and what would help */
  readonly decisionsShow: {
    readonly form: 'document';
    readonly input: {
      /** id or reference of the decision */
      readonly id: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly entry: number;
      readonly id: string;
      readonly reference: string;
      readonly at: string;
      readonly tenant: string;
      readonly enforcementPoint: string;
      readonly outcome: 'permit' | 'deny' | 'step-up' | 'unknown';
      readonly cause: string;
      readonly principal: {
        readonly type: string;
        readonly id: string;
      };
      readonly action: string;
      readonly resource: {
        readonly type: string;
        readonly id: string;
      };
      readonly address: string | null;
      readonly method: string | null;
      readonly session: string | null;
      readonly pass: string | null;
      readonly policies: readonly string[];
      readonly because: readonly string[];
      readonly obligations: readonly string[];
      readonly policyVersion: string;
      readonly context: Readonly<Record<string, unknown>>;
      readonly inputs: readonly {
        readonly name: string;
        readonly source: string | null;
        readonly ageMs: number | null;
        readonly state: 'fresh' | 'stale' | 'missing';
      }[];
      readonly help: readonly string[];
    } | null;
  };
  /** list feeds with their position, lag, and refused records */
  readonly feedsList: {
    readonly form: 'list';
    readonly input: {
      /** only this feed */
      readonly feed?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly name: string;
      readonly kind: string;
      readonly state: 'running' | 'failing' | 'paused' | 'stopped';
      readonly because: string | null;
      readonly proof: 'sent' | 'accepted' | 'indexed' | null;
      readonly deliveredUpTo: number | null;
      readonly sentUpTo: number | null;
      readonly lag: number;
      readonly records: number;
      readonly deliveredMs: number | null;
      readonly failures: number;
      readonly failingSinceMs: number | null;
      readonly retryMs: number | null;
      readonly lastError: string | null;
      readonly erasure: 'informed' | 'unsupported';
      readonly refusedCount: number;
      readonly refused: readonly {
        readonly index: number;
        readonly because: string;
        readonly atMs: number;
      }[];
    };
  };
  /** list entries of the ledger by index or kind */
  readonly ledgerEntries: {
    readonly form: 'list';
    readonly input: {
      /** the first entry; with --newest, the last one */
      readonly from?: number | string | undefined;
      /** only entries of this kind */
      readonly kind?: 
        | 'record'
        | 'import'
        | 'decision'
        | 'pass'
        | 'finding'
        | 'act'
        | 'approval'
        | 'coverage'
        | 'control'
        | 'gate'
        | 'directory'
        | 'credential'
        | 'policy'
        | 'config'
        | 'hold'
        | 'erasure'
        | 'key'
        | 'clock' | undefined;
      /** newest entries first */
      readonly newest?: boolean | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly index: number;
      readonly leaf: {
        readonly kind: string;
        readonly tenant: string;
        readonly source: string;
        readonly id: string;
        readonly at: string;
        readonly seen: string;
        readonly size: number;
        readonly commitment: string;
      };
    };
  };
  /** show one entry: envelope, body, event and proof */
  readonly show: {
    readonly form: 'document';
    readonly input: {
      /** index of an entry, id of a decision, or reference of a refusal (1a2b-3c4d-5e6f) */
      readonly entry: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly index: number;
      readonly leaf: {
        readonly kind: string;
        readonly tenant: string;
        readonly source: string;
        readonly id: string;
        readonly at: string;
        readonly seen: string;
        readonly size: number;
        readonly commitment: string;
      };
      readonly body: string | null;
      readonly bodyBase64?: string;
      readonly bodyState: 'as committed' | 'not as committed' | 'erased';
      readonly erased: {
        readonly entry: number;
        readonly at: string;
        readonly by: string;
        readonly reason: string;
        readonly case: string;
      } | null;
      readonly locus: {
        readonly importNumber: number;
        readonly row: number;
        readonly offset: number;
        readonly length: number;
      } | null;
      readonly event: {
        readonly class_uid: number;
        readonly type_uid: number;
        readonly time: number;
        readonly [member: string]: unknown;
      } | null;
      readonly proof: {
        readonly origin: string;
        readonly size: number;
        readonly root: string;
        readonly hashes: readonly string[];
        readonly checkpoint: string;
        readonly verified: boolean;
      };
    } | null;
  };
  /** prove that an entry is in the log, as a file that any tool can verify */
  readonly ledgerProve: {
    readonly form: 'document';
    readonly input: {
      /** its index */
      readonly entry: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly index: number;
      readonly origin: string;
      readonly size: number;
      readonly hashes: readonly string[];
      readonly leaf: string;
      readonly proof: string;
    } | null;
  };
  /** list events in time order */
  readonly timeline: {
    readonly form: 'list';
    readonly input: {
      /** the actor: UPN in any case, object id, PUID or SID */
      readonly user?: string | undefined;
      /** only events from this address */
      readonly ip?: string | undefined;
      /** only events of this session */
      readonly session?: string | undefined;
      /** only events of this application: id or name */
      readonly app?: string | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly class_uid: number;
      readonly type_uid: number;
      readonly time: number;
      readonly metadata: {
        readonly version: '1.8.0';
        readonly [member: string]: unknown;
      };
      readonly unmapped: {
        readonly entries: readonly number[];
        readonly [member: string]: unknown;
      };
      readonly [member: string]: unknown;
    };
  };
  /** are the intruders out? one answer for each of 44 footholds */
  readonly eviction: {
    readonly form: 'list';
    readonly input: {
      /** the earliest possible time of the intrusion (default: the time of the first finding) */
      readonly since?: string | undefined;
      /**
       * start only from the findings of this incident: its id, or the id of one of its findings
       */
      readonly incident?: string | undefined;
      /** treat this as under their control: user:NAME, app:ID, session:ID or ip:ADDRESS */
      readonly tainted?: readonly string[] | undefined;
      /** answer as if this finding were a false alarm: its id */
      readonly without?: readonly string[] | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly foothold: string;
      readonly number: number;
      readonly name: string;
      readonly answer: 'open' | 'unknown';
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly because: readonly {
        readonly code: string;
        readonly text: string;
      }[];
      readonly wouldDecide: readonly {
        readonly what: string;
      }[];
      readonly openings: readonly {
        readonly entries: readonly number[];
        readonly at: string;
        readonly tenant: string;
        readonly what: string;
        readonly why: string;
        readonly party: string | null;
        readonly state: 'open' | 'closed' | 'unsure';
        readonly closed: {
          readonly entry: number;
          readonly at: string;
          readonly by: string | null;
          readonly leaves: readonly {
            readonly code: string;
            readonly text: string;
          }[];
        } | null;
        readonly unsure?: {
          readonly entry: number;
          readonly at: string;
          readonly because: string;
        };
      }[];
      readonly openingCount: number;
      readonly without: readonly {
        readonly finding: string;
        readonly title: string;
        readonly answer: 'open' | 'unknown';
        readonly openingCount: number;
      }[];
      readonly vendor?: {
        readonly answer: 'unknown';
        readonly questions: readonly {
          readonly id: string;
          readonly question: string;
          readonly why: string;
          readonly answer: 'yes' | 'no' | 'unknown';
          readonly because: string;
        }[];
      };
      readonly parties: readonly {
        readonly party: string;
        readonly kind: string;
        readonly names: readonly string[];
        readonly since: string;
        readonly evidence: readonly {
          readonly edge: string;
          readonly finding?: string;
          readonly confidence?: number | null;
          readonly from?: string;
          readonly operation?: string;
          readonly at: string;
          readonly text: string;
          readonly entries: readonly number[];
          readonly techniques: readonly string[];
        }[];
        readonly evidenceCount: number;
      }[];
      readonly addresses: readonly {
        readonly address: string;
        readonly followed: boolean;
        readonly because: string;
        readonly accountsBefore: number | null;
      }[];
      readonly doubts: readonly {
        readonly finding: string;
        readonly title: string;
        readonly clears: readonly string[];
      }[];
      readonly doubtsNotTried: number;
    } | {
      readonly foothold: string;
      readonly number: number;
      readonly name: string;
      readonly answer: 'open' | 'unknown';
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly because: readonly {
        readonly code: string;
        readonly text: string;
      }[];
      readonly wouldDecide: readonly {
        readonly what: string;
      }[];
      readonly openings: readonly {
        readonly entries: readonly number[];
        readonly at: string;
        readonly tenant: string;
        readonly what: string;
        readonly why: string;
        readonly party: string | null;
        readonly state: 'open' | 'closed' | 'unsure';
        readonly closed: {
          readonly entry: number;
          readonly at: string;
          readonly by: string | null;
          readonly leaves: readonly {
            readonly code: string;
            readonly text: string;
          }[];
        } | null;
        readonly unsure?: {
          readonly entry: number;
          readonly at: string;
          readonly because: string;
        };
      }[];
      readonly openingCount: number;
      readonly without: readonly {
        readonly finding: string;
        readonly title: string;
        readonly answer: 'open' | 'unknown';
        readonly openingCount: number;
      }[];
      readonly vendor?: {
        readonly answer: 'unknown';
        readonly questions: readonly {
          readonly id: string;
          readonly question: string;
          readonly why: string;
          readonly answer: 'yes' | 'no' | 'unknown';
          readonly because: string;
        }[];
      };
    };
  };
  /** export entries to an evidence file */
  readonly evidenceExport: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** indices of the entries */
      readonly entries: readonly ({
        readonly index: number;
        readonly origin?: string | undefined;
      } | number | string)[];
      /** jsonl: lines of JSON, the default; html: a page that verifies itself in a browser */
      readonly format?: 'jsonl' | 'html' | undefined;
    };
    readonly output: {
      readonly evidence: string;
      readonly bytes: number;
      readonly entries: readonly number[];
      readonly checkpoint: {
        readonly origin: string;
        readonly size: number;
        readonly root: string;
        readonly asOf: {
          readonly origin: string;
          readonly size: number;
          readonly at: string | null;
        };
      };
      readonly vkey: string;
    } | null;
  };
  /** pause a feed */
  readonly feedsPause: {
    readonly form: 'document';
    readonly input: {
      /** its name */
      readonly feed: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the reason, for the entry */
      readonly reason: string;
    };
    readonly output: {
      readonly name: string;
      readonly entry: number;
      readonly next: number;
    } | null;
  };
  /** send entries again, from an index on */
  readonly feedsReplay: {
    readonly form: 'document';
    readonly input: {
      /** its name */
      readonly feed: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** index of the first entry */
      readonly from: number | string;
      /** the reason, for the entry */
      readonly reason: string;
    };
    readonly output: {
      readonly name: string;
      readonly entry: number;
      readonly next: number;
    } | null;
  };
  /** resume a paused or stopped feed */
  readonly feedsResume: {
    readonly form: 'document';
    readonly input: {
      /** its name */
      readonly feed: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the reason, for the entry */
      readonly reason: string;
    };
    readonly output: {
      readonly name: string;
      readonly entry: number;
      readonly next: number;
    } | null;
  };
  /** send one marked record to the receiver of a feed */
  readonly feedsTest: {
    readonly form: 'document';
    readonly input: {
      /** its name */
      readonly feed: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly name: string;
      readonly entry: number;
      readonly delivered: 'yes' | 'no';
      readonly proof: 'sent' | 'accepted' | 'indexed' | null;
      readonly because: string | null;
    } | null;
  };
  /** list what rules, detectors and reconciliation found */
  readonly findings: {
    readonly form: 'list';
    readonly input: {
      /** only findings of this rule: its id, or its id up to a slash */
      readonly rule?: string | undefined;
      /** only findings of at least this severity */
      readonly minSeverity?: 
        | 'informational'
        | 'low'
        | 'medium'
        | 'high'
        | 'critical' | undefined;
      /** only findings of this incident: its id, or the id of one of its findings */
      readonly incident?: string | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly activity_id: number;
      readonly activity_name: 'Create' | 'Update';
      readonly category_name: 'Findings';
      readonly category_uid: 2;
      readonly class_name: 'Detection Finding';
      readonly class_uid: 2004;
      readonly type_name: string;
      readonly type_uid: number;
      readonly time: number;
      readonly start_time: number;
      readonly end_time: number;
      readonly severity_id: number;
      readonly severity: string;
      readonly status_id: number;
      readonly status: string;
      readonly comment?: string;
      readonly status_detail?: string;
      readonly confidence_score?: number;
      readonly confidence_id?: number;
      readonly confidence?: string;
      readonly message: string;
      readonly is_alert: boolean;
      readonly metadata: {
        readonly version: '1.8.0';
        readonly product: {
          readonly name: string;
          readonly vendor_name: string;
          readonly version: string;
        };
        readonly tenant_uid: string;
        readonly uid: string;
        readonly correlation_uid?: string;
        readonly loggers: readonly {
          readonly name: string;
        }[];
      };
      readonly finding_info: {
        readonly uid: string;
        readonly title: string;
        readonly desc: string;
        readonly first_seen_time: number;
        readonly last_seen_time: number;
        readonly analytic: {
          readonly uid: string;
          readonly name: string;
          readonly type_id: number;
          readonly version: string;
        };
        readonly attacks?: readonly {
          readonly technique: {
            readonly uid: string;
            readonly name?: string;
          };
          readonly sub_technique?: {
            readonly uid: string;
            readonly name?: string;
          };
        }[];
      };
      readonly remediation: {
        readonly desc: string;
      };
      readonly evidences: readonly {
        readonly data: {
          readonly entries: readonly number[];
          readonly principals: readonly string[];
          readonly sessions: readonly string[];
          readonly apps: readonly string[];
          readonly addresses: readonly string[];
        };
      }[];
    };
  };
  /** explain one finding: cause, people, events, next steps */
  readonly findingsShow: {
    readonly form: 'document';
    readonly input: {
      /** id of the finding, or the beginning of the id */
      readonly id: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly uid: string;
      readonly shortId: string;
      readonly finding: {
        readonly activity_id: number;
        readonly activity_name: 'Create' | 'Update';
        readonly category_name: 'Findings';
        readonly category_uid: 2;
        readonly class_name: 'Detection Finding';
        readonly class_uid: 2004;
        readonly type_name: string;
        readonly type_uid: number;
        readonly time: number;
        readonly start_time: number;
        readonly end_time: number;
        readonly severity_id: number;
        readonly severity: string;
        readonly status_id: number;
        readonly status: string;
        readonly comment?: string;
        readonly status_detail?: string;
        readonly confidence_score?: number;
        readonly confidence_id?: number;
        readonly confidence?: string;
        readonly message: string;
        readonly is_alert: boolean;
        readonly metadata: {
          readonly version: '1.8.0';
          readonly product: {
            readonly name: string;
            readonly vendor_name: string;
            readonly version: string;
          };
          readonly tenant_uid: string;
          readonly uid: string;
          readonly correlation_uid?: string;
          readonly loggers: readonly {
            readonly name: string;
          }[];
        };
        readonly finding_info: {
          readonly uid: string;
          readonly title: string;
          readonly desc: string;
          readonly first_seen_time: number;
          readonly last_seen_time: number;
          readonly analytic: {
            readonly uid: string;
            readonly name: string;
            readonly type_id: number;
            readonly version: string;
          };
          readonly attacks?: readonly {
            readonly technique: {
              readonly uid: string;
              readonly name?: string;
            };
            readonly sub_technique?: {
              readonly uid: string;
              readonly name?: string;
            };
          }[];
        };
        readonly remediation: {
          readonly desc: string;
        };
        readonly evidences: readonly {
          readonly data: {
            readonly entries: readonly number[];
            readonly principals: readonly string[];
            readonly sessions: readonly string[];
            readonly apps: readonly string[];
            readonly addresses: readonly string[];
          };
        }[];
      };
      readonly assignee: string | null;
      readonly work: readonly {
        readonly kind: 'status' | 'assignment' | 'comment';
        readonly value: string | null;
        readonly reason: string | null;
        readonly until: string | null;
        readonly verdict: 
          | 'true-positive'
          | 'benign'
          | 'false-positive'
          | null;
        readonly by: string;
        readonly at: string | null;
        readonly entries: readonly number[];
      }[];
      readonly why: string;
      readonly harmless: string | null;
      readonly next: readonly string[];
      readonly people: readonly {
        readonly key: string;
        readonly name: string;
      }[];
      readonly addresses: readonly string[];
      readonly apps: readonly {
        readonly id: string;
        readonly name: string | null;
      }[];
      readonly sessions: readonly string[];
      readonly events: readonly {
        readonly index: number;
        readonly entries: readonly number[];
        readonly tenant: string;
        readonly time: string | null;
        readonly erased: boolean;
        readonly classUid: number;
        readonly [member: string]: unknown;
      }[];
      readonly incident: {
        readonly id: string;
        readonly shortId: string;
        readonly title: string;
        readonly count: number;
        readonly followedBy: readonly {
          readonly shortId: string;
          readonly title: string;
          readonly time: string;
        }[];
      } | null;
    } | null;
  };
  /** set the status of a finding, assign it, or comment on it */
  readonly findingsMark: {
    readonly form: 'document';
    readonly input: {
      /** id of a finding or of an incident */
      readonly id: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the new status; it needs a reason */
      readonly status?: 
        | 'new' | 'in-progress' | 'suppressed' | 'resolved'
        | undefined;
      /** the reason of the status */
      readonly reason?: string | undefined;
      /** when a suppression ends */
      readonly until?: string | undefined;
      /**
       * with "resolved" or "suppressed": was it what the rule searches for? The precision of a
       * rule counts verdicts
       */
      readonly verdict?: 
        | 'true-positive' | 'benign' | 'false-positive'
        | undefined;
      /** who works on it; an empty name: no one */
      readonly assignee?: string | undefined;
      /** a comment */
      readonly comment?: string | undefined;
    };
    readonly output: {
      readonly findings: readonly string[];
      readonly status: string | null;
      readonly entries: readonly number[];
    } | null;
  };
  /** the last recorded answer of each gate */
  readonly gateList: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly gate: string;
      readonly entry: number;
      readonly at: string;
      readonly by: string;
      readonly wave: string | null;
      readonly text: string | null;
      readonly window: {
        readonly from: string;
        readonly to: string;
        readonly [member: string]: unknown;
      };
      readonly answer: 'yes' | 'no' | 'unknown';
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly conditions: readonly {
        readonly condition: string;
        readonly requires: string;
        readonly found: readonly string[];
        readonly answer: 'yes' | 'no' | 'unknown';
        readonly because?: readonly {
          readonly code: string;
          readonly text: string;
        }[];
        readonly evidence?: readonly {
          readonly origin: string;
          readonly index: number;
        }[];
        readonly [member: string]: unknown;
      }[];
      readonly resume: readonly string[];
    };
  };
  /** may this wave continue? yes, no or cannot tell */
  readonly gate: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the gate, as YAML, for a caller whose files are elsewhere */
      readonly text?: string | undefined;
    };
    readonly output: {
      readonly gate: string;
      readonly wave: string;
      readonly window: {
        readonly from: string;
        readonly to: string;
      };
      readonly answer: 'yes' | 'no' | 'unknown';
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly conditions: readonly {
        readonly condition: 
          | 'coverage'
          | 'loss'
          | 'residual'
          | 'blind'
          | 'findings';
        readonly requires: string;
        readonly found: readonly string[];
        readonly answer: 'yes' | 'no' | 'unknown';
        readonly asOf: {
          readonly origin: string;
          readonly size: number;
          readonly at: string | null;
        };
        readonly because?: readonly {
          readonly code: string;
          readonly text: string;
        }[];
        readonly evidence?: readonly {
          readonly origin: string;
          readonly index: number;
        }[];
        readonly wouldDecide?: readonly {
          readonly what: string;
        }[];
      }[];
      readonly resume: readonly string[];
      readonly limits: readonly {
        readonly code: string;
        readonly text: string;
      }[];
      readonly entry: number;
    } | null;
  };
  /** group findings into incidents, and show what connects them */
  readonly findingsIncidents: {
    readonly form: 'list';
    readonly input: {
      /** only incidents of at least this severity */
      readonly minSeverity?: 
        | 'informational'
        | 'low'
        | 'medium'
        | 'high'
        | 'critical' | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly incident: string;
      readonly title: string;
      readonly severity_id: number;
      readonly status: 'new' | 'in progress' | 'suppressed' | 'resolved';
      readonly assignee: string | null;
      readonly open: number;
      readonly first: string | null;
      readonly last: string | null;
      readonly findings: readonly string[];
      readonly ties: readonly {
        readonly findings: readonly [string, string];
        readonly by: {
          readonly kind: string;
          readonly id: string;
          readonly name: string;
        };
        readonly entries: readonly number[];
      }[];
      readonly principals: readonly string[];
      readonly sessions: readonly string[];
      readonly apps: readonly string[];
      readonly addresses: readonly string[];
      readonly techniques: readonly string[];
      readonly work: readonly {
        readonly kind: 'status' | 'assignment' | 'comment';
        readonly value: string | null;
        readonly reason: string | null;
        readonly until: string | null;
        readonly verdict: 
          | 'true-positive'
          | 'benign'
          | 'false-positive'
          | null;
        readonly by: string;
        readonly at: string | null;
        readonly entries: readonly number[];
      }[];
    };
  };
  /** the findings of one incident, and what connects them */
  readonly findingsIncident: {
    readonly form: 'document';
    readonly input: {
      /** id of an incident, or of one of its findings */
      readonly id: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly incident: string;
      readonly title: string;
      readonly severity_id: number;
      readonly status: 'new' | 'in progress' | 'suppressed' | 'resolved';
      readonly assignee: string | null;
      readonly open: number;
      readonly first: string | null;
      readonly last: string | null;
      readonly findings: readonly string[];
      readonly ties: readonly {
        readonly findings: readonly [string, string];
        readonly by: {
          readonly kind: string;
          readonly id: string;
          readonly name: string;
        };
        readonly entries: readonly number[];
      }[];
      readonly principals: readonly string[];
      readonly sessions: readonly string[];
      readonly apps: readonly string[];
      readonly addresses: readonly string[];
      readonly techniques: readonly string[];
      readonly work: readonly {
        readonly kind: 'status' | 'assignment' | 'comment';
        readonly value: string | null;
        readonly reason: string | null;
        readonly until: string | null;
        readonly verdict: 
          | 'true-positive'
          | 'benign'
          | 'false-positive'
          | null;
        readonly by: string;
        readonly at: string | null;
        readonly entries: readonly number[];
      }[];
    } | null;
  };
  /** set the status of an incident, assign it, or comment on it */
  readonly findingsMarkIncident: {
    readonly form: 'document';
    readonly input: {
      /** id of an incident, or of one of its findings */
      readonly id: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the new status; it needs a reason */
      readonly status?: 
        | 'new' | 'in-progress' | 'suppressed' | 'resolved'
        | undefined;
      /** the reason of the status */
      readonly reason?: string | undefined;
      /** when a suppression ends */
      readonly until?: string | undefined;
      /**
       * with "resolved" or "suppressed": was it what the rule searches for? The precision of a
       * rule counts verdicts
       */
      readonly verdict?: 
        | 'true-positive' | 'benign' | 'false-positive'
        | undefined;
      /** who works on it; an empty name: no one */
      readonly assignee?: string | undefined;
      /** a comment */
      readonly comment?: string | undefined;
    };
    readonly output: {
      readonly findings: readonly string[];
      readonly status: string | null;
      readonly entries: readonly number[];
    } | null;
  };
  /** one incident as a story: what happened, who tainted whom, what was read */
  readonly findingsStory: {
    readonly form: 'document';
    readonly input: {
      /** id of an incident, or of one of its findings */
      readonly id: string;
      /** answer as if this finding were a false alarm: its id */
      readonly without?: readonly string[] | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly incident: {
        readonly id: string;
        readonly shortId: string;
        readonly title: string;
      };
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly without: readonly {
        readonly finding: string;
        readonly text: string;
      }[];
      readonly phases: readonly {
        readonly phase: 
          | 'got-in'
          | 'gained-power'
          | 'read'
          | 'hid'
          | 'other';
        readonly title: string;
        readonly steps: readonly {
          readonly kind: 'finding' | 'change';
          readonly text: string;
          readonly at: string | null;
          readonly until: string | null;
          readonly finding: string | null;
          readonly severity: number | null;
          readonly confidence: number | null;
          readonly foothold: string | null;
          readonly nodes: readonly string[];
          readonly entries: readonly number[];
        }[];
      }[];
      readonly nodes: readonly {
        readonly id: string;
        readonly kind: 
          | 'account'
          | 'application'
          | 'session'
          | 'address'
          | 'mailbox'
          | 'site'
          | 'other';
        readonly name: string;
        readonly detail: string | null;
        readonly since: string | null;
        readonly suspect: boolean;
        readonly because: readonly {
          readonly text: string;
          readonly at: string | null;
          readonly finding: string | null;
          readonly confidence: number | null;
          readonly entries: readonly number[];
        }[];
        readonly reasons: number;
      }[];
      readonly edges: readonly {
        readonly from: string;
        readonly to: string;
        readonly kind: 'came from' | 'session' | 'change' | 'read';
        readonly text: string;
        readonly at: string | null;
        readonly count: number;
        readonly findings: readonly string[];
        readonly confidence: number | null;
        readonly entries: readonly number[];
      }[];
      readonly nodesOmitted: number;
      readonly readings: readonly {
        readonly place: string;
        readonly node: string;
        readonly by: readonly string[];
        readonly items: number;
        readonly more: boolean;
        readonly from: string | null;
        readonly to: string | null;
        readonly entries: readonly number[];
      }[];
      readonly readingsMayLack: readonly {
        readonly code: string;
        readonly text: string;
      }[];
      readonly doubts: readonly {
        readonly finding: string;
        readonly text: string;
        readonly confidence: number | null;
        readonly clears: readonly string[];
        readonly open: number;
        readonly openWithout: number;
      }[];
      readonly footholds: {
        readonly open: number;
        readonly unknown: number;
      };
    } | null;
  };
  /** which tenants the company owns, and which of them are connected */
  readonly inventory: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly tenant: string;
      readonly name: string | null;
      readonly use: string | null;
      readonly relation: 'owned' | 'partner' | 'not listed';
      readonly isConnected: boolean | null;
      readonly hasRecords: boolean;
      readonly entry: number | null;
    };
  };
  /** print the state of the log: size, root, key, signatures */
  readonly ledgerCheckpoint: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly origin: string;
      readonly size: number;
      readonly root: string;
      readonly vkey: string;
      readonly note: string;
    } | null;
  };
  /** list the checkpoints that the log retains, newest first */
  readonly ledgerCheckpoints: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly size: number;
      readonly root: string;
      readonly at: string | null;
      readonly signers: readonly string[];
      readonly note: string;
    };
  };
  /** list what was erased, when, by whom and why */
  readonly ledgerErasures: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly entry: number;
      readonly at: string;
      readonly by: string;
      readonly reason: string;
      readonly bodies: number;
      readonly from: string | null;
      readonly to: string | null;
      readonly tenants: readonly string[];
    };
  };
  /** erase bodies permanently; all proofs stay valid */
  readonly ledgerErase: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** indices of entries */
      readonly indices?: readonly (number | string)[] | undefined;
      /** all records that name this person, by any of their names */
      readonly users?: readonly string[] | undefined;
      /** the records of this import: the index of its first entry */
      readonly import?: number | string | undefined;
      /** the records of this source */
      readonly source?: string | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** retention: all records of events before this time */
      readonly before?: string | undefined;
      /** the case of the erasure */
      readonly case: string;
      /** the reason */
      readonly reason: string;
    };
    readonly output: {
      readonly erased: number;
      readonly quarantined: number;
      readonly entry: number | null;
      readonly ranges: readonly (readonly [number, number])[];
      readonly receivers: readonly {
        readonly feed: string;
        readonly kind: string;
        readonly sentUpTo: number;
        readonly erasure: 'informed' | 'unsupported';
      }[];
    } | null;
  };
  /** verify every file: bodies, tiles, checkpoints, unexpected files */
  readonly ledgerFsck: {
    readonly form: 'document';
    readonly input: {
      /** the key of the log, from a source outside the data folder */
      readonly key?: string | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly ok: boolean;
      readonly size: number;
      readonly problems: readonly {
        readonly path: string;
        readonly at: number;
        readonly what: string;
      }[];
    } | null;
  };
  /** list the active holds */
  readonly ledgerHoldList: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly index: number;
      readonly case: string;
      readonly by: string;
      readonly scope: {
        readonly names: readonly string[];
        readonly source: string | null;
        readonly tenant: string | null;
        readonly import: number | null;
        readonly fromMs: number | null;
        readonly toMs: number | null;
      };
    };
  };
  /** keep entries from being erased */
  readonly ledgerHold: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** place a hold for this case */
      readonly case: string;
      /** all records that name this person, by any of their names */
      readonly users?: readonly string[] | undefined;
      /** the records of this import: the index of its first entry */
      readonly import?: number | string | undefined;
      /** the records of this source */
      readonly source?: string | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
    };
    readonly output: {
      readonly entry: number;
    } | null;
  };
  /** release all holds of a case */
  readonly ledgerHoldRelease: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** release all holds of this case */
      readonly case: string;
    };
    readonly output: {
      readonly entry: number;
    } | null;
  };
  /** stamp new entries with the right time again, after a clock was ahead */
  readonly ledgerRestartClock: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** why the clock was ahead */
      readonly reason: string;
    };
    readonly output: {
      readonly entry: number;
      readonly lastSeen: string;
      readonly seen: string;
    } | null;
  };
  /** run a witness, or ask the witnesses of this log to cosign */
  readonly ledgerWitness: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** a C2SP tlog-policy: the witnesses of this log, and their quorum */
      readonly policy?: string | undefined;
    };
    readonly output: {
      readonly checkpoint: {
        readonly origin: string;
        readonly size: number;
        readonly root: string;
      };
      readonly witnesses: readonly {
        readonly name: string;
        readonly because?: string;
      }[] | null;
    } | null;
  };
  /** list operators with their roles, last sign-in and sessions */
  readonly operatorsList: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly operator: string;
      readonly issuer: string | null;
      readonly roles: readonly string[];
      readonly passkey: boolean;
      readonly firstMs: number | null;
      readonly lastMs: number | null;
      readonly signIns: number;
      readonly sessions: number;
      readonly tokens: number;
      readonly revoked: {
        readonly atMs: number;
        readonly by: string;
        readonly reason: string;
      } | null;
    };
  };
  /** list who opened the data of a person, and why */
  readonly operatorsAudit: {
    readonly form: 'list';
    readonly input: {
      /** only of this case */
      readonly case?: string | undefined;
      /** only of callers whose name contains this */
      readonly by?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly entry: number;
      readonly at: string;
      readonly by: string;
      readonly question: string;
      readonly person: string | null;
      readonly purpose: string | null;
      readonly case: string | null;
    };
  };
  /** list roles with the scopes that they give */
  readonly operatorsRoles: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly role: string;
      readonly scopes: readonly string[];
    };
  };
  /** let a revoked operator sign in again */
  readonly operatorsRestore: {
    readonly form: 'document';
    readonly input: {
      /** as "operators list" shows it, such as local:ada */
      readonly operator: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the reason */
      readonly reason: string;
    };
    readonly output: {
      readonly operator: string;
      readonly entry: number;
    } | null;
  };
  /** end all access of an operator */
  readonly operatorsRevoke: {
    readonly form: 'document';
    readonly input: {
      /** as "operators list" shows it, such as local:ada */
      readonly operator: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the reason */
      readonly reason: string;
    };
    readonly output: {
      readonly operator: string;
      readonly entry: number;
    } | null;
  };
  /** is every access accounted for, is anything wrong, and what needs a person? */
  readonly overview: {
    readonly form: 'document';
    readonly input: {
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** false: while a service counts for the first time, reply without the numbers */
      readonly wait?: boolean | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly period: {
        readonly from: string;
        readonly to: string;
      };
      readonly accounted: {
        readonly answer: 'yes' | 'no' | 'unknown';
        readonly because: readonly {
          readonly code: string;
          readonly text: string;
        }[];
        readonly links: readonly {
          readonly operation: string;
          readonly input: Readonly<Record<string, string>>;
        }[];
      };
      readonly clear: {
        readonly answer: 'yes' | 'no' | 'unknown';
        readonly because: readonly {
          readonly code: string;
          readonly text: string;
        }[];
        readonly links: readonly {
          readonly operation: string;
          readonly input: Readonly<Record<string, string>>;
        }[];
      };
      readonly incidents: readonly {
        readonly incident: string;
        readonly title: string;
        readonly severity: number;
        readonly open: number;
        readonly assignee: string | null;
        readonly first: string | null;
        readonly last: string | null;
      }[];
      readonly incidentCount: number;
      readonly numbers: {
        readonly verified: {
          readonly value: number | null;
          readonly part: number | null;
          readonly whole: number | null;
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly days: readonly {
            readonly day: string;
            readonly value: number | null;
          }[];
          readonly links: readonly {
            readonly operation: string;
            readonly input: Readonly<Record<string, string>>;
          }[];
        };
        readonly accounted: {
          readonly value: number | null;
          readonly part: number | null;
          readonly whole: number | null;
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly days: readonly {
            readonly day: string;
            readonly value: number | null;
          }[];
          readonly links: readonly {
            readonly operation: string;
            readonly input: Readonly<Record<string, string>>;
          }[];
        };
        readonly residual: {
          readonly value: number | null;
          readonly part: number | null;
          readonly whole: number | null;
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly days: readonly {
            readonly day: string;
            readonly value: number | null;
          }[];
          readonly links: readonly {
            readonly operation: string;
            readonly input: Readonly<Record<string, string>>;
          }[];
        };
        readonly feedDelay: {
          readonly value: number | null;
          readonly part: number | null;
          readonly whole: number | null;
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly days: readonly {
            readonly day: string;
            readonly value: number | null;
          }[];
          readonly links: readonly {
            readonly operation: string;
            readonly input: Readonly<Record<string, string>>;
          }[];
        };
      } | null;
      readonly waiting: readonly {
        readonly what: 
          | 'first records'
          | 'incidents unassigned'
          | 'approvals'
          | 'suppressions ending'
          | 'feeds stopped'
          | 'quarantine';
        readonly count: number;
        readonly since: string | null;
        readonly links: readonly {
          readonly operation: string;
          readonly input: Readonly<Record<string, string>>;
        }[];
      }[];
      readonly coverage: {
        readonly from: string;
        readonly to: string;
        readonly sources: readonly {
          readonly tenant: string;
          readonly source: string;
          readonly state: 
            | 'corroborated'
            | 'collected'
            | 'late'
            | 'lost'
            | 'off'
            | 'unknown'
            | null;
          readonly since: string | null;
          readonly because: string | null;
          readonly segments: readonly {
            readonly from: string;
            readonly to: string;
            readonly state: 
              | 'corroborated'
              | 'collected'
              | 'late'
              | 'lost'
              | 'off'
              | 'unknown';
            readonly because: string;
            readonly entries: readonly number[];
          }[];
        }[];
      };
    } | null;
  };
  /** list the open passes */
  readonly passesList: {
    readonly form: 'list';
    readonly input: {
      /** ended and lapsed passes as well */
      readonly all?: boolean | undefined;
      /** one pass, by its id */
      readonly pass?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly id: string;
      readonly tenant: string;
      readonly decision: string;
      readonly enforcementPoint: string;
      readonly principal: {
        readonly type: string;
        readonly id: string;
      };
      readonly action: string;
      readonly resource: {
        readonly type: string;
        readonly id: string;
      };
      readonly constraints: {
        readonly address: string | null;
        readonly device: string | null;
        readonly app: string | null;
      };
      readonly openedMs: number;
      readonly expiresMs: number;
      readonly state: 'open' | 'ended' | 'lapsed';
      readonly closedMs: number | null;
      readonly by: string | null;
      readonly reason: string | null;
      readonly suite: {
        readonly kind: 'unknown';
        readonly untilMs: number;
        readonly because: readonly {
          readonly code: string;
          readonly text: string;
        }[];
        readonly wouldDecide: readonly {
          readonly what: string;
        }[];
      } | null;
      readonly entries: readonly number[];
    };
  };
  /** end a pass early */
  readonly passesEnd: {
    readonly form: 'document';
    readonly input: {
      /** the id of the pass */
      readonly pass: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** why it ends */
      readonly reason: string;
    };
    readonly output: {
      readonly pass: string;
      readonly entry: number;
      readonly suite: {
        readonly kind: 'unknown';
        readonly untilMs: number;
        readonly because: readonly {
          readonly code: string;
          readonly text: string;
        }[];
        readonly wouldDecide: readonly {
          readonly what: string;
        }[];
      } | null;
    } | null;
  };
  /** list the valid passkeys */
  readonly passkeysList: {
    readonly form: 'list';
    readonly input: {
      /** object id (default: all people) */
      readonly person?: string | undefined;
      /** revoked passkeys as well */
      readonly all?: boolean | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly id: string;
      readonly tenant: string;
      readonly person: string;
      readonly counter: number;
      readonly aaguid: string;
      readonly format: string;
      readonly transports: readonly string[];
      readonly bound: 'device' | 'synced';
      readonly device: string | null;
      readonly invitation: string;
      readonly registeredMs: number;
      readonly usedMs: number | null;
      readonly revoked: {
        readonly atMs: number;
        readonly by: string;
        readonly reason: string;
      } | null;
    };
  };
  /** list invitations to register a passkey */
  readonly passkeysInvitations: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly id: string;
      readonly tenant: string;
      readonly person: string;
      readonly reason: 'first' | 'recovery';
      readonly by: string;
      readonly device: string | null;
      readonly expiresMs: number;
      readonly request: Readonly<Record<string, unknown>> | null;
      readonly approvedBy: string | null;
      readonly used: boolean;
    };
  };
  /** revoke a passkey */
  readonly passkeysRevoke: {
    readonly form: 'document';
    readonly input: {
      /** its id */
      readonly passkey: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the reason */
      readonly reason: string;
    };
    readonly output: {
      readonly passkey: string;
      readonly entry: number;
    } | null;
  };
  /** list the people and other principals that acted, the last active first */
  readonly peopleList: {
    readonly form: 'list';
    readonly input: {
      /** part of a name, an address or an id */
      readonly text?: string | undefined;
      /** only people (user), applications (service) or the suite itself (system) */
      readonly kind?: 'user' | 'service' | 'system' | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly who: string;
      readonly kind: 'user' | 'service' | 'system';
      readonly tenant: string;
      readonly principal: {
        readonly uid: string | null;
        readonly name: string | null;
      };
      readonly aliases: readonly {
        readonly kind: string;
        readonly value: string;
      }[];
      readonly first: string;
      readonly last: string;
    };
  };
  /** the policies in force: text, meaning, version and history */
  readonly policyShow: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly version: string | null;
      readonly schema: {
        readonly file: string;
        readonly text: string;
      };
      readonly policies: readonly {
        readonly file: string;
        readonly text: string;
      }[];
      readonly list: readonly {
        readonly id: string;
        readonly effect: 'permit' | 'forbid';
        readonly sentence: string;
        readonly enforcementPoints: readonly string[];
        readonly obligations: readonly string[];
        readonly file: string;
        readonly line: number;
      }[];
      readonly tests: readonly {
        readonly file: string;
        readonly text: string;
      }[];
      readonly history: readonly {
        readonly version: string;
        readonly at: string;
        readonly by: string;
        readonly entry: number;
        readonly checks: boolean;
      }[];
    } | null;
  };
  /** are these policies valid, and can enforcement points supply their inputs? */
  readonly policyCheck: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the files of the policies (default: those that come with the program) */
      readonly files?: {
        readonly schema: {
          readonly file: string;
          readonly text: string;
        };
        readonly policies: readonly {
          readonly file: string;
          readonly text: string;
        }[];
        readonly tests?: readonly {
          readonly file: string;
          readonly text: string;
        }[] | undefined;
      } | undefined;
    };
    readonly output: {
      readonly ok: boolean;
      readonly version?: string;
      readonly policies: readonly string[];
      readonly problems: readonly {
        readonly file: string;
        readonly line: number;
        readonly column: number;
        readonly what: string;
      }[];
    } | null;
  };
  /** replay history under other policies: who would lose or gain access */
  readonly policyReplay: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the files of the policies (default: those that come with the program) */
      readonly files?: {
        readonly schema: {
          readonly file: string;
          readonly text: string;
        };
        readonly policies: readonly {
          readonly file: string;
          readonly text: string;
        }[];
        readonly tests?: readonly {
          readonly file: string;
          readonly text: string;
        }[] | undefined;
      } | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
    };
    readonly output: {
      readonly period: {
        readonly from: string | null;
        readonly to: string | null;
      };
      readonly policies: string;
      readonly replayed: number;
      readonly same: number;
      readonly lose: number;
      readonly gain: number;
      readonly cannotTell: Readonly<Record<string, number>>;
      readonly losing: readonly {
        readonly tenant: string;
        readonly principal: string;
        readonly enforcementPoint: string;
        readonly flow: string | null;
        readonly count: number;
        readonly first: string;
        readonly last: string;
        readonly policies: readonly string[];
        readonly entries: readonly number[];
      }[];
      readonly gaining: readonly {
        readonly tenant: string;
        readonly principal: string;
        readonly enforcementPoint: string;
        readonly flow: string | null;
        readonly count: number;
        readonly first: string;
        readonly last: string;
        readonly policies: readonly string[];
        readonly entries: readonly number[];
      }[];
      readonly attacks: readonly {
        readonly finding: string;
        readonly title: string;
        readonly severity: number;
        readonly signIns: number;
        readonly stopped: number;
        readonly letIn: number;
        readonly cannotTell: number;
        readonly answer: 'yes' | 'no' | 'unknown';
      }[];
    } | null;
  };
  /** run the tests of policies */
  readonly policyTest: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the files of the policies (default: those that come with the program) */
      readonly files?: {
        readonly schema: {
          readonly file: string;
          readonly text: string;
        };
        readonly policies: readonly {
          readonly file: string;
          readonly text: string;
        }[];
        readonly tests?: readonly {
          readonly file: string;
          readonly text: string;
        }[] | undefined;
      } | undefined;
    };
    readonly output: {
      readonly file: string;
      readonly line: number;
      readonly name: string;
      readonly ok: boolean;
      readonly effect: 'permit' | 'deny';
      readonly cause: 'policy' | 'no-policy' | 'unknown' | 'error';
      readonly policies: readonly string[];
      readonly differences: readonly string[];
    };
  };
  /** retry quarantined input */
  readonly importQuarantined: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the origin of the files, as far as you know it */
      readonly origin?: string | undefined;
    };
    readonly output: {
      readonly files: number;
      readonly read: number;
      readonly accepted: number;
      readonly duplicates: number;
      readonly rejected: number;
      readonly rejects: readonly {
        readonly file: string;
        readonly at: string;
        readonly reason: string;
      }[];
      readonly entries: number;
      readonly checkpoint: {
        readonly origin: string | null;
        readonly size: number;
        readonly root: string;
      };
      readonly warnings: readonly {
        readonly file: string;
        readonly text: string;
      }[];
      readonly failed: readonly string[];
      readonly witnesses: readonly {
        readonly name: string;
        readonly because?: string;
      }[];
      readonly interrupted?: boolean;
    } | null;
  };
  /** run read-only SQL over events, findings, decisions and coverage */
  readonly query: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** one statement; - reads it from standard input */
      readonly sql: string;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
    };
    readonly output: Readonly<Record<string, unknown>>;
  };
  /** do the quotas of the vendor allow what collection needs? */
  readonly quota: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly collector: string;
      readonly tenant: string;
      readonly everyMs: number;
      readonly polls: number;
      readonly failedPolls: number;
      readonly records: number;
      readonly lastPollMs: number | null;
      readonly problem: string | null;
      readonly budget: {
        readonly needed: number;
        readonly allowed: number;
        readonly backlogRequests: number;
        readonly catchUpMinutes: number | null;
        readonly losesFrom: string | null;
        readonly state: 'keeping up' | 'catching up' | 'late: quota';
      } | null;
    };
  };
  /** match each action to its authorization */
  readonly reconcile: {
    readonly form: 'document';
    readonly input: {
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly actions: number;
      readonly events: Readonly<Record<string, number>>;
      readonly accounted: number;
      readonly unaccounted: Readonly<Record<string, number>>;
      readonly unknown: Readonly<Record<string, number>>;
      readonly joined: readonly {
        readonly workload: string;
        readonly recordType: number | null;
        readonly actions: number;
        readonly joined: Readonly<Record<string, number>>;
      }[];
      readonly residual: readonly {
        readonly day: string;
        readonly workload: string;
        readonly actions: number;
      }[];
      readonly days: readonly {
        readonly day: string;
        readonly accounted: number;
        readonly unaccounted: number;
        readonly unknown: number;
      }[];
      readonly cures: Readonly<Record<string, string>>;
      readonly state: {
        readonly listings: number;
        readonly thereBefore: number;
        readonly state: {
          readonly changes: number;
          readonly matched: number;
          readonly unmatched: number;
          readonly unknown: Readonly<Record<string, number>>;
        };
        readonly events: {
          readonly changes: number;
          readonly matched: number;
          readonly unmatched: number;
          readonly unknown: Readonly<Record<string, number>>;
        };
        readonly notCollected: readonly string[];
      };
    } | null;
  };
  /** actions without an authorization, and differences between the directory and its events */
  readonly reconcileList: {
    readonly form: 'list';
    readonly input: {
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly index: number;
      readonly tenant: string;
      readonly time: string;
      readonly who: string | null;
      readonly cause: string;
      readonly because: string;
      readonly workload: string | null;
      readonly recordType: number | null;
      readonly operation: string | null;
      readonly app: string | null;
      readonly ip: string | null;
      readonly session: string | null;
      readonly token: string | null;
      readonly method: 'token' | 'session' | 'person' | 'none';
      readonly signIn: number | null;
      readonly verdict: 'unaccounted' | 'unknown';
      readonly cure: string;
      readonly bound: number | null;
    } | {
      readonly index: number | null;
      readonly entries: readonly number[];
      readonly tenant: string;
      readonly time: string;
      readonly who: string | null;
      readonly cause: string;
      readonly because: string;
      readonly since: string | null;
      readonly about: 'state' | 'event';
      readonly kind: string;
      readonly way: 'in' | 'out';
      readonly ids: readonly string[];
      readonly value: string;
      readonly verdict: 'unmatched' | 'unknown';
    };
  };
  /** which rules receive all their logs, and which are blind */
  readonly rulesStatus: {
    readonly form: 'list';
    readonly input: {
      /** only this rule: its id, or its id up to a slash */
      readonly rule?: string | undefined;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly rule: string;
      readonly title: string;
      readonly detector: string;
      readonly state: 'live' | 'partial' | 'blind' | 'failed';
      readonly since: string | null;
      readonly until: string | null;
      readonly because: string | null;
      readonly incomplete: string | null;
      readonly needs: readonly string[];
      readonly handedIn: boolean;
      readonly findings: number;
      readonly suppressed: number;
      readonly verdicts: {
        readonly truePositive: number;
        readonly benign: number;
        readonly falsePositive: number;
      };
      readonly throttled: readonly {
        readonly day: string;
        readonly count: number;
        readonly max: number;
      }[];
    };
  };
  /** what would a rule of the program have found in a period? */
  readonly rulesReplay: {
    readonly form: 'list';
    readonly input: {
      /** the id of the rule */
      readonly rule: string;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly rule: string;
      readonly title: string;
      readonly kind: 'rule' | 'correlation';
      readonly matches: number;
      readonly days: readonly {
        readonly day: string;
        readonly matches: number;
      }[];
      readonly entries: readonly number[];
      readonly findings: readonly {
        readonly title: string;
        readonly severity: number;
        readonly tenant: string;
        readonly group: string;
        readonly entries: readonly number[];
      }[];
      readonly throttled: readonly string[];
      readonly records: number;
      readonly erased: number;
      readonly microsecondsPerRecord: number;
    };
  };
  /** show one rule: text, needs, tests, health and findings */
  readonly rulesShow: {
    readonly form: 'document';
    readonly input: {
      /** the id of the rule */
      readonly rule: string;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly rule: string;
      readonly title: string;
      readonly detector: string;
      readonly level: string | null;
      readonly description: string | null;
      readonly falsePositives: readonly string[];
      readonly tags: readonly string[];
      readonly needs: readonly string[];
      readonly health: {
        readonly state: 'live' | 'partial' | 'blind' | 'failed';
        readonly since: string | null;
        readonly because: string | null;
      };
      readonly sigma: string | null;
      readonly tests: readonly {
        readonly test: string;
        readonly passed: 'yes' | 'no';
        readonly because: string | null;
      }[];
      readonly findings: {
        readonly new: number;
        readonly inProgress: number;
        readonly suppressed: number;
        readonly resolved: number;
        readonly verdicts: {
          readonly truePositive: number;
          readonly benign: number;
          readonly falsePositive: number;
        };
      };
      readonly days: readonly {
        readonly day: string;
        readonly findings: number;
      }[];
    } | null;
  };
  /** find people, applications, addresses, sessions, entries, decisions, passes, findings */
  readonly search: {
    readonly form: 'list';
    readonly input: {
      /** a name, an address, a session, an id, or an index such as #3370 */
      readonly text: string;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly kind: 
        | 'person'
        | 'app'
        | 'address'
        | 'session'
        | 'entry'
        | 'decision'
        | 'pass'
        | 'finding';
      readonly id: string;
      readonly principal: {
        readonly kind: string;
        readonly name: string;
      } | null;
      readonly title: string;
      readonly tenant: string | null;
      readonly events: number | null;
      readonly last: string | null;
    };
  };
  /** what one person did: sessions, authorizations, actions, balance */
  readonly statement: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** UPN in any case, object id, PUID or SID */
      readonly who: string;
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** why you read the statement of this person */
      readonly purpose?: string | undefined;
      /** the case that you read it for */
      readonly case?: string | undefined;
    };
    readonly output: {
      readonly principal: {
        readonly tenant: string;
        readonly uid: string | null;
        readonly kind: string | null;
        readonly name: string | null;
        readonly aliases: readonly {
          readonly kind: string;
          readonly value: string;
          readonly firstMs: number;
          readonly lastMs: number;
        }[];
      };
      readonly period: {
        readonly from: string | null;
        readonly to: string | null;
      };
      readonly purpose: string | null;
      readonly case: string | null;
      readonly sessions: readonly {
        readonly session: string | null;
        readonly authorization: {
          readonly kind: 'yes';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly evidence: readonly {
            readonly origin: string;
            readonly index: number;
          }[];
        } | {
          readonly kind: 'no';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly evidence: readonly {
            readonly origin: string;
            readonly index: number;
          }[];
        } | {
          readonly kind: 'unknown';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly wouldDecide: readonly {
            readonly what: string;
          }[];
        };
        readonly from: string;
        readonly to: string;
        readonly signIns: readonly {
          readonly index: number;
          readonly entries: readonly number[];
          readonly time: string;
          readonly operation: string | null;
          readonly workload: string | null;
          readonly outcome: 'success' | 'failure' | 'other' | 'unknown';
          readonly statusCode: string | null;
          readonly ip: string | null;
          readonly country: string | null;
          readonly app: string | null;
          readonly device: string | null;
          readonly userAgent: string | null;
          readonly resource: string | null;
          readonly type: string | null;
          readonly multiFactor: boolean | null;
        }[];
        readonly actions: readonly {
          readonly index: number;
          readonly entries: readonly number[];
          readonly time: string;
          readonly operation: string | null;
          readonly workload: string | null;
          readonly outcome: 'success' | 'failure' | 'other' | 'unknown';
          readonly statusCode: string | null;
          readonly ip: string | null;
          readonly country: string | null;
          readonly app: string | null;
          readonly device: string | null;
          readonly userAgent: string | null;
          readonly session: string | null;
          readonly classUid: number;
          readonly activityId: number;
          readonly object: string | null;
          readonly target: string | null;
          readonly mailbox: string | null;
          readonly folder: string | null;
          readonly site: string | null;
          readonly volume: {
            readonly items: number;
            readonly bytes: number | null;
            readonly contents: 'stated' | 'unknown';
            readonly throttled: boolean;
          };
          readonly authorization: {
            readonly kind: 'yes';
            readonly asOf: {
              readonly origin: string;
              readonly size: number;
              readonly at: string | null;
            };
            readonly evidence: readonly {
              readonly origin: string;
              readonly index: number;
            }[];
          } | {
            readonly kind: 'no';
            readonly asOf: {
              readonly origin: string;
              readonly size: number;
              readonly at: string | null;
            };
            readonly because: readonly {
              readonly code: string;
              readonly text: string;
            }[];
            readonly evidence: readonly {
              readonly origin: string;
              readonly index: number;
            }[];
          } | {
            readonly kind: 'unknown';
            readonly asOf: {
              readonly origin: string;
              readonly size: number;
              readonly at: string | null;
            };
            readonly because: readonly {
              readonly code: string;
              readonly text: string;
            }[];
            readonly wouldDecide: readonly {
              readonly what: string;
            }[];
          };
        }[];
      }[];
      readonly unaccounted: readonly {
        readonly index: number;
        readonly entries: readonly number[];
        readonly time: string;
        readonly operation: string | null;
        readonly workload: string | null;
        readonly outcome: 'success' | 'failure' | 'other' | 'unknown';
        readonly statusCode: string | null;
        readonly ip: string | null;
        readonly country: string | null;
        readonly app: string | null;
        readonly device: string | null;
        readonly userAgent: string | null;
        readonly session: string | null;
        readonly classUid: number;
        readonly activityId: number;
        readonly object: string | null;
        readonly target: string | null;
        readonly mailbox: string | null;
        readonly folder: string | null;
        readonly site: string | null;
        readonly volume: {
          readonly items: number;
          readonly bytes: number | null;
          readonly contents: 'stated' | 'unknown';
          readonly throttled: boolean;
        };
        readonly authorization: {
          readonly kind: 'yes';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly evidence: readonly {
            readonly origin: string;
            readonly index: number;
          }[];
        } | {
          readonly kind: 'no';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly evidence: readonly {
            readonly origin: string;
            readonly index: number;
          }[];
        } | {
          readonly kind: 'unknown';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly wouldDecide: readonly {
            readonly what: string;
          }[];
        };
      }[];
      readonly balance: {
        readonly actions: number;
        readonly accounted: number;
        readonly unaccounted: number;
        readonly unknown: number;
      };
      readonly signIns: {
        readonly succeeded: number;
        readonly failed: number;
        readonly unknown: number;
        readonly failedByCode: Readonly<Record<string, number>>;
      };
      readonly events: {
        readonly 'mail-delivery': number;
        readonly detection: number;
      };
      readonly volumes: readonly string[];
      readonly usual?: {
        readonly days: number;
        readonly because: string | null;
        readonly volumes: readonly {
          readonly kind: 'mail' | 'files';
          readonly day: string;
          readonly items: number;
          readonly days: number;
          readonly median: number | null;
          readonly most: number | null;
          readonly answer: 'yes' | 'no' | 'unknown';
          readonly because: string | null;
        }[];
        readonly networks: readonly {
          readonly value: string;
          readonly events: number;
          readonly first: string;
          readonly isNew: boolean | null;
        }[];
        readonly devices: readonly {
          readonly value: string;
          readonly events: number;
          readonly first: string;
          readonly isNew: boolean | null;
        }[];
      };
      readonly coverage: {
        readonly answer: {
          readonly kind: 'yes';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly evidence: readonly {
            readonly origin: string;
            readonly index: number;
          }[];
        } | {
          readonly kind: 'no';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly evidence: readonly {
            readonly origin: string;
            readonly index: number;
          }[];
        } | {
          readonly kind: 'unknown';
          readonly asOf: {
            readonly origin: string;
            readonly size: number;
            readonly at: string | null;
          };
          readonly because: readonly {
            readonly code: string;
            readonly text: string;
          }[];
          readonly wouldDecide: readonly {
            readonly what: string;
          }[];
        };
        readonly facts: readonly {
          readonly index: number;
          readonly entries?: readonly number[];
          readonly tenant: string;
          readonly tenantName?: string;
          readonly source: string;
          readonly workload: string | null;
          readonly subject: string | null;
          readonly fromMs: number | null;
          readonly toMs: number | null;
          readonly state: 
            | 'corroborated'
            | 'collected'
            | 'late'
            | 'lost'
            | 'off'
            | 'unknown';
          readonly bound: number | null;
          readonly because: string;
        }[];
        readonly holes: readonly {
          readonly index: number;
          readonly entries?: readonly number[];
          readonly tenant: string;
          readonly tenantName?: string;
          readonly source: string;
          readonly workload: string | null;
          readonly subject: string | null;
          readonly fromMs: number | null;
          readonly toMs: number | null;
          readonly state: 
            | 'corroborated'
            | 'collected'
            | 'late'
            | 'lost'
            | 'off'
            | 'unknown';
          readonly bound: number | null;
          readonly because: string;
        }[];
      };
      readonly erasures: readonly {
        readonly index: number;
        readonly by: string;
        readonly reason: string;
        readonly entries: number;
        readonly at: string;
        readonly ofThisPerson: boolean;
        readonly from: string | null;
        readonly to: string | null;
      }[];
      readonly ledger: {
        readonly origin: string;
        readonly size: number;
        readonly root: string;
        readonly asOf: {
          readonly origin: string;
          readonly size: number;
          readonly at: string | null;
        };
      };
    } | null;
  };
  /** stream events, decisions and findings to another system */
  readonly tail: {
    readonly form: 'stream';
    readonly input: {
      /** index of the first entry, or "latest" for new entries only; default 0 */
      readonly from?: 'latest' | number | string | undefined;
      /** only these kinds of entries; default event, decision and finding */
      readonly kind?: readonly (
        | 'event'
        | 'import'
        | 'decision'
        | 'pass'
        | 'finding'
        | 'act'
        | 'approval'
        | 'coverage'
        | 'control'
        | 'gate'
        | 'directory'
        | 'credential'
        | 'policy'
        | 'config'
        | 'hold'
        | 'erasure'
        | 'key'
        | 'clock')[] | undefined;
      /** wait for new entries until interrupted */
      readonly follow?: boolean | undefined;
      /** seconds to follow; without it, until the reader leaves */
      readonly wait?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly index: number;
      readonly kind: 
        | 'event'
        | 'import'
        | 'decision'
        | 'pass'
        | 'finding'
        | 'act'
        | 'approval'
        | 'coverage'
        | 'control'
        | 'gate'
        | 'directory'
        | 'credential'
        | 'policy'
        | 'config'
        | 'hold'
        | 'erasure'
        | 'key'
        | 'clock'
        | 'mark'
        | 'erased';
      readonly [member: string]: unknown;
    };
  };
  /** list API tokens with their scopes, expiry and last use */
  readonly tokensList: {
    readonly form: 'list';
    readonly input: {
      /** revoked and expired tokens as well */
      readonly all?: boolean | undefined;
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly id: string;
      readonly name: string;
      readonly scopes: readonly string[];
      readonly tenants: readonly string[] | null;
      readonly regions: readonly string[] | null;
      readonly groups: readonly string[] | null;
      readonly expiresMs: number;
      readonly createdMs: number;
      readonly createdBy: string;
      readonly usedMs: number | null;
      readonly revoked: {
        readonly atMs: number;
        readonly by: string;
        readonly reason: string;
      } | null;
      readonly entry: number;
    };
  };
  /** create an API token for a program */
  readonly tokensCreate: {
    readonly form: 'document';
    readonly input: {
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** a name that no token had before, such as soc-export */
      readonly name: string;
      /** what the token may do */
      readonly scope: readonly (
        | 'ledger:read'
        | 'ledger:check'
        | 'ledger:erase'
        | 'ledger:hold'
        | 'ledger:administer'
        | 'records:import'
        | 'events:read'
        | 'feeds:read'
        | 'feeds:status'
        | 'feeds:administer'
        | 'people:read'
        | 'coverage:read'
        | 'findings:read'
        | 'findings:write'
        | 'eviction:read'
        | 'decisions:make'
        | 'passes:read'
        | 'passes:end'
        | 'policies:read'
        | 'policies:activate'
        | 'credentials:read'
        | 'credentials:write'
        | 'bypass:read'
        | 'bypass:write'
        | 'posture:read'
        | 'gates:evaluate'
        | 'names:read'
        | 'operators:read'
        | 'operators:audit'
        | 'operators:administer')[];
      /** when it ends: 90d, 12h or a time; at most a year */
      readonly expires: string;
      /** only data of this tenant */
      readonly tenants?: readonly string[] | undefined;
      /** only tenants of this region of the configuration */
      readonly regions?: readonly string[] | undefined;
      /** only people of this group of the configuration */
      readonly groups?: readonly string[] | undefined;
    };
    readonly output: {
      readonly id: string;
      readonly name: string;
      readonly secret: string;
      readonly expiresMs: number;
      readonly entry: number;
    } | null;
  };
  /** revoke an API token */
  readonly tokensRevoke: {
    readonly form: 'document';
    readonly input: {
      /** its name or id */
      readonly token: string;
      /** only this tenant */
      readonly tenant?: string | undefined;
      /** the reason */
      readonly reason: string;
    };
    readonly output: {
      readonly id: string;
      readonly name: string;
      readonly entry: number;
    } | null;
  };
  /** what the vendor should change, with an acceptance test for each request */
  readonly requests: {
    readonly form: 'list';
    readonly input: {
      /** items of a page; default 100 */
      readonly limit?: number | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly request: string;
      readonly what: string;
      readonly why: string;
      readonly facts: readonly string[];
      readonly test: string;
      readonly state: 'met' | 'not met' | 'cannot tell';
      readonly because: string;
    };
  };
  /** count the sign-ins that policy decided, checked or could not verify */
  readonly verified: {
    readonly form: 'document';
    readonly input: {
      /** start of the period, inclusive (UTC unless the time states another zone) */
      readonly from?: string | undefined;
      /** end of the period, exclusive */
      readonly to?: string | undefined;
      /** only this tenant */
      readonly tenant?: string | undefined;
    };
    readonly output: {
      readonly asOf: {
        readonly origin: string;
        readonly size: number;
        readonly at: string | null;
      };
      readonly decided: number;
      readonly checked: number;
      readonly unverified: Readonly<Record<string, number>>;
      readonly disagreements: number;
      readonly days: readonly {
        readonly day: string;
        readonly flow: string;
        readonly decided: number;
        readonly checked: number;
        readonly unverified: Readonly<Record<string, number>>;
        readonly disagreements: number;
      }[];
      readonly flows: Readonly<Record<string, {
        readonly decided: number;
        readonly checked: number;
        readonly unverified: Readonly<Record<string, number>>;
        readonly disagreements: number;
      }>>;
    } | null;
  };
};
