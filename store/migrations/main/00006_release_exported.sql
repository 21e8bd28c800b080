-- When the figures of a release were first written out as tables: from then on somebody may have a copy.
ALTER TABLE release ADD COLUMN exported_at TEXT NOT NULL DEFAULT '';
