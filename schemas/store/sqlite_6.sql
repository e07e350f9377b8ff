-- What a container ran in: the digest of its image's configuration, or where nobody could tell that the image's name.
-- NULL: it ran on the machine itself.
ALTER TABLE attempt ADD COLUMN image TEXT;
-- Runs of before there were containers.
UPDATE run SET settings = json_set(settings, '$.backend', 'auto', '$.images', json('[]'));
