-- The fact tables whose columns do not depend on the organisation. Filled by Load; person, invitation, response_* and the
-- views response, answer and score follow the segments and the journeys (schema.go).

CREATE TABLE about (fact VARCHAR NOT NULL, value VARCHAR NOT NULL);
COMMENT ON TABLE about IS 'What this warehouse is: one fact a row (layout, cursor, as_of, thresholds and the like).';
COMMENT ON COLUMN about.fact IS 'Name of the fact.';
COMMENT ON COLUMN about.value IS 'The fact, as text or JSON.';

CREATE TABLE stage (
    journey VARCHAR NOT NULL, stage VARCHAR NOT NULL, "position" INTEGER NOT NULL, title VARCHAR NOT NULL, titles VARCHAR NOT NULL,
    audience VARCHAR NOT NULL, anchor VARCHAR NOT NULL, opens VARCHAR NOT NULL, target VARCHAR NOT NULL, closes VARCHAR NOT NULL,
    survey VARCHAR NOT NULL, mode VARCHAR NOT NULL);
COMMENT ON TABLE stage IS 'Stages of the journeys: one row a window of days in which one survey is open.';
COMMENT ON COLUMN stage.journey IS 'Journey id.';
COMMENT ON COLUMN stage.stage IS 'Stage id, unique within the journey.';
COMMENT ON COLUMN stage."position" IS 'Order in the journey, from 1.';
COMMENT ON COLUMN stage.title IS 'Title in the organisation''s language.';
COMMENT ON COLUMN stage.titles IS 'Title in every language, JSON.';
COMMENT ON COLUMN stage.audience IS 'Who is asked: hire, mentor or manager.';
COMMENT ON COLUMN stage.anchor IS 'Event from which the days are counted.';
COMMENT ON COLUMN stage.opens IS 'Opening after the anchor, ISO 8601.';
COMMENT ON COLUMN stage.target IS 'The day that the stage is named after, ISO 8601 after the anchor.';
COMMENT ON COLUMN stage.closes IS 'Last day after the anchor, ISO 8601.';
COMMENT ON COLUMN stage.survey IS 'Survey id.';
COMMENT ON COLUMN stage.mode IS 'What respondents are promised: confidential, anonymous or identified.';

CREATE TABLE question (
    journey VARCHAR NOT NULL, question VARCHAR NOT NULL, "position" INTEGER NOT NULL, kind VARCHAR NOT NULL, text VARCHAR NOT NULL,
    texts VARCHAR NOT NULL, role VARCHAR NOT NULL, low DOUBLE, high DOUBLE, reverse BOOLEAN NOT NULL, favourable_from DOUBLE,
    better VARCHAR NOT NULL, recommend BOOLEAN NOT NULL);
COMMENT ON TABLE question IS 'Questions of the journeys: one row a question.';
COMMENT ON COLUMN question.journey IS 'Journey id.';
COMMENT ON COLUMN question.question IS 'Question id, unique within the journey.';
COMMENT ON COLUMN question."position" IS 'Order in the file, from 1.';
COMMENT ON COLUMN question.kind IS 'scale, number, yesno, single, multi, text, date, contact, note or consent.';
COMMENT ON COLUMN question.text IS 'Wording in the organisation''s language.';
COMMENT ON COLUMN question.texts IS 'Wording in every language, JSON.';
COMMENT ON COLUMN question.role IS 'core, stage, optional, open, followup, or whatever the file says.';
COMMENT ON COLUMN question.low IS 'Least answer; NULL without a range.';
COMMENT ON COLUMN question.high IS 'Greatest answer; NULL without a range.';
COMMENT ON COLUMN question.reverse IS 'Keyed as low + high - answer when scored.';
COMMENT ON COLUMN question.favourable_from IS 'First keyed answer above the middle; NULL where no end is the good one.';
COMMENT ON COLUMN question.better IS 'Which keyed end is desirable: higher or lower, of the construct it belongs to.';
COMMENT ON COLUMN question.recommend IS 'Also reported as promoters minus detractors.';

