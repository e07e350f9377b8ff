-- How far an attempt was kept from what it has not declared, and what it tried all the same; and which files it opened.
-- Both in JSON; NULL: it was in no sandbox.
ALTER TABLE attempt ADD COLUMN sandbox TEXT;
ALTER TABLE attempt ADD COLUMN observed TEXT;
-- Runs of before there was that were kept from nothing.
UPDATE run SET settings = json_set(settings, '$.sandbox', json('{"less_is_enough":false,"level":"none"}'));
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
