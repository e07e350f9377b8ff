-- What the kernel counted where the memory of an attempt had a limit, in JSON: {"limit_hits","oom_kills"}. NULL: nothing did.
ALTER TABLE attempt ADD COLUMN memory_events TEXT;
-- The newest registration of a name is that of the last time, wherever it was made.
CREATE INDEX registration_by_time ON registration (project, domain, name, registered_us, id);
CREATE INDEX launch_plan_registration_by_time ON launch_plan_registration (project, domain, name, registered_us, id);
-- What a clock that was set back left out of order stays the newest: each at least a microsecond after the one before it.
UPDATE registration SET registered_us = t.at FROM (SELECT project AS p, domain AS d, name AS n, seq AS s, seq +
  max(registered_us - seq) OVER (PARTITION BY project, domain, name ORDER BY seq) AS at FROM registration) t
  WHERE project = t.p AND domain = t.d AND name = t.n AND seq = t.s AND registered_us <> t.at;
UPDATE launch_plan_registration SET registered_us = t.at FROM (SELECT project AS p, domain AS d, name AS n, seq AS s, seq +
  max(registered_us - seq) OVER (PARTITION BY project, domain, name ORDER BY seq) AS at FROM launch_plan_registration) t
  WHERE project = t.p AND domain = t.d AND name = t.n AND seq = t.s AND registered_us <> t.at;
-- When an attempt wrote its logs: pairs of numbers in LEB128, in the order of time. The first is by how many bytes a
-- stream had grown, doubled, and 1 more where that is stderr; the second how many microseconds that was after the pair
-- before, or after 1970. NULL: it wrote nothing, or nobody looked.
ALTER TABLE attempt ADD COLUMN log_times BLOB;
