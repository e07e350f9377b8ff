-- When an attempt wrote its logs: pairs of numbers in LEB128, in the order of time. The first is by how many bytes a
-- stream had grown, doubled, and 1 more where that is stderr; the second how many microseconds that was after the pair
-- before, or after 1970. NULL: it wrote nothing, or nobody looked.
ALTER TABLE attempt ADD COLUMN log_times BLOB;
