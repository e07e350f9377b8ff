-- A result under the key, or of the run that is recovered, may have been made elsewhere: in a container where this one is to
-- be made on the machine, or the other way round. Where that counts, `lookup` and `again` say so.
DROP VIEW execution;
ALTER TABLE node RENAME TO node_of_schema_6;
CREATE TABLE node (
  project    TEXT    NOT NULL,
  domain     TEXT    NOT NULL,
  run        BLOB    NOT NULL,
  node       TEXT    NOT NULL,
  element    INTEGER NOT NULL,
  state      TEXT    NOT NULL CHECK (state = 'running' OR state = 'succeeded' OR state = 'reused' OR state = 'recovered' OR state = 'skipped' OR state = 'failed' OR state = 'aborted'),
  lookup     TEXT    CHECK (lookup = 'off' OR lookup = 'miss' OR lookup = 'gone' OR lookup = 'broken' OR lookup = 'elsewhere' OR lookup = 'refresh'),
  cache_key  BLOB,
  parts      BLOB,
  inputs     TEXT,
  artifact   BLOB,
  cause      TEXT,
  started_us INTEGER NOT NULL,
  ended_us   INTEGER,
  again      TEXT    CHECK (again = 'asked' OR again = 'changed' OR again = 'gone' OR again = 'elsewhere'),
  PRIMARY KEY (project, domain, run, node, element)
) STRICT, WITHOUT ROWID;
INSERT INTO node SELECT * FROM node_of_schema_6;
DROP TABLE node_of_schema_6;
CREATE VIEW execution AS
  SELECT project, domain, run, node, element, state, lookup, cache_key, artifact, cause, started_us, ended_us FROM node
  UNION ALL
  SELECT p.project, p.domain, p.run, substr(e.value, 1, instr(e.value, '/') - 1),
    CAST(substr(e.value, instr(e.value, '/') + 1) AS INTEGER), p.state, iif(p.state = 'reused', 'hit', NULL),
    NULL, substr(p.artifacts, 16 * e.key + 1, 16), NULL, p.reused_us, p.reused_us
  FROM reuse_pack p, json_each(p.executions) e;
-- Until now it did not count.
UPDATE run SET settings = json_set(settings, '$.reuse_from', 'any');

-- What workflows at work in a run failed over first, as it is told to what is run at their end: `frame` is the path of the
-- execution that runs one, '' for the run's own.
CREATE TABLE frame_failure (
  project TEXT NOT NULL,
  domain  TEXT NOT NULL,
  run     BLOB NOT NULL,
  frame   TEXT NOT NULL,
  cause   TEXT NOT NULL,
  PRIMARY KEY (project, domain, run, frame)
) STRICT, WITHOUT ROWID;
