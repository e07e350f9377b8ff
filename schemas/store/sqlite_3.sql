-- How far an attempt was kept from what it has not declared, and what it tried all the same; and which files it opened.
-- Both in JSON; NULL: it was in no sandbox.
ALTER TABLE attempt ADD COLUMN sandbox TEXT;
ALTER TABLE attempt ADD COLUMN observed TEXT;
-- Runs of before there was that were kept from nothing.
UPDATE run SET settings = json_set(settings, '$.sandbox', json('{"less_is_enough":false,"level":"none"}'));