CREATE TABLE option (journey VARCHAR NOT NULL, question VARCHAR NOT NULL, "position" INTEGER NOT NULL, value VARCHAR NOT NULL,
    text VARCHAR NOT NULL, texts VARCHAR NOT NULL);
COMMENT ON TABLE option IS 'Options of single and multi questions: one row an option.';
COMMENT ON COLUMN option.journey IS 'Journey id.';
COMMENT ON COLUMN option.question IS 'Question id.';
COMMENT ON COLUMN option."position" IS 'Order in the file, from 1; the narrow column of a single question holds it.';
COMMENT ON COLUMN option.value IS 'What is stored and exported.';
COMMENT ON COLUMN option.text IS 'Wording in the organisation''s language.';
COMMENT ON COLUMN option.texts IS 'Wording in every language, JSON.';

CREATE TABLE construct (journey VARCHAR NOT NULL, construct VARCHAR NOT NULL, "position" INTEGER NOT NULL, title VARCHAR NOT NULL,
    titles VARCHAR NOT NULL, better VARCHAR NOT NULL, trend BOOLEAN NOT NULL, items INTEGER NOT NULL, needed INTEGER NOT NULL,
    unit BIGINT NOT NULL, steps BIGINT NOT NULL, low DOUBLE, high DOUBLE);
COMMENT ON TABLE construct IS 'Constructs of the journeys: what a few questions measure together.';
COMMENT ON COLUMN construct.journey IS 'Journey id.';
COMMENT ON COLUMN construct.construct IS 'Construct id, unique within the journey.';
COMMENT ON COLUMN construct."position" IS 'Order in the file, from 1.';
COMMENT ON COLUMN construct.title IS 'Title in the organisation''s language.';
COMMENT ON COLUMN construct.titles IS 'Title in every language, JSON.';
COMMENT ON COLUMN construct.better IS 'Which end is desirable: higher or lower.';
COMMENT ON COLUMN construct.trend IS 'Followed over stages and time.';
COMMENT ON COLUMN construct.items IS 'How many items it has.';
COMMENT ON COLUMN construct.needed IS 'Least answered items of a valid score: more than half.';
COMMENT ON COLUMN construct.unit IS 'Totals are stored in 1/unit: 1 for whole answers, 10^6 for numbers.';
COMMENT ON COLUMN construct.steps IS 'Scores counted in 1/(unit*steps) are whole numbers, so that sums are exact.';
COMMENT ON COLUMN construct.low IS 'Least score; NULL without a range.';
COMMENT ON COLUMN construct.high IS 'Greatest score; NULL without a range.';

CREATE TABLE construct_item (journey VARCHAR NOT NULL, construct VARCHAR NOT NULL, question VARCHAR NOT NULL, "position" INTEGER NOT NULL,
    reverse BOOLEAN NOT NULL);
COMMENT ON TABLE construct_item IS 'Which questions make up which construct: one row an item.';
COMMENT ON COLUMN construct_item.journey IS 'Journey id.';
COMMENT ON COLUMN construct_item.construct IS 'Construct id.';
COMMENT ON COLUMN construct_item.question IS 'Question id.';
COMMENT ON COLUMN construct_item."position" IS 'Order within the construct, from 1.';
COMMENT ON COLUMN construct_item.reverse IS 'Keyed as low + high - answer.';

CREATE TABLE measure (journey VARCHAR NOT NULL, measure VARCHAR NOT NULL, "position" INTEGER NOT NULL, owner VARCHAR NOT NULL,
    title VARCHAR NOT NULL, titles VARCHAR NOT NULL, stages VARCHAR[] NOT NULL, event VARCHAR NOT NULL, targets VARCHAR[] NOT NULL);
COMMENT ON TABLE measure IS 'Measures (施策): what HR or the receiving unit does.';
COMMENT ON COLUMN measure.journey IS 'Journey id.';
COMMENT ON COLUMN measure.measure IS 'Measure id, unique within the journey.';
COMMENT ON COLUMN measure."position" IS 'Order in the file, from 1.';
COMMENT ON COLUMN measure.owner IS 'unit (受け入れ部門) or hr (人事部門).';
COMMENT ON COLUMN measure.title IS 'Title in the organisation''s language.';
COMMENT ON COLUMN measure.titles IS 'Title in every language, JSON.';
COMMENT ON COLUMN measure.stages IS 'Stages at which it is done.';
COMMENT ON COLUMN measure.event IS 'Event that shows that a person had it; empty when nothing records it.';
COMMENT ON COLUMN measure.targets IS 'Constructs that it is meant to help.';

