-- What a person asked to be left alone by.
UPDATE person
SET declined = $2, changed = {change}
WHERE person_key = $1 AND declined <> $2
