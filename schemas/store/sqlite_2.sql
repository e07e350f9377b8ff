-- The store, schema 2, as SQLite speaks it. Tables, columns and keys are the same on every metadata store.
--
-- What a project owns has (project, domain) first in its key. Blobs and versions are keyed by digest, events by
-- (stream, seq), and belong to the store. Digests are 32 raw bytes, ids 16 (UUID), times microseconds since 1970 UTC.
-- An element of a mapped node has its index in `element`; everything else has -1.
-- Checks are spelled with OR: SQLite would build a temporary table for an IN at every row it writes.

CREATE TABLE store (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  created_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE project (
  name        TEXT    NOT NULL PRIMARY KEY,
  description TEXT    NOT NULL,
  created_us  INTEGER NOT NULL,
  created_by  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE domain (
  name        TEXT    NOT NULL PRIMARY KEY,
  description TEXT    NOT NULL,
  created_us  INTEGER NOT NULL,
  created_by  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Bytes by content. Small ones are rows, so that one commit makes hundreds of outputs durable; the rest are files. A
-- collection of garbage condemns what nothing keeps and later frees it: then the bytes are nowhere (place 'none'), and the
-- row stays for those that speak of it.
CREATE TABLE blob (
  digest       BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  size         INTEGER NOT NULL CHECK (size >= 0),
  place        TEXT    NOT NULL CHECK (place = 'database' OR place = 'file' OR place = 's3' OR place = 'none'),
  data         BLOB,
  condemned_us INTEGER,
  freed_us     INTEGER,
  CHECK ((place = 'database') = (data IS NOT NULL)),
  CHECK ((place = 'none') = (freed_us IS NOT NULL))
) STRICT;

-- What a folder's manifest (itself a blob) holds: so that a file inside an output folder leads back to it.
CREATE TABLE tree_entry (
  tree  BLOB NOT NULL,
  path  BLOB NOT NULL,
  child BLOB NOT NULL,
  PRIMARY KEY (tree, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX tree_entry_by_child ON tree_entry (child, tree);

-- ---------------------------------------------------------------- registry

CREATE TABLE version (
  digest     BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  name       TEXT    NOT NULL,
  body       TEXT    NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;

-- The files a version needs: sources, defaults, and what is inside default folders.
CREATE TABLE version_blob (
  version BLOB NOT NULL,
  blob    BLOB NOT NULL,
  PRIMARY KEY (version, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX version_blob_by_blob ON version_blob (blob);

-- The versions that nodes of a version run.
CREATE TABLE version_use (
  version BLOB NOT NULL,
  used    BLOB NOT NULL,
  PRIMARY KEY (version, used)
) STRICT, WITHOUT ROWID;
CREATE INDEX version_use_by_used ON version_use (used, version);

-- What feeds what inside a version: node.input <- input or node.output. With the runs of the version it is the lineage.
-- `node` is '' for the workflow's own outputs, `source` is '' for its inputs; `mode` says how. A condition has no input.
-- `item` is the place in the list that the input is given, `part` the element of the source that is taken; -1: all.
CREATE TABLE version_edge (
  version BLOB NOT NULL,
  node    TEXT NOT NULL,
  input   TEXT NOT NULL,
  source  TEXT NOT NULL,
  output  TEXT NOT NULL,
  item    INTEGER NOT NULL,
  part    INTEGER NOT NULL,
  mode    TEXT NOT NULL CHECK (mode = 'with' OR mode = 'map' OR mode = 'output' OR mode = 'when'),
  PRIMARY KEY (version, node, input, source, output, item, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX version_edge_by_source ON version_edge (version, source, output, mode);

-- `promoted_from` is the id of the registration, of another project or domain, that was promoted.
CREATE TABLE registration (
  project       TEXT    NOT NULL,
  domain        TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  seq           INTEGER NOT NULL,
  id            BLOB    NOT NULL CHECK (length(id) = 16),
  version       BLOB    NOT NULL,
  source        BLOB    NOT NULL,
  source_path   TEXT    NOT NULL,
  descriptions  TEXT    NOT NULL,
  git           TEXT,
  promoted_from BLOB,
  registered_us INTEGER NOT NULL,
  registered_by TEXT    NOT NULL,
  PRIMARY KEY (project, domain, name, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX registration_by_version ON registration (version);

CREATE TABLE label (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  label      TEXT    NOT NULL,
  version    BLOB    NOT NULL,
  created_us INTEGER NOT NULL,
  created_by TEXT    NOT NULL,
  PRIMARY KEY (project, domain, name, label)
) STRICT, WITHOUT ROWID;

-- Launch plans by content, like versions; `version` is what they run.
CREATE TABLE launch_plan (
  digest     BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  name       TEXT    NOT NULL,
  version    BLOB    NOT NULL,
  body       TEXT    NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;

-- The files and folders among a plan's inputs.
CREATE TABLE launch_plan_blob (
  plan BLOB NOT NULL,
  blob BLOB NOT NULL,
  PRIMARY KEY (plan, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX launch_plan_blob_by_blob ON launch_plan_blob (blob);

-- `workflow_project` and `workflow_domain` say where its version was found. `source` is NULL for a plan that was given
-- as options.
CREATE TABLE launch_plan_registration (
  project          TEXT    NOT NULL,
  domain           TEXT    NOT NULL,
  name             TEXT    NOT NULL,
  seq              INTEGER NOT NULL,
  id               BLOB    NOT NULL CHECK (length(id) = 16),
  plan             BLOB    NOT NULL,
  workflow_project TEXT    NOT NULL,
  workflow_domain  TEXT    NOT NULL,
  description      TEXT    NOT NULL,
  source           BLOB,
  source_path      TEXT,
  registered_us    INTEGER NOT NULL,
  registered_by    TEXT    NOT NULL,
  PRIMARY KEY (project, domain, name, seq)
) STRICT, WITHOUT ROWID;

-- Which plan of a name is the active one: what the newest row says, NULL being none. `before` is what was active then.
CREATE TABLE launch_plan_activation (
  project      TEXT    NOT NULL,
  domain       TEXT    NOT NULL,
  name         TEXT    NOT NULL,
  seq          INTEGER NOT NULL,
  plan         BLOB,
  before       BLOB,
  activated_us INTEGER NOT NULL,
  activated_by TEXT    NOT NULL,
  PRIMARY KEY (project, domain, name, seq)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- runs

-- `plan` is the launch plan by which it was started. `counts` is of a run that has ended: how many node executions it has
-- in each state, in JSON. `parent` is the run that it was made from: a recovery takes over what succeeded in that, but for
-- the nodes that `again` lists in JSON; a rerun has its version and inputs.
CREATE TABLE run (
  project      TEXT    NOT NULL,
  domain       TEXT    NOT NULL,
  id           BLOB    NOT NULL CHECK (length(id) = 16),
  name         TEXT,
  workflow     TEXT    NOT NULL,
  version      BLOB    NOT NULL,
  registration INTEGER NOT NULL,
  plan         BLOB,
  requested    TEXT    NOT NULL,
  settings     TEXT    NOT NULL,
  state        TEXT    NOT NULL CHECK (state = 'running' OR state = 'succeeded' OR state = 'failed' OR state = 'aborted'),
  cause        TEXT,
  abort_cause  TEXT,
  fence        INTEGER NOT NULL,
  lease_ns     INTEGER NOT NULL,
  created_us   INTEGER NOT NULL,
  created_by   TEXT    NOT NULL,
  ended_us     INTEGER,
  counts       TEXT,
  parent       BLOB    CHECK (length(parent) = 16),
  relation     TEXT    CHECK (relation = 'recovery' OR relation = 'rerun'),
  again        TEXT,
  PRIMARY KEY (project, domain, id),
  CHECK ((parent IS NULL) = (relation IS NULL)),
  CHECK ((again IS NULL) = (relation IS NULL OR relation <> 'recovery'))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX run_by_name ON run (project, domain, name) WHERE name IS NOT NULL;
CREATE INDEX run_by_version ON run (version);
CREATE INDEX run_by_plan ON run (plan) WHERE plan IS NOT NULL;
CREATE INDEX run_by_parent ON run (project, domain, parent, id) WHERE parent IS NOT NULL;
CREATE INDEX run_by_workflow ON run (project, domain, workflow, id);
CREATE INDEX run_by_state ON run (project, domain, state, id);
-- People name runs by the printed end of their ids.
CREATE INDEX run_by_tail ON run (project, domain, substr(id, 11));

-- One row for each driver that ever held the run; the newest fence owns it. `lease_ns` counts on that host's boot clock.
CREATE TABLE driver (
  project     TEXT    NOT NULL,
  domain      TEXT    NOT NULL,
  run         BLOB    NOT NULL,
  fence       INTEGER NOT NULL,
  host        TEXT    NOT NULL,
  boot_id     TEXT    NOT NULL,
  pid_ns      INTEGER NOT NULL,
  pid         INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL,
  platform    TEXT    NOT NULL,
  wf_version  TEXT    NOT NULL,
  claimed_us  INTEGER NOT NULL,
  PRIMARY KEY (project, domain, run, fence)
) STRICT, WITHOUT ROWID;

-- What attempts of all runs share: so many tokens.
CREATE TABLE pool (
  name        TEXT    NOT NULL PRIMARY KEY,
  size        INTEGER NOT NULL CHECK (size >= 0),
  description TEXT    NOT NULL,
  changed_us  INTEGER NOT NULL,
  changed_by  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Who has tokens, and who waits for some, in the order of `seq`: a row for each pool that an execution needs. With its
-- driver it is dead. '' is the node of a run that counts against its workflow's own limit, which stands in `size`.
CREATE TABLE pool_claim (
  seq      INTEGER NOT NULL,
  pool     TEXT    NOT NULL,
  tokens   INTEGER NOT NULL CHECK (tokens > 0),
  size     INTEGER,
  project  TEXT    NOT NULL,
  domain   TEXT    NOT NULL,
  run      BLOB    NOT NULL,
  node     TEXT    NOT NULL,
  element  INTEGER NOT NULL,
  held     INTEGER NOT NULL CHECK (held = 0 OR held = 1),
  asked_us INTEGER NOT NULL,
  PRIMARY KEY (seq, pool)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_claim_by_run ON pool_claim (project, domain, run, node, element);

-- `origin` is where a file or folder was read, for people. `source` is set for an input given as
-- wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT: the asserted edge between two runs.
CREATE TABLE run_input (
  project        TEXT NOT NULL,
  domain         TEXT NOT NULL,
  run            BLOB NOT NULL,
  name           TEXT NOT NULL,
  type           TEXT NOT NULL,
  value          TEXT NOT NULL,
  given          TEXT NOT NULL,
  origin         TEXT,
  source_project TEXT,
  source_domain  TEXT,
  source_run     BLOB,
  source_node    TEXT,
  source_element INTEGER,
  source_output  TEXT,
  PRIMARY KEY (project, domain, run, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_input_by_source ON run_input (source_run, source_node) WHERE source_run IS NOT NULL;

CREATE TABLE run_output (
  project TEXT NOT NULL,
  domain  TEXT NOT NULL,
  run     BLOB NOT NULL,
  name    TEXT NOT NULL,
  type    TEXT NOT NULL,
  value   TEXT NOT NULL,
  PRIMARY KEY (project, domain, run, name)
) STRICT, WITHOUT ROWID;

-- Files and folders among a run's inputs, by digest: the matched edges between runs.
CREATE TABLE run_input_blob (
  project TEXT NOT NULL,
  domain  TEXT NOT NULL,
  blob    BLOB NOT NULL,
  run     BLOB NOT NULL,
  name    TEXT NOT NULL,
  item    TEXT NOT NULL,
  PRIMARY KEY (project, domain, blob, run, name, item)
) STRICT, WITHOUT ROWID;

-- A node execution that was tried, or failed before that, or a node that was skipped. `artifact` of another run: the result was there first.
-- `lookup` is what the cache answered before it started; NULL when it was not asked: the node failed before.
-- `parts` and `inputs` are what `cache_key` was made of, as in cache_entry, until the result is there: then the entry
-- under the key has them. Of what failed or was aborted they stay, so that it can be told why that ran.
-- `again` is why a result of the run that this one recovers was not taken over: somebody asked for it to be made again, its
-- inputs have changed, or its bytes are gone.
CREATE TABLE node (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  run        BLOB    NOT NULL,
  node       TEXT    NOT NULL,
  element    INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state = 'running' OR state = 'succeeded' OR state = 'reused' OR state = 'recovered' OR state = 'skipped' OR state = 'failed' OR state = 'aborted'),
  lookup     TEXT    CHECK (lookup = 'off' OR lookup = 'miss' OR lookup = 'gone' OR lookup = 'broken' OR lookup = 'refresh'),
  cache_key  BLOB,
  parts      BLOB,
  inputs     TEXT,
  artifact   BLOB,
  cause      TEXT,
  started_us INTEGER NOT NULL,
  ended_us   INTEGER,
  again      TEXT    CHECK (again = 'asked' OR again = 'changed' OR again = 'gone'),
  PRIMARY KEY (project, domain, run, node, element)
) STRICT, WITHOUT ROWID;

-- Workflows that nodes of a run run, each at work in a frame: `node` and `element` of the frame `parent`, '' for the run's
-- own workflow. The paths of what runs in it begin with its own: 'sub.' or 'sub[3].'.
CREATE TABLE frame (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  run        BLOB    NOT NULL,
  parent     TEXT    NOT NULL,
  node       TEXT    NOT NULL,
  element    INTEGER NOT NULL,
  version    BLOB    NOT NULL,
  state      TEXT    NOT NULL CHECK (state = 'running' OR state = 'succeeded' OR state = 'failed' OR state = 'aborted'),
  started_us INTEGER NOT NULL,
  ended_us   INTEGER,
  PRIMARY KEY (project, domain, run, parent, node, element)
) STRICT, WITHOUT ROWID;

-- Which of its cases a node runs, from 0. What feeds the case CASE of a node stands in version_edge under 'node?CASE'.
CREATE TABLE choice (
  project TEXT    NOT NULL,
  domain  TEXT    NOT NULL,
  run     BLOB    NOT NULL,
  node    TEXT    NOT NULL,
  chosen  INTEGER NOT NULL,
  PRIMARY KEY (project, domain, run, node)
) STRICT, WITHOUT ROWID;

-- Nodes that waited for somebody or for a time, and what they were told. `due_us` is when they end by themselves; `value`
-- is canonical JSON of `type`.
CREATE TABLE gate (
  project     TEXT    NOT NULL,
  domain      TEXT    NOT NULL,
  run         BLOB    NOT NULL,
  node        TEXT    NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind = 'approve' OR kind = 'signal' OR kind = 'sleep'),
  message     TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  opened_us   INTEGER NOT NULL,
  due_us      INTEGER,
  answer      TEXT    CHECK (answer = 'approved' OR answer = 'rejected' OR answer = 'given'),
  value       TEXT,
  note        TEXT,
  answered_us INTEGER,
  answered_by TEXT,
  PRIMARY KEY (project, domain, run, node)
) STRICT, WITHOUT ROWID;

-- Node executions that were reused, or taken over from the run that this one recovers, packed: a run that finds everything
-- done writes some rows and not 10 000. `executions` is ["NODE/ELEMENT",…] in JSON, `artifacts` 16 bytes for each of them.
-- The event nodes.reused or nodes.recovered holds the digest of both.
CREATE TABLE reuse_pack (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  run        BLOB    NOT NULL,
  pack       INTEGER NOT NULL,
  executions TEXT    NOT NULL,
  artifacts  BLOB    NOT NULL,
  reused_us  INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state = 'reused' OR state = 'recovered'),
  PRIMARY KEY (project, domain, run, pack)
) STRICT, WITHOUT ROWID;

-- Every node execution. None: it waits, or, in a run that has ended, never started. Ask for the executions of one run:
-- SQLite hands that down into both halves, but reads all of them for a join.
CREATE VIEW execution AS
  SELECT project, domain, run, node, element, state, lookup, cache_key, artifact, cause, started_us, ended_us FROM node
  UNION ALL
  SELECT p.project, p.domain, p.run, substr(e.value, 1, instr(e.value, '/') - 1),
    CAST(substr(e.value, instr(e.value, '/') + 1) AS INTEGER), p.state, iif(p.state = 'reused', 'hit', NULL),
    NULL, substr(p.artifacts, 16 * e.key + 1, 16), NULL, p.reused_us, p.reused_us
  FROM reuse_pack p, json_each(p.executions) e;

-- Which runs reused or took over results of which: the way from an artifact to its reuses. One row for each pair of runs, since an index
-- of nodes by artifact would touch a page of its own for each of 10 000 reuses.
CREATE TABLE run_reuse (
  project  TEXT NOT NULL,
  domain   TEXT NOT NULL,
  producer BLOB NOT NULL,
  run      BLOB NOT NULL,
  PRIMARY KEY (project, domain, producer, run)
) STRICT, WITHOUT ROWID;

-- Every try of a node execution, with its exit record. stdout and stderr are blobs; NULL when empty or not yet ended.
-- `category` is whose fault a failure was. The next try begins `delay_ns` later, at the cost of that category's budget; NULL:
-- there is none. `resources` is what it asked for of the machine, and may take, in JSON.
CREATE TABLE attempt (
  project       TEXT    NOT NULL,
  domain        TEXT    NOT NULL,
  run           BLOB    NOT NULL,
  node          TEXT    NOT NULL,
  element       INTEGER NOT NULL,
  attempt       INTEGER NOT NULL,
  fence         INTEGER NOT NULL,
  name          TEXT    NOT NULL,
  executor      TEXT    NOT NULL,
  state         TEXT    NOT NULL CHECK (state = 'running' OR state = 'succeeded' OR state = 'failed' OR state = 'aborted' OR state = 'lost'),
  pid           INTEGER,
  start_ticks   INTEGER,
  started_us    INTEGER NOT NULL,
  ended_us      INTEGER,
  duration_ns   INTEGER,
  exit_code     INTEGER,
  signal        INTEGER,
  oom           INTEGER CHECK (oom = 0 OR oom = 1),
  max_rss_bytes INTEGER,
  cpu_us        INTEGER,
  cause         TEXT,
  category      TEXT    CHECK (category = 'user' OR category = 'system'),
  delay_ns      INTEGER,
  resources     TEXT,
  stdout        BLOB,
  stderr        BLOB,
  PRIMARY KEY (project, domain, run, node, element, attempt)
) STRICT, WITHOUT ROWID;

-- What an attempt left in $WF_OUTPUTS/_report/ for people to look at. Of a file that was not kept `blob` is NULL, and
-- `left_out` says why.
CREATE TABLE attempt_report (
  project  TEXT    NOT NULL,
  domain   TEXT    NOT NULL,
  run      BLOB    NOT NULL,
  node     TEXT    NOT NULL,
  element  INTEGER NOT NULL,
  attempt  INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  size     INTEGER NOT NULL,
  blob     BLOB,
  left_out TEXT,
  PRIMARY KEY (project, domain, run, node, element, attempt, name),
  CHECK ((blob IS NULL) = (left_out IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- catalog

CREATE TABLE dataset (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  workflow   TEXT    NOT NULL,
  task       TEXT    NOT NULL,
  id         BLOB    NOT NULL CHECK (length(id) = 16),
  created_us INTEGER NOT NULL,
  PRIMARY KEY (project, domain, workflow, task)
) STRICT, WITHOUT ROWID;

-- The artifacts of a dataset that one version of the workflow made have the same outputs and partitions: `outputs` and
-- `partitions` are their types by name, in JSON. So a search goes only where there can be what it looks for, and knows how a
-- value is spelled there.
CREATE TABLE dataset_version (
  id         INTEGER NOT NULL PRIMARY KEY,
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  workflow   TEXT    NOT NULL,
  task       TEXT    NOT NULL,
  version    BLOB    NOT NULL,
  outputs    TEXT    NOT NULL,
  partitions TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX dataset_version_by_version ON dataset_version (project, domain, workflow, task, version);

-- The outputs of one node execution that ran. `partitions` holds its rows of artifact_partition as one object, `created_us`
-- is the time in its id. `inputs` is the digest of what it was made of: the canonical text of the inputs that its task does
-- not ignore.
CREATE TABLE artifact (
  project         TEXT    NOT NULL,
  domain          TEXT    NOT NULL,
  id              BLOB    NOT NULL CHECK (length(id) = 16),
  workflow        TEXT    NOT NULL,
  task            TEXT    NOT NULL,
  version         BLOB    NOT NULL,
  dataset_version INTEGER NOT NULL,
  run             BLOB    NOT NULL,
  node            TEXT    NOT NULL,
  element         INTEGER NOT NULL,
  attempt         INTEGER NOT NULL,
  cache_key       BLOB,
  partitions      TEXT,
  created_us      INTEGER NOT NULL,
  inputs          BLOB    NOT NULL CHECK (length(inputs) = 32),
  PRIMARY KEY (project, domain, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX artifact_by_dataset ON artifact (project, domain, workflow, task, id);
CREATE INDEX artifact_by_node ON artifact (dataset_version, node, id);

-- The inputs that the task names as partitions, as text.
CREATE TABLE artifact_partition (
  project  TEXT NOT NULL,
  domain   TEXT NOT NULL,
  workflow TEXT NOT NULL,
  task     TEXT NOT NULL,
  name     TEXT NOT NULL,
  value    TEXT NOT NULL,
  artifact BLOB NOT NULL,
  PRIMARY KEY (project, domain, workflow, task, name, value, artifact)
) STRICT, WITHOUT ROWID;

-- One named output: a value, in canonical JSON; files and folders stand in it by digest.
-- `spent_us` is of a temporary output: when nobody was waiting to read it any more; 0 before that. From then on runs that
-- have ended do not keep its bytes. NULL: it is not temporary.
CREATE TABLE artifact_data (
  project  TEXT NOT NULL,
  domain   TEXT NOT NULL,
  artifact BLOB NOT NULL,
  name     TEXT NOT NULL,
  type     TEXT NOT NULL,
  value    TEXT NOT NULL,
  spent_us INTEGER,
  PRIMARY KEY (project, domain, artifact, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifact_blob (
  project  TEXT NOT NULL,
  domain   TEXT NOT NULL,
  blob     BLOB NOT NULL,
  artifact BLOB NOT NULL,
  name     TEXT NOT NULL,
  item     TEXT NOT NULL,
  PRIMARY KEY (project, domain, blob, artifact, name, item)
) STRICT, WITHOUT ROWID;

-- `created_by` is NULL for the tags of the cache: there is one for each result, so only those that people set are
-- indexed.
CREATE TABLE tag (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  workflow   TEXT    NOT NULL,
  task       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  artifact   BLOB    NOT NULL,
  created_us INTEGER NOT NULL,
  created_by TEXT,
  PRIMARY KEY (project, domain, workflow, task, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_by_artifact ON tag (project, domain, artifact, name) WHERE created_by IS NOT NULL;
CREATE INDEX tag_by_name ON tag (project, domain, name, workflow, task, artifact) WHERE created_by IS NOT NULL;

-- What a collection of garbage must keep because somebody said so: an artifact, or a run with all it made and was given.
CREATE TABLE pin (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  kind       TEXT    NOT NULL CHECK (kind = 'artifact' OR kind = 'run'),
  id         BLOB    NOT NULL CHECK (length(id) = 16),
  note       TEXT    NOT NULL,
  created_us INTEGER NOT NULL,
  created_by TEXT    NOT NULL,
  PRIMARY KEY (project, domain, kind, id)
) STRICT, WITHOUT ROWID;

-- The parts of a cache key that a task's executions share, once for all of them.
CREATE TABLE cache_parts (
  digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
  body   TEXT NOT NULL
) STRICT;

-- `run` is the artifact's own.
CREATE TABLE cache_entry (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  key        BLOB    NOT NULL CHECK (length(key) = 32),
  artifact   BLOB    NOT NULL,
  run        BLOB    NOT NULL,
  origin     TEXT    NOT NULL,
  parts      BLOB    NOT NULL,
  inputs     TEXT    NOT NULL,
  created_us INTEGER NOT NULL,
  PRIMARY KEY (project, domain, key)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- events

-- Gap-free and hash-chained by stream: 'store', 'PROJECT/DOMAIN', 'run:ID'. `pos` is the order of arrival here.
CREATE TABLE event (
  pos    INTEGER NOT NULL PRIMARY KEY,
  stream TEXT    NOT NULL,
  seq    INTEGER NOT NULL,
  type   TEXT    NOT NULL,
  at_us  INTEGER NOT NULL,
  data   TEXT    NOT NULL,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE UNIQUE INDEX event_by_stream ON event (stream, seq);