CREATE TABLE member (segment VARCHAR NOT NULL, member VARCHAR NOT NULL, label VARCHAR NOT NULL, level INTEGER NOT NULL, parent VARCHAR NOT NULL,
    merged VARCHAR[] NOT NULL, merged_into VARCHAR NOT NULL);
COMMENT ON TABLE member IS 'Members of the segments: one row a value that a person, an invitation or a response has, or that small units are published as.';
COMMENT ON COLUMN member.segment IS 'Roster column.';
COMMENT ON COLUMN member.member IS 'Member; below the top of a hierarchy a path from the top (総務局/人事課).';
COMMENT ON COLUMN member.label IS 'Last part of the path.';
COMMENT ON COLUMN member.level IS 'Depth in its hierarchy, from 0.';
COMMENT ON COLUMN member.parent IS 'Member one level up; empty at the top.';
COMMENT ON COLUMN member.merged IS 'Small units that are published together as this one (safe_* only); empty for a real unit.';
COMMENT ON COLUMN member.merged_into IS 'Member that this unit is published with (safe_* only); empty when it stands for itself.';

CREATE TABLE spell (person_key VARCHAR NOT NULL, spell INTEGER NOT NULL, joined_on DATE, cohort VARCHAR, left_on DATE, left_reason VARCHAR NOT NULL);
COMMENT ON TABLE spell IS 'Stays: one row from a joining to a leaving; a rehire has several. Cancelled joinings are not here.';
COMMENT ON COLUMN spell.person_key IS 'Random key of the person.';
COMMENT ON COLUMN spell.spell IS 'Number of the stay, from 1.';
COMMENT ON COLUMN spell.joined_on IS 'Day of joining.';
COMMENT ON COLUMN spell.cohort IS 'Quarter of joining, as 2026Q2.';
COMMENT ON COLUMN spell.left_on IS 'Day of leaving; NULL: still here.';
COMMENT ON COLUMN spell.left_reason IS 'Why the person left, as the roster says; empty when unknown.';

CREATE TABLE event (person_key VARCHAR NOT NULL, event VARCHAR NOT NULL, on_date DATE NOT NULL, related_person_key VARCHAR NOT NULL,
    detail VARCHAR NOT NULL, event_key VARCHAR NOT NULL);
COMMENT ON TABLE event IS 'Dated facts about people: one row an event.';
COMMENT ON COLUMN event.person_key IS 'Random key of the person.';
COMMENT ON COLUMN event.event IS 'Kind: left, transferred, mentor_assigned, attended:<measure> and the like.';
COMMENT ON COLUMN event.on_date IS 'Day of the event.';
COMMENT ON COLUMN event.related_person_key IS 'Random key of the mentor, the manager; empty when nobody else is concerned.';
COMMENT ON COLUMN event.detail IS 'Further detail as imported.';
COMMENT ON COLUMN event.event_key IS 'Key of the event.';

CREATE TABLE answer_apart (response_key VARCHAR NOT NULL, journey VARCHAR NOT NULL, stage VARCHAR NOT NULL, question VARCHAR NOT NULL,
    "position" INTEGER NOT NULL, value DOUBLE, choice VARCHAR, text VARCHAR, missing VARCHAR);
COMMENT ON TABLE answer_apart IS 'Answers that do not fit a narrow column: texts, several choices, dates, questions the journey no longer has. One row an answer, or a choice.';
COMMENT ON COLUMN answer_apart.response_key IS 'Key of the response.';
COMMENT ON COLUMN answer_apart.journey IS 'Journey id.';
COMMENT ON COLUMN answer_apart.stage IS 'Stage id.';
COMMENT ON COLUMN answer_apart.question IS 'Question id.';
COMMENT ON COLUMN answer_apart."position" IS 'Of a choice among several, from 1; 1 for the rest.';
COMMENT ON COLUMN answer_apart.value IS 'Number given; NULL otherwise.';
COMMENT ON COLUMN answer_apart.choice IS 'Option or date chosen; NULL otherwise.';
COMMENT ON COLUMN answer_apart.text IS 'Free text, masked; NULL otherwise.';
COMMENT ON COLUMN answer_apart.missing IS 'declined, skipped or not_asked; NULL when there is an answer.';

