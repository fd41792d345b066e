/** A state with another version is discarded and rebuilt from the ledger. */
export const STATE_VERSION = 22;

/** `files` lists what counts. Every other file in the events folder is left over from a crash. */
export const STATE_TABLES = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE cursors (stage TEXT PRIMARY KEY, "index" INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE files (
    path TEXT PRIMARY KEY, kind TEXT NOT NULL, class_uid INTEGER, day TEXT,
    from_index INTEGER NOT NULL, to_index INTEGER NOT NULL, rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL, min_time INTEGER NOT NULL, max_time INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE superseded ("index" INTEGER PRIMARY KEY, generation INTEGER NOT NULL) STRICT;
  CREATE TABLE summaries (
    of TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL, rows INTEGER NOT NULL,
    unstated INTEGER NOT NULL, bytes INTEGER NOT NULL, generation INTEGER NOT NULL,
    engine TEXT NOT NULL, PRIMARY KEY (of, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE unmerged ("index" INTEGER PRIMARY KEY, entries TEXT NOT NULL) STRICT;
  CREATE TABLE tenants (tenant TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE aliases (
    tenant TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, key TEXT NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, actor TEXT NOT NULL,
    PRIMARY KEY (kind, value, tenant, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX aliases_of_key ON aliases (key, tenant);
  CREATE TABLE acts (
    kind TEXT NOT NULL, "index" INTEGER NOT NULL, PRIMARY KEY (kind, "index")
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE imports (
    "index" INTEGER PRIMARY KEY, seen_ms INTEGER NOT NULL, file TEXT NOT NULL,
    bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, by TEXT NOT NULL, origin TEXT
  ) STRICT;
  CREATE TABLE coverage (
    "index" INTEGER NOT NULL, tenant TEXT NOT NULL, source TEXT NOT NULL,
    workload TEXT, subject TEXT, from_ms INTEGER, to_ms INTEGER,
    state TEXT NOT NULL, bound REAL, because TEXT NOT NULL
  ) STRICT;
  CREATE INDEX coverage_of_entry ON coverage ("index");
  CREATE TABLE observations ("index" INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE observed (
    one INTEGER PRIMARY KEY CHECK (one = 1), up_to INTEGER NOT NULL, kept TEXT NOT NULL
  ) STRICT;
  CREATE TABLE erasures (
    "index" INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL,
    entries INTEGER NOT NULL, from_ms INTEGER, to_ms INTEGER, tenants TEXT NOT NULL
  ) STRICT;
  CREATE TABLE inventory ("index" INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE signal_rules (one INTEGER PRIMARY KEY CHECK (one = 1), hash TEXT NOT NULL) STRICT;
  CREATE TABLE signal_groups (
    id INTEGER PRIMARY KEY, stream TEXT NOT NULL, grp TEXT NOT NULL, UNIQUE (stream, grp)
  ) STRICT;
  CREATE TABLE signals (
    group_id INTEGER NOT NULL, time_ms INTEGER NOT NULL, "index" INTEGER NOT NULL,
    part INTEGER NOT NULL, tenant TEXT NOT NULL, vals TEXT NOT NULL, about TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX signals_of_group ON signals (group_id, time_ms, "index", part);
  CREATE INDEX signals_of_entry ON signals ("index");
  CREATE TABLE signal_counts (
    stream TEXT NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, max INTEGER NOT NULL,
    PRIMARY KEY (stream, day)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE signal_touched (
    stream TEXT NOT NULL, grp TEXT NOT NULL, day INTEGER NOT NULL, up_to INTEGER NOT NULL,
    PRIMARY KEY (stream, grp, day)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE findings (
    "index" INTEGER PRIMARY KEY, uid TEXT NOT NULL, detector TEXT NOT NULL, rule TEXT NOT NULL,
    tenant TEXT NOT NULL, window_ms INTEGER NOT NULL, severity INTEGER NOT NULL,
    state TEXT NOT NULL, because TEXT, revision INTEGER NOT NULL, draft TEXT NOT NULL
  ) STRICT;
  CREATE INDEX findings_of_uid ON findings (uid, "index");
  CREATE INDEX findings_of_window ON findings (window_ms);
  CREATE INDEX findings_of_group ON findings (rule, window_ms, draft ->> 'group');
  CREATE TABLE finding_marks (
    "index" INTEGER PRIMARY KEY, uid TEXT NOT NULL, said TEXT NOT NULL
  ) STRICT;
  CREATE INDEX finding_marks_of_uid ON finding_marks (uid, "index");
  CREATE TABLE finding_notes (
    "index" INTEGER PRIMARY KEY, uid TEXT NOT NULL, said TEXT NOT NULL
  ) STRICT;
  CREATE INDEX finding_notes_of_uid ON finding_notes (uid, "index");
  CREATE TABLE decisions (
    "index" INTEGER PRIMARY KEY, id TEXT NOT NULL, at_ms INTEGER NOT NULL, tenant TEXT NOT NULL,
    principal TEXT NOT NULL, outcome TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX decisions_of_time ON decisions (at_ms);
  CREATE INDEX decisions_of_outcome ON decisions (outcome, at_ms);
  CREATE INDEX decisions_of_principal ON decisions (principal, at_ms);
  CREATE INDEX decisions_of_reference ON decisions (substr(id, -12));
  CREATE INDEX decisions_of_enforcement_point ON decisions (body ->> 'enforcementPoint', at_ms);
  CREATE TABLE pass_entries (
    "index" INTEGER PRIMARY KEY, pass TEXT NOT NULL, tenant TEXT NOT NULL, phase TEXT NOT NULL,
    at_ms INTEGER NOT NULL, principal TEXT NOT NULL, expires_ms INTEGER, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX pass_entries_of_pass ON pass_entries (pass);
  CREATE INDEX pass_entries_of_decision ON pass_entries (body ->> 'decision');
  CREATE TABLE passes (
    pass TEXT PRIMARY KEY, opened_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
    is_closed INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX passes_of_expiry ON passes (expires_ms, opened_ms);
  CREATE INDEX passes_of_opening ON passes (opened_ms);
  CREATE INDEX passes_unclosed ON passes (expires_ms) WHERE is_closed = 0;
  CREATE TABLE checks (
    tenant TEXT NOT NULL, action TEXT NOT NULL, time_ms INTEGER NOT NULL, flow TEXT NOT NULL,
    state TEXT NOT NULL, cause TEXT, disagreements INTEGER NOT NULL, entry INTEGER,
    decision TEXT, body TEXT NOT NULL, PRIMARY KEY (tenant, action)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX checks_of_time ON checks (time_ms, state, disagreements, entry, decision);
  CREATE INDEX checks_disagreeing ON checks (time_ms, tenant, action) WHERE disagreements > 0;
  CREATE TABLE checked_principals (
    tenant TEXT NOT NULL, month_ms INTEGER NOT NULL, kind TEXT NOT NULL, principal TEXT NOT NULL,
    PRIMARY KEY (tenant, month_ms, kind, principal)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checked (
    from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, up_to INTEGER NOT NULL
  ) STRICT;
`;
