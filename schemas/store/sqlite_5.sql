-- The part -2 of an edge stands for "the definition says more": which item, and what of the source. Of edges that were
-- written before, all do.
UPDATE OR REPLACE version_edge SET part = -2;
-- From a version to the nodes that ran it inside of other runs.
CREATE INDEX frame_by_version ON frame (version);