CREATE SCHEMA loader;
CREATE TABLE loader.voice (response_key VARCHAR NOT NULL, question VARCHAR NOT NULL, hash VARCHAR NOT NULL, version VARCHAR NOT NULL,
    themes VARCHAR[] NOT NULL, words VARCHAR[] NOT NULL, says BOOLEAN NOT NULL,
    coded VARCHAR[], cleared BOOLEAN NOT NULL);
COMMENT ON TABLE loader.voice IS 'What the rules read in each comment: bookkeeping of koe analyze, so that a comment is read once.';
COMMENT ON COLUMN loader.voice.response_key IS 'Random key of the response.';
COMMENT ON COLUMN loader.voice.question IS 'Question id.';
COMMENT ON COLUMN loader.voice.hash IS 'MD5 of the masked text that was read.';
COMMENT ON COLUMN loader.voice.version IS 'Version of the rules and words.';
COMMENT ON COLUMN loader.voice.themes IS 'What it speaks of, as theme:valence.';
COMMENT ON COLUMN loader.voice.words IS 'Its words that are counted, base forms.';
COMMENT ON COLUMN loader.voice.says IS 'It says something; FALSE for a bare "nothing".';
COMMENT ON COLUMN loader.voice.coded IS 'Themes that people agreed on, as theme:valence; NULL when nobody coded this wording.';
COMMENT ON COLUMN loader.voice.cleared IS 'A person has cleared this wording for quoting.';
CREATE TABLE loader.review (response_key VARCHAR NOT NULL, question VARCHAR NOT NULL, text_check VARCHAR NOT NULL, themes VARCHAR[], cleared VARCHAR NOT NULL);
COMMENT ON TABLE loader.review IS 'What people decided about comments, from the store: one row a comment.';
COMMENT ON COLUMN loader.review.response_key IS 'Random key of the response.';
COMMENT ON COLUMN loader.review.question IS 'Question id.';
COMMENT ON COLUMN loader.review.text_check IS 'Check of the masked text that was decided about.';
COMMENT ON COLUMN loader.review.themes IS 'Themes that people agreed on, as theme:valence; NULL when nobody coded it.';
COMMENT ON COLUMN loader.review.cleared IS 'yes or no; empty when undecided.';
CREATE TABLE loader.release (number INTEGER NOT NULL, name VARCHAR NOT NULL, state VARCHAR NOT NULL, basis BOOLEAN NOT NULL);
COMMENT ON TABLE loader.release IS 'The ledger of releases, from the store: one row a release. A row of the other release_* tables holds for releases since <= number < until; until 0: it still does.';
COMMENT ON COLUMN loader.release.number IS 'Number, from 1.';
COMMENT ON COLUMN loader.release.name IS 'Name of the release and its folder.';
COMMENT ON COLUMN loader.release.state IS 'prepared, approved or withdrawn, when the ledger was last read; koe release list knows what it is now.';
COMMENT ON COLUMN loader.release.basis IS 'Later releases are compared with it.';
CREATE TABLE loader.release_cell (cell_key VARCHAR NOT NULL, journey VARCHAR NOT NULL, stage VARCHAR NOT NULL, wave VARCHAR NOT NULL, cohort VARCHAR NOT NULL, members VARCHAR NOT NULL);
COMMENT ON TABLE loader.release_cell IS 'Finest groups that responses were published in: one row a group.';
COMMENT ON COLUMN loader.release_cell.cell_key IS 'Key of the group.';
COMMENT ON COLUMN loader.release_cell.journey IS 'Journey id.';
COMMENT ON COLUMN loader.release_cell.stage IS 'Stage id.';
COMMENT ON COLUMN loader.release_cell.wave IS 'Quarter, as 2026Q2.';
COMMENT ON COLUMN loader.release_cell.cohort IS 'Quarter of joining; empty when unknown.';
COMMENT ON COLUMN loader.release_cell.members IS 'Member of each segment as published, JSON.';
CREATE TABLE loader.release_response (response_key VARCHAR NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, version VARCHAR NOT NULL, cell_key VARCHAR NOT NULL);
COMMENT ON TABLE loader.release_response IS 'Which responses were behind which releases: one row a response and stay in a group.';
COMMENT ON COLUMN loader.release_response.response_key IS 'Random key of the response.';
COMMENT ON COLUMN loader.release_response.since IS 'First release that it was behind.';
COMMENT ON COLUMN loader.release_response.until IS 'First release that it was no longer behind; 0: it still is.';
COMMENT ON COLUMN loader.release_response.version IS 'When the response was sent that was counted.';
COMMENT ON COLUMN loader.release_response.cell_key IS 'Its finest group.';
CREATE TABLE loader.release_gone (cell_key VARCHAR NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, n INTEGER NOT NULL);
COMMENT ON TABLE loader.release_gone IS 'How many responses behind releases have been erased: one row a group and stay.';
COMMENT ON COLUMN loader.release_gone.cell_key IS 'Their finest group.';
COMMENT ON COLUMN loader.release_gone.since IS 'First release that they were behind.';
COMMENT ON COLUMN loader.release_gone.until IS 'First release that they were no longer behind; 0: the next one.';
COMMENT ON COLUMN loader.release_gone.n IS 'How many.';
CREATE TABLE loader.release_figure (table_name VARCHAR NOT NULL, row_key VARCHAR NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, shown VARCHAR NOT NULL, people VARCHAR NOT NULL, response_key VARCHAR NOT NULL);
COMMENT ON TABLE loader.release_figure IS 'What was published: one row a row of a safe_ table, for as long as it was new with the same values.';
COMMENT ON COLUMN loader.release_figure.table_name IS 'The table, without safe_.';
COMMENT ON COLUMN loader.release_figure.row_key IS 'The columns that name the row, JSON.';
COMMENT ON COLUMN loader.release_figure.since IS 'First release that showed it as new.';
COMMENT ON COLUMN loader.release_figure.until IS 'First release that did not; 0: the last one did.';
COMMENT ON COLUMN loader.release_figure.shown IS 'The columns that say something, JSON.';
COMMENT ON COLUMN loader.release_figure.people IS 'True numbers of people behind it, JSON.';
COMMENT ON COLUMN loader.release_figure.response_key IS 'Key of the response that it is of; empty where it is of many.';
CREATE TABLE loader.touched (journey VARCHAR NOT NULL, cell BIGINT NOT NULL, own BOOLEAN NOT NULL);
COMMENT ON TABLE loader.touched IS 'Finest groups that a load changed since the last analysis: bookkeeping of koe analyze, which counts these again and keeps the others.';
COMMENT ON COLUMN loader.touched.journey IS 'Journey id.';
COMMENT ON COLUMN loader.touched.cell IS 'The finest group.';
COMMENT ON COLUMN loader.touched.own IS 'A row of the group itself is new, gone or another; else only other rows of its people are.';
CREATE TABLE loader.cursor (place VARCHAR NOT NULL);
COMMENT ON TABLE loader.cursor IS 'How far the store has been read: bookkeeping of koe load, not data. One row.';
COMMENT ON COLUMN loader.cursor.place IS 'Place in the feed of the store.';

CREATE TABLE hypothesis_seen (journey VARCHAR NOT NULL, hypothesis VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, seen_at TIMESTAMP);
COMMENT ON TABLE hypothesis_seen IS 'When each hypothesis, word for word, was first loaded: one row a hypothesis.';
COMMENT ON COLUMN hypothesis_seen.journey IS 'Journey id.';
COMMENT ON COLUMN hypothesis_seen.hypothesis IS 'Hypothesis id.';
COMMENT ON COLUMN hypothesis_seen.sha256 IS 'SHA-256 of its text in the journey file.';
COMMENT ON COLUMN hypothesis_seen.seen_at IS 'First time it was seen, UTC; NULL when unknown.';
